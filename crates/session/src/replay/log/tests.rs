use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Wake,
};

use super::*;

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

struct Told(Log, Instant);

impl Told {
    fn new(limits: ReplayLimits) -> Self {
        Self(Log::new(limits), Instant::now())
    }

    fn append(&mut self, stream: Stream, first: u64, count: u64, is_last: bool) {
        let bytes = "data: x\n\n".repeat(count as usize).into();
        let chunk = Chunk {
            first,
            count,
            bytes,
            is_last,
        };
        self.0.append(stream, &chunk, self.1);
    }

    fn read(&mut self, stream: Stream, after: u64) -> Read {
        self.0.read(stream, after, Waker::noop(), self.1)
    }

    fn last(&mut self, stream: Stream, after: u64) -> Option<u64> {
        match self.read(stream, after) {
            Read::Frames { last, .. } => Some(last),
            _ => None,
        }
    }
}

fn stream(session: u8, number: u64) -> Stream {
    Stream {
        session: SessionKey([session; 16]),
        number,
    }
}

#[test]
fn a_session_gives_up_what_it_said_before_its_answers_and_spares_others() {
    let mut log = Told::new(TIGHT);
    let (done, busy, other) = (stream(1, 1), stream(1, 2), stream(2, 3));
    log.append(done, 1, 3, true);
    log.append(other, 1, 3, true);
    for first in (1..40).step_by(3) {
        log.append(busy, first, 3, false);
    }
    assert_eq!(log.read(busy, 0), Read::Gap);
    assert_eq!(log.last(busy, 36), Some(39));
    assert_eq!(log.last(done, 0), Some(3), "an answer stays longest");
    assert_eq!(log.last(other, 0), Some(3));
}

#[test]
fn old_answers_leave_half_of_the_room_to_what_is_said() {
    let mut log = Told::new(TIGHT);
    for number in 1..20 {
        log.append(stream(1, number), 1, 1, true);
    }
    let busy = stream(1, 100);
    log.append(busy, 1, 1, false);
    log.append(busy, 2, 1, false);
    assert_eq!(log.last(busy, 0), Some(1));
    assert_eq!(log.read(stream(1, 1), 0), Read::Unknown);
    assert_eq!(log.last(stream(1, 19), 0), Some(1));
}

#[test]
fn what_was_said_last_is_kept_however_long() {
    let mut log = Told::new(TIGHT);
    log.append(stream(1, 1), 1, 500, true);
    assert_eq!(log.last(stream(1, 1), 499), Some(500));
    log.append(stream(1, 2), 1, 1, false);
    assert_eq!(log.read(stream(1, 1), 499), Read::Unknown);
    assert_eq!(log.last(stream(1, 2), 0), Some(1));
}

#[test]
fn an_ended_stream_is_forgotten_in_time_and_leaves_nothing() {
    let mut log = Told::new(TIGHT);
    log.append(stream(1, 1), 1, 2, true);
    log.append(stream(1, 2), 1, 1, false);
    log.1 += TIGHT.age;
    assert_eq!(log.read(stream(1, 1), 0), Read::Unknown);
    assert_eq!(
        log.last(stream(1, 2), 0),
        Some(1),
        "one that goes on is not"
    );
    log.append(stream(1, 2), 2, 0, true);
    assert_eq!(log.read(stream(1, 2), 1), Read::End);
    log.1 += TIGHT.age;
    log.0.expire(log.1);
    assert_eq!(log.0.size(), (0, 0, 0));
}

#[test]
fn a_session_that_ends_leaves_nothing_and_its_last_words_are_not_kept() {
    let mut log = Told::new(AMPLE);
    log.append(stream(1, 1), 1, 2, false);
    log.append(stream(1, 2), 1, 2, true);
    log.0.forget(SessionKey([1; 16]));
    log.append(stream(1, 1), 3, 1, true);
    assert_eq!(log.0.size(), (0, 0, 0));
}

#[test]
fn another_sessions_stream_is_unknown_and_what_was_never_said_is_told_apart() {
    let mut log = Told::new(AMPLE);
    log.append(stream(1, 1), 1, 2, false);
    assert_eq!(log.read(stream(2, 1), 0), Read::Unknown);
    assert_eq!(log.read(stream(1, 1), 3), Read::Beyond);
    assert_eq!(log.read(stream(1, 1), 2), Read::Nothing);
}

#[test]
fn many_short_streams_leave_no_marks_behind() {
    let mut log = Told::new(TIGHT);
    for number in 0..10_000 {
        log.append(stream(number as u8, number), 1, 1, true);
    }
    let (streams, sessions, bytes) = log.0.size();
    assert!(streams < 20 && sessions < 20 && bytes < 5_000);
    assert!(log.0.marks() < 500, "{}", log.0.marks());
}

#[test]
fn readers_that_come_and_go_are_not_remembered() {
    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    let mut log = Told::new(AMPLE);
    let silent = stream(1, 1);
    log.0.open(silent);
    let readers: Vec<_> = (0..100).map(|_| Arc::new(Count::default())).collect();
    for reader in &readers {
        let waker = Waker::from(Arc::clone(reader));
        assert_eq!(log.0.read(silent, 0, &waker, log.1), Read::Nothing);
    }
    let kept = readers.iter().filter(|one| Arc::strong_count(one) > 1);
    assert_eq!(kept.count(), MAX_TAILING);
    let woken = |reader: &Arc<Count>| reader.0.load(Ordering::Relaxed);
    let let_go = readers.len() - MAX_TAILING;
    assert!(
        readers[..let_go].iter().all(|one| woken(one) == 1),
        "it looks again"
    );
    let chunk = Chunk {
        first: 1,
        count: 1,
        bytes: "data: x\n\n".into(),
        is_last: false,
    };
    let tailing = log.0.append(silent, &chunk, log.1);
    assert_eq!(tailing.len(), MAX_TAILING);
}
