//! Cancelling: an intent, which the first end wins against.

use serde_json::json;
use tidegate_testkit::InMemory;

use super::tools::{begin, cancel, get, is_empty, lasting, named, until, update, waiting};
use crate::faults::tools::telling;

#[tokio::test(start_paused = true)]
async fn a_cancelled_task_stops() {
    let (tell, mut heard) = telling();
    let door = waiting(tell).in_memory();
    let id = begin(&door, "waits").await;
    assert_eq!(heard.recv().await, Some("begun"));
    for _ in 0..2 {
        assert!(is_empty(&cancel(&door, &id).await), "as often as one likes");
    }
    let task = get(&door, &id).await;
    assert_eq!(task["status"], "cancelled");
    assert_eq!(task.get("result").or(task.get("error")), None);
    assert_eq!(heard.recv().await, Some("dropped"));
}

#[tokio::test(start_paused = true)]
async fn an_ended_task_stays_as_it_ended() {
    let door = lasting().in_memory();
    for (tool, status) in [("noisy", "completed"), ("breaks", "failed")] {
        let id = begin(&door, tool).await;
        let before = until(&door, &id, status).await;
        assert!(is_empty(&cancel(&door, &id).await));
        assert!(is_empty(
            &update(&door, &id, json!({ "name": named("x") })).await
        ));
        assert_eq!(get(&door, &id).await, before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_for_an_answer_can_be_cancelled() {
    let door = lasting().in_memory();
    let id = begin(&door, "greet").await;
    until(&door, &id, "input_required").await;
    assert!(is_empty(&cancel(&door, &id).await));
    let task = get(&door, &id).await;
    assert_eq!(task["status"], "cancelled");
    assert_eq!(task.get("inputRequests"), None);
    assert!(is_empty(
        &update(&door, &id, json!({ "name": named("x") })).await
    ));
    assert_eq!(get(&door, &id).await["status"], "cancelled");
}

/// Whichever is first, the end is one end, and stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_and_cancellations_race() {
    let door = lasting().in_memory();
    let mut ends = std::collections::BTreeMap::new();
    for _ in 0..50 {
        let id = begin(&door, "greet").await;
        until(&door, &id, "input_required").await;
        let (_, _) = tokio::join!(
            update(&door, &id, json!({ "name": named("Ann") })),
            cancel(&door, &id),
        );
        let task = get(&door, &id).await;
        let end = task["status"].as_str().expect("a status").to_owned();
        assert!(["cancelled", "completed"].contains(&end.as_str()), "{task}");
        assert_eq!(task.get("result").is_some(), end == "completed");
        tokio::task::yield_now().await;
        assert_eq!(get(&door, &id).await, task, "the end is the end");
        *ends.entry(end).or_insert(0) += 1;
    }
    assert_eq!(ends.values().sum::<u32>(), 50);
}
