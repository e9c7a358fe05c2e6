//! The log under any sequence of what can happen to streams and their readers.

use std::{
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use proptest::prelude::*;
use tidegate_model::Id;

use super::{
    event_id::{EventId, EventKeys},
    log::ReplayLimits,
    memory::Memory,
    numbers::Numbers,
    store::{Chunk, Read, ReplayStore, Stream},
};
use crate::{Keys, Lane, SessionKey};

const AMPLE: ReplayLimits = ReplayLimits {
    age: Duration::from_secs(1_000),
    session_bytes: usize::MAX,
    session_frames: u64::MAX,
    bytes: usize::MAX,
};

const TIGHT: ReplayLimits = ReplayLimits {
    age: Duration::from_secs(5),
    session_bytes: 2_000,
    session_frames: 12,
    bytes: 4_000,
};

const STREAMS: usize = 5;

/// What can happen to the stream of one call.
#[derive(Clone, Debug)]
enum Op {
    /// The handler says so many things.
    Emit(usize, usize),
    /// What it said is appended.
    Drain(usize),
    /// It ends with its answer.
    Finish(usize),
    /// The client opens a connection, where its last one broke.
    Resume(usize),
    /// The connection carries what there is next.
    Read(usize),
    /// The connection breaks; what it carried may not have been heard.
    Drop(usize, bool),
    /// Seconds go by.
    Wait(u64),
    /// The session of the stream ends.
    Forget(usize),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let stream = 0..STREAMS;
    let op = prop_oneof![
        4 => (stream.clone(), 1..6_usize).prop_map(|(stream, many)| Op::Emit(stream, many)),
        4 => stream.clone().prop_map(Op::Drain),
        1 => stream.clone().prop_map(Op::Finish),
        3 => stream.clone().prop_map(Op::Resume),
        5 => stream.clone().prop_map(Op::Read),
        3 => (stream.clone(), any::<bool>()).prop_map(|(stream, heard)| Op::Drop(stream, heard)),
        1 => (1..4_u64).prop_map(Op::Wait),
        1 => stream.prop_map(Op::Forget),
    ];
    prop::collection::vec(op, 0..120)
}

/// One call and its client.
struct Call {
    lane: Lane,
    stream: Stream,
    said: Vec<String>,
    written: u64,
    is_over: bool,
    client: Client,
}

#[derive(Default)]
struct Client {
    heard: Vec<String>,
    /// The last event's id, as a client keeps it.
    last_id: Option<String>,
    /// What a connection carries that has not arrived yet.
    on_its_way: Vec<(String, String)>,
    is_connected: bool,
    /// It was told that something is missing.
    gap: bool,
    /// It was told that nothing follows.
    end: bool,
}

struct World {
    keys: Arc<EventKeys>,
    log: Memory,
    calls: Vec<Call>,
    now: Instant,
}

// === impl World ===

impl World {
    fn new(limits: ReplayLimits) -> Self {
        let keys = Arc::new(EventKeys::new(&Keys::new(0, &[1; 32])));
        let mut world = Self {
            log: Memory::new(limits),
            calls: Vec::new(),
            now: Instant::now(),
            keys,
        };
        for index in 0..STREAMS {
            // Two sessions, so that one may end under the other.
            let session = SessionKey([(index % 2) as u8; 16]);
            let id = Id::Number(index as i64);
            let lane = Lane::with(Some(Box::new(Numbers::new(
                Arc::clone(&world.keys),
                session,
                id,
            ))));
            let stream = lane.stream().expect("it is numbered");
            assert!(world.log.poll_open(&mut noop(), stream).is_ready());
            let priming = lane.priming(Duration::ZERO).expect("it is numbered");
            let priming = String::from_utf8(priming).expect("text");
            world.calls.push(Call {
                lane,
                stream,
                said: Vec::new(),
                written: 0,
                is_over: false,
                client: Client {
                    last_id: Some(field(&priming, "id: ").to_owned()),
                    ..Client::default()
                },
            });
        }
        world
    }

    fn run(&mut self, op: &Op) {
        match *op {
            Op::Emit(index, many) => {
                for _ in 0..many {
                    self.say(index, "said");
                }
            }
            Op::Drain(index) => self.drain(index, false),
            Op::Finish(index) => {
                if !self.calls[index].is_over {
                    self.say(index, "answer");
                    self.drain(index, true);
                    self.calls[index].is_over = true;
                }
            }
            Op::Resume(index) => {
                let client = &mut self.calls[index].client;
                client.is_connected = true;
                client.on_its_way.clear();
            }
            Op::Read(index) => {
                self.read(index);
            }
            Op::Drop(index, heard) => {
                let client = &mut self.calls[index].client;
                if heard {
                    client.arrive();
                }
                client.on_its_way.clear();
                client.is_connected = false;
            }
            Op::Wait(seconds) => self.now += Duration::from_secs(seconds),
            Op::Forget(index) => {
                let session = self.calls[index].stream.session;
                self.log.forget(session);
            }
        }
    }

    fn say(&mut self, index: usize, what: &str) {
        let call = &mut self.calls[index];
        if call.is_over {
            return;
        }
        let data = format!("{what} {} on {index}", call.said.len() + 1);
        call.lane.push_now(|out| {
            out.extend_from_slice(format!("event: message\ndata: {data}\n\n").as_bytes());
        });
        call.said.push(data);
    }

    fn drain(&mut self, index: usize, is_last: bool) {
        let call = &self.calls[index];
        let drained = call.lane.drain(self.now);
        if drained.count == 0 {
            return;
        }
        let chunk = Chunk::new(drained, call.written, is_last);
        self.calls[index].written += chunk.count;
        let call = &self.calls[index];
        let appended = self
            .log
            .poll_append(&mut noop(), call.stream, &chunk, self.now);
        assert!(appended.is_ready());
    }

    /// Reads once; returns whether there was something.
    fn read(&mut self, index: usize) -> bool {
        let call = &mut self.calls[index];
        if !call.client.is_connected || call.client.gap || call.client.end {
            return false;
        }
        let id = call.client.last_sent().expect("every stream was primed");
        let Some(EventId::Call(event)) = EventId::read(id.as_bytes()) else {
            panic!("{id} does not read back");
        };
        assert!(self.keys.fits(call.stream.session, &event));
        let read = self
            .log
            .poll_read(&mut noop(), call.stream, event.after, self.now);
        match read {
            Poll::Ready(Read::Frames { bytes, last }) => {
                let text = std::str::from_utf8(&bytes).expect("text");
                for event in text.split_terminator("\n\n") {
                    let data = field(event, "data: ").to_owned();
                    let id = field(event, "id: ").to_owned();
                    call.client.on_its_way.push((id, data));
                }
                let id = call.client.last_sent().expect("an id");
                assert!(id.ends_with(&format!("-{last}")), "{id} is {last}");
                true
            }
            Poll::Ready(Read::Gap | Read::Unknown) => {
                call.client.arrive();
                call.client.gap = true;
                false
            }
            Poll::Ready(Read::End) => {
                call.client.arrive();
                assert!(call.is_over);
                call.client.end = true;
                false
            }
            Poll::Ready(Read::Nothing) => false,
            other => panic!("{other:?} of {id}"),
        }
    }

    /// Every call ends, every client resumes and reads to the end; then all is compared.
    fn settle(&mut self) {
        for index in 0..STREAMS {
            self.run(&Op::Finish(index));
            self.run(&Op::Resume(index));
            while self.read(index) {}
            let Call { said, client, .. } = &self.calls[index];
            assert!(client.gap || client.end, "silence on {index}");
            assert_eq!(
                client.heard[..],
                said[..client.heard.len()],
                "in order, each once"
            );
            assert!(client.gap || client.heard.len() == said.len());
        }
    }
}

// === impl Client ===

impl Client {
    fn last_sent(&self) -> Option<&str> {
        let last = self.on_its_way.last().map(|(id, _)| id.as_str());
        last.or(self.last_id.as_deref())
    }

    fn arrive(&mut self) {
        for (id, data) in self.on_its_way.drain(..) {
            self.heard.push(data);
            self.last_id = Some(id);
        }
    }
}

fn noop() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

fn field<'a>(event: &'a str, name: &str) -> &'a str {
    let line = event.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name:?} in {event:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn with_room_every_frame_is_heard_once_in_order(ops in ops()) {
        let mut world = World::new(AMPLE);
        for op in &ops {
            if !matches!(op, Op::Forget(_)) {
                world.run(op);
            }
        }
        world.settle();
        prop_assert!(world.calls.iter().all(|call| call.client.end));
    }

    #[test]
    fn without_room_what_is_missing_is_said(ops in ops()) {
        let mut world = World::new(TIGHT);
        for op in &ops {
            world.run(op);
        }
        world.settle();
    }
}
