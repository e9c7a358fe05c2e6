use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Wake,
};

use serde_json::Value;
use tidegate_model::ask::InputKind;

use super::*;

fn roots() -> InputRequest {
    InputRequest {
        method: InputKind::Roots,
        params: Value::Null,
    }
}

fn poll(asks: &Asks, key: &str) -> Poll<Result<Raw, Failure>> {
    asks.poll(&Context::from_waker(Waker::noop()), key, &roots())
}

#[test]
fn a_question_is_new_once_and_open_until_answered() {
    let asks = Asks::new();
    assert!(poll(&asks, "a").is_pending() && poll(&asks, "b").is_pending());
    assert!(asks.has_new());
    assert_eq!(asks.take_new().len(), 2);
    assert!(poll(&asks, "a").is_pending() && !asks.has_new());
    assert!(asks.take_new().is_empty());
    assert!(asks.answer("a", Ok(Raw::empty_object())));
    assert!(!asks.answer("a", Ok(Raw::empty_object())), "once");
    assert_eq!(poll(&asks, "a"), Poll::Ready(Ok(Raw::empty_object())));
    assert_eq!(asks.open().len(), 1);
    asks.withdraw("b");
    assert!(asks.open().is_empty());
}

#[test]
fn too_many_questions_and_strange_keys_are_refused() {
    let asks = Asks::new();
    for key in 0..Asks::MAX_OPEN {
        assert!(poll(&asks, &key.to_string()).is_pending());
    }
    for key in ["one more", "", &"k".repeat(200)] {
        assert!(matches!(poll(&asks, key), Poll::Ready(Err(_))), "{key}");
    }
}

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_question_that_was_withdrawn_is_not_new() {
    let asks = Asks::new();
    assert!(poll(&asks, "a").is_pending() && poll(&asks, "b").is_pending());
    asks.withdraw("a");
    assert!(asks.has_new(), "the other one is");
    asks.withdraw("b");
    assert!(!asks.has_new());
}

#[test]
fn all_who_wait_for_a_question_are_woken() {
    let asks = Asks::new();
    let counts = [Arc::new(Count::default()), Arc::new(Count::default())];
    let poll_both = || {
        for count in &counts {
            let waker = Waker::from(Arc::clone(count));
            let polled = asks.poll(&Context::from_waker(&waker), "a", &roots());
            assert!(polled.is_pending());
        }
    };
    let woken = || {
        counts
            .each_ref()
            .map(|count| count.0.load(Ordering::Relaxed))
    };
    poll_both();
    assert_eq!(asks.take_new().len(), 1, "it is one question");
    asks.withdraw("a");
    assert_eq!(woken(), [1, 1], "who still waits asks again");
    poll_both();
    asks.answer("a", Ok(Raw::empty_object()));
    assert_eq!(woken(), [2, 2]);
}

#[test]
fn a_late_answer_is_not_one_to_the_next_question_of_its_key() {
    let asks = Asks::new();
    assert!(poll(&asks, "a").is_pending());
    let first = asks.take_new().remove(0);
    asks.withdraw("a");
    assert!(poll(&asks, "a").is_pending());
    let second = asks.take_new().remove(0);
    assert!(!asks.is_open(first.number) && asks.is_open(second.number));
    assert!(!asks.answer_number("a", first.number, Ok(Raw::empty_object())));
    assert!(poll(&asks, "a").is_pending());
    assert!(asks.answer_number("a", second.number, Ok(Raw::empty_object())));
    assert!(poll(&asks, "a").is_ready());
}
