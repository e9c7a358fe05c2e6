//! The replay log, by any list of operations: every frame once and in order, or a gap that is said.

use std::{
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bolero::{TypeGenerator, check};
use bytes::Bytes;
use tidegate_era::Revision;
use tidegate_session::{
    Chunk, EventId, EventKeys, Keys, Memory, Read, ReplayLimits, ReplayStore, Stream, Ticket,
};

#[derive(Clone, Copy, Debug, TypeGenerator)]
enum OnLog {
    Append { stream: u8, frames: u8, size: u8 },
    Finish(u8),
    Read(u8),
    ReadAgain { stream: u8, back: u8 },
    Later(u8),
    Expire,
    Forget(u8),
}

/// A stream, and a client that reads it.
struct Spoken {
    stream: Stream,
    /// How many frames were appended.
    said: u64,
    heard: u64,
    is_over: bool,
}

const STREAMS: usize = 4;

const LIMITS: ReplayLimits = ReplayLimits {
    age: Duration::from_secs(20),
    session_bytes: 3_000,
    session_frames: 24,
    bytes: 5_000,
};

#[test]
fn any_life_of_streams() {
    check!().with_type::<Vec<OnLog>>().for_each(|operations| {
        let log = Memory::new(LIMITS);
        let mut now = Instant::now();
        let sessions = [(); 2].map(|()| {
            let ticket = Ticket::new(Revision::V2025_11_25, 0);
            ticket.expect("entropy").key
        });
        let mut streams: Vec<Spoken> = (0..STREAMS)
            .map(|number| Spoken {
                stream: Stream {
                    session: sessions[number % 2],
                    number: number as u64,
                },
                said: 0,
                heard: 0,
                is_over: false,
            })
            .collect();
        for one in &streams {
            assert!(log.poll_open(&mut noop(), one.stream).is_ready());
        }
        for operation in operations {
            match operation {
                OnLog::Append {
                    stream,
                    frames,
                    size,
                } => {
                    let one = &mut streams[usize::from(*stream) % STREAMS];
                    append(&log, one, u64::from(*frames) % 8, *size, false, now);
                }
                OnLog::Finish(stream) => {
                    let one = &mut streams[usize::from(*stream) % STREAMS];
                    append(&log, one, 1, 10, true, now);
                }
                OnLog::Read(stream) => {
                    let one = &mut streams[usize::from(*stream) % STREAMS];
                    one.heard = read(&log, one, one.heard, now);
                }
                OnLog::ReadAgain { stream, back } => {
                    let one = &streams[usize::from(*stream) % STREAMS];
                    read(&log, one, one.heard.saturating_sub(u64::from(*back)), now);
                }
                OnLog::Later(seconds) => now += Duration::from_secs(u64::from(*seconds) % 8),
                OnLog::Expire => log.expire(now),
                OnLog::Forget(session) => log.forget(sessions[usize::from(*session) % 2]),
            }
        }
    });
}

fn append(log: &Memory, one: &mut Spoken, count: u64, size: u8, is_last: bool, now: Instant) {
    if one.is_over || count == 0 {
        return;
    }
    let frames: String = (one.said + 1..=one.said + count)
        .map(|number| format!("data: {number} {}\n\n", "x".repeat(usize::from(size))))
        .collect();
    let chunk = Chunk {
        first: one.said + 1,
        count,
        bytes: Bytes::from(frames),
        is_last,
    };
    assert!(
        log.poll_append(&mut noop(), one.stream, &chunk, now)
            .is_ready()
    );
    one.said += count;
    one.is_over = is_last;
}

/// Reads once after frame `after`, and returns how far that went.
fn read(log: &Memory, one: &Spoken, after: u64, now: Instant) -> u64 {
    match log.poll_read(&mut noop(), one.stream, after, now) {
        Poll::Ready(Read::Frames { bytes, last }) => {
            let text = std::str::from_utf8(&bytes).expect("text");
            let mut next = after;
            for event in text.split_terminator("\n\n") {
                next += 1;
                assert!(event.starts_with(&format!("data: {next} ")), "{event:?}");
            }
            assert_eq!(next, last);
            assert!(last <= one.said && last > after);
            last
        }
        Poll::Ready(Read::Nothing) => {
            assert!(after == one.said && !one.is_over);
            after
        }
        Poll::Ready(Read::End) => {
            assert!(after == one.said && one.is_over);
            after
        }
        Poll::Ready(Read::Gap) => {
            assert!(after < one.said, "nothing is missing");
            after
        }
        Poll::Ready(Read::Unknown) => after,
        Poll::Ready(Read::Beyond) => panic!("{after} of {} was said", one.said),
        Poll::Pending => panic!("memory is always ready"),
    }
}

fn noop() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

#[test]
fn any_event_id() {
    let keys = EventKeys::new(&Keys::new(0, &[3; 32]));
    let session = Ticket::new(Revision::V2025_11_25, 0).expect("entropy").key;
    check!().for_each(|id: &[u8]| {
        if let Some(EventId::Call(event)) = EventId::read(id) {
            assert!(!keys.fits(session, &event), "a tag was guessed");
        }
    });
}
