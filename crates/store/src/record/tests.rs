use serde_json::Value;
use tidegate_model::ask::{InputKind, InputRequest};

use super::*;

fn roots() -> InputRequest {
    InputRequest {
        method: InputKind::Roots,
        params: Value::Null,
    }
}

fn record() -> Record {
    Record::new(b"ann", Some(1000), None, 5_000).expect("entropy")
}

#[test]
fn questions_make_it_wait_until_all_are_answered() {
    let mut record = record();
    record.ask("a", &roots(), 6_000).expect("new");
    record.ask("b", &roots(), 6_000).expect("new");
    assert_eq!(record.task.status, TaskStatus::InputRequired);
    assert!(record.answer("a", Raw::empty_object(), 7_000));
    assert!(!record.answer("a", Raw::empty_object(), 7_000), "once");
    assert!(!record.answer("c", Raw::empty_object(), 7_000), "unknown");
    assert_eq!(record.task.status, TaskStatus::InputRequired);
    assert_eq!(record.open().count(), 1);
    record.withdraw("b", 8_000);
    assert_eq!(record.task.status, TaskStatus::Working);
    assert_eq!(record.task.last_updated_at, "1970-01-01T00:00:08Z");
    assert_eq!(record.answered().count(), 1);
    record.take("a");
    assert_eq!(record.answered().count(), 0);
}

#[test]
fn a_key_stands_for_one_question_for_ever() {
    let mut record = record();
    record.ask("a", &roots(), 6_000).expect("new");
    record.ask("a", &roots(), 6_000).expect("the same");
    assert_eq!(record.inputs.len(), 1);
    let mut other = roots();
    other.params = serde_json::json!({"x": 1});
    assert_eq!(record.ask("a", &other, 6_000), Err(KeyTaken));
    record.withdraw("a", 6_000);
    record
        .ask("a", &roots(), 6_000)
        .expect("nobody answered it");
    assert_eq!(record.task.status, TaskStatus::InputRequired);
    record.answer("a", Raw::empty_object(), 7_000);
    assert_eq!(record.ask("a", &roots(), 7_000), Err(KeyTaken), "answered");
}

#[test]
fn its_time_counts_from_its_beginning() {
    let mut record = record();
    record.ask("a", &roots(), 5_999).expect("new");
    assert!(!record.has_expired(5_999) && record.has_expired(6_000));
    record.task.ttl_ms = None;
    assert!(!record.has_expired(u64::MAX));
}

#[test]
fn the_end_closes_what_was_open() {
    let mut record = record();
    record.ask("a", &roots(), 6_000).expect("new");
    record.cancel(7_000);
    assert!(record.has_ended() && record.open().next().is_none());
    assert_eq!(record.end, None);
}
