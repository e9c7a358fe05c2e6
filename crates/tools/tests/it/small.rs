//! `calculate`, `echo` and `count`.

use serde_json::{Value, json};
use tidegate_handler::Level;

use crate::harness::Tools;

#[tokio::test]
async fn calculate_shows_its_value() {
    let tools = Tools::with(&[]);
    let called = tools
        .call("calculate", json!({ "a": 7, "b": 5, "op": "mul" }))
        .await;
    assert_eq!(called.text(), "35");
    assert_eq!(called.structured()["result"], 35.0);
    assert!(called.messages.is_empty());
}

#[tokio::test]
async fn a_division_by_zero_is_nan_and_no_failure() {
    let called = Tools::with(&[])
        .call("calculate", json!({ "a": 1, "b": 0, "op": "div" }))
        .await;
    assert_eq!(called.text(), "NaN");
    assert_eq!(
        called.structured(),
        json!({ "result": null, "text": "NaN" })
    );
    assert_ne!(called.result()["isError"], true);
}

#[tokio::test]
async fn another_operation_can_be_mended() {
    let called = Tools::with(&[])
        .call("calculate", json!({ "a": 1, "b": 0, "op": "pow" }))
        .await;
    let failure = called.failure();
    assert!(
        failure.contains("op") && failure.contains("add"),
        "{failure}"
    );
}

#[tokio::test]
async fn echo_gives_back_what_it_is_given() {
    let called = Tools::with(&[])
        .call("echo", json!({ "message": "潮\n\"\u{0}" }))
        .await;
    assert_eq!(called.text(), "潮\n\"\u{0}");
    assert_eq!(called.result()["structuredContent"], Value::Null);
}

#[tokio::test]
async fn count_sends_progress_to_who_asked_for_it_and_logs_to_others() {
    let tools = Tools::with(&[]);
    let args = json!({ "n": 5000 });
    let called = tools.call("count", args.clone()).await;
    let all: Vec<_> = (1..=5000).map(|i| (f64::from(i), 5000.0)).collect();
    assert_eq!((called.progress(), called.logs()), (all, vec![]));
    let called = tools
        .call_as("count", args.clone(), Some(Level::Info), false)
        .await;
    let all: Vec<_> = (1..=5000).map(|i| format!("Counted {i}/5000")).collect();
    assert_eq!(
        (called.progress(), called.logs()),
        (vec![], all.iter().map(String::as_str).collect())
    );
    let called = tools.call_as("count", args, None, false).await;
    assert_eq!(
        (called.messages.len(), called.text().as_str()),
        (0, "Counted to 5000")
    );
}

#[tokio::test]
async fn count_waits_when_told_to() {
    let called = Tools::with(&[])
        .call("count", json!({ "n": 3, "delay_ms": 30 }))
        .await;
    let (first, third) = (called.messages[0].0, called.messages[2].0);
    assert!(third - first >= std::time::Duration::from_millis(60));
}

#[tokio::test]
async fn count_refuses_what_would_never_end() {
    let tools = Tools::with(&[]);
    for args in [
        json!({ "n": 10_000_001 }),
        json!({ "n": 5000, "delay_ms": 1000 }),
        json!({ "n": -1 }),
    ] {
        assert!(!tools.call("count", args).await.failure().is_empty());
    }
}
