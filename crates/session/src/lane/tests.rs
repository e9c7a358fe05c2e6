use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::task::{Wake, Waker};

use tidegate_model::Id;

use super::*;
use crate::{EventKeys, Keys, SessionKey};

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Count {
    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

fn push(lane: &Lane, waker: &Waker, now: Instant, stage: &mut Push, frame: &str) -> Poll<()> {
    let cx = Context::from_waker(waker);
    lane.poll_push(&cx, now, stage, None, |out| {
        out.extend_from_slice(frame.as_bytes())
    })
}

#[test]
fn the_first_frame_gives_way_and_the_next_ones_share_a_write() {
    let lane = Lane::new();
    let now = Instant::now();
    let waker = Waker::noop();
    let mut stage = Push::default();
    assert!(push(&lane, waker, now, &mut stage, "a").is_pending());
    let drained = lane.drain(now);
    assert_eq!(
        (drained.frames.as_slice(), drained.gave_way),
        (&b"a"[..], true)
    );
    assert!(push(&lane, waker, now, &mut stage, "a").is_ready());

    for frame in ["b", "c"] {
        assert!(push(&lane, waker, now, &mut Push::default(), frame).is_ready());
    }
    let drained = lane.drain(now);
    assert_eq!(
        (drained.frames.as_slice(), drained.gave_way),
        (&b"bc"[..], false)
    );
}

#[test]
fn frames_of_a_busy_writer_leave_after_a_while() {
    let lane = Lane::new();
    let start = Instant::now();
    let waker = Waker::noop();
    assert!(push(&lane, waker, start, &mut Push::default(), "a").is_pending());
    lane.drain(start);
    assert!(push(&lane, waker, start, &mut Push::default(), "b").is_ready());
    let late = start + Lane::PATIENCE;
    assert!(push(&lane, waker, late, &mut Push::default(), "c").is_pending());
    assert!(lane.drain(late).gave_way);
}

#[test]
fn a_full_lane_makes_its_writer_wait_and_a_drain_wakes_it() {
    let lane = Lane::new();
    let now = Instant::now();
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    assert!(push(&lane, &waker, now, &mut Push::default(), "x").is_pending());
    for _ in 1..Lane::MAX_FRAMES {
        assert!(push(&lane, &waker, now, &mut Push::default(), "x").is_ready());
    }
    let woken = count.get();
    let mut stage = Push::default();
    assert!(push(&lane, &waker, now, &mut stage, "y").is_pending());
    assert_eq!(stage, Push::Waiting);
    assert_eq!(lane.drain(now).frames.len(), Lane::MAX_FRAMES);
    assert_eq!(count.get(), woken + 1);
    assert!(push(&lane, &waker, now, &mut stage, "y").is_ready());
}

#[test]
fn a_reader_that_waits_is_woken() {
    let lane = Lane::new();
    let now = Instant::now();
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    assert!(
        lane.poll_drain(&Context::from_waker(&waker), now)
            .is_pending()
    );
    lane.push_now(|out| out.push(b'a'));
    assert_eq!(count.get(), 1);
    assert!(
        lane.poll_drain(&Context::from_waker(&waker), now)
            .is_ready()
    );
}

#[test]
fn progress_only_grows() {
    let lane = Lane::new();
    let now = Instant::now();
    let cx = Context::from_waker(Waker::noop());
    for done in [1.0, 1.0, 0.5, 2.0] {
        let _ = lane.poll_push(&cx, now, &mut Push::default(), Some(done), |out| {
            out.extend_from_slice(done.to_string().as_bytes());
        });
    }
    assert_eq!(lane.drain(now).frames, b"12");
}

#[test]
fn without_a_reader_pushes_never_wait() {
    let lane = Lane::new();
    let now = Instant::now();
    lane.detach();
    for _ in 0..2 * Lane::MAX_FRAMES {
        assert!(push(&lane, Waker::noop(), now, &mut Push::default(), "x").is_ready());
    }
    assert!(lane.is_empty());
}

#[test]
fn cancelling_wakes_both_sides() {
    let lane = Lane::new();
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let cx = Context::from_waker(&waker);
    assert!(lane.poll_cancelled(&cx).is_pending());
    assert!(lane.poll_drain(&cx, Instant::now()).is_pending());
    lane.cancel();
    assert_eq!(count.get(), 2);
    assert!(lane.is_cancelled() && lane.poll_cancelled(&cx).is_ready());
}

fn numbered() -> Lane {
    let keys = EventKeys::new(&Keys::new(0, &[5; 32])).into();
    let numbers = Numbers::new(keys, SessionKey([1; 16]), Id::Number(7));
    Lane::with(Some(Box::new(numbers)))
}

#[test]
fn frames_of_a_numbered_lane_begin_with_their_ids() {
    let lane = numbered();
    let priming = lane.priming(Duration::from_millis(250)).expect("numbers");
    let priming = String::from_utf8(priming).expect("text");
    let (id, rest) = priming.split_once('\n').expect("a line");
    let stem = id.strip_suffix('0').expect("the place before the first");
    assert!(stem.starts_with("id: c1.n7."), "{id}");
    assert_eq!(rest, "retry: 250\ndata: \n\n");
    for frame in ["data: a\n\n", "data: b\n\n"] {
        lane.push_now(|out| out.extend_from_slice(frame.as_bytes()));
    }
    let drained = lane.drain(Instant::now());
    let expected = format!("{stem}1\ndata: a\n\n{stem}2\ndata: b\n\n");
    assert_eq!(drained.frames, expected.as_bytes());
    assert_eq!(drained.count, 2);
}

#[test]
fn a_lane_that_can_be_replayed_is_closed_once_for_each_time_it_is_asked() {
    assert!(!Lane::new().close(None));
    let lane = numbered();
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let cx = Context::from_waker(&waker);
    assert!(lane.poll_readable(&cx).is_pending());
    assert!(lane.close(Some(Duration::ZERO)));
    assert_eq!(count.get(), 1, "its reader is woken");
    assert_eq!(lane.take_closing(), Some(Some(Duration::ZERO)));
    assert_eq!(lane.take_closing(), None);
    lane.detach();
    assert!(!lane.close(None), "nobody reads any more");
}

#[test]
fn a_reader_that_was_wanted_before_it_waits_looks_again() {
    let lane = Lane::new();
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let cx = Context::from_waker(&waker);
    let now = Instant::now();
    lane.wake_reader();
    assert!(lane.poll_drain(&cx, now).is_pending());
    assert_eq!(count.get(), 1, "it looks again");
    assert!(lane.poll_drain(&cx, now).is_pending());
    assert_eq!(count.get(), 1, "once");
    lane.wake_reader();
    assert_eq!(count.get(), 2);
}
