//! Questions of a task: shown to whoever asks after it, answered by `tasks/update`.

use std::time::Duration;

use serde_json::json;
use tidegate_testkit::InMemory;

use super::tools::{begin, get, is_empty, lasting, named, until, update};
use crate::faults::tools::text;

#[tokio::test(start_paused = true)]
async fn a_task_asks_and_goes_on_when_it_is_answered() {
    let door = lasting().in_memory();
    let id = begin(&door, "greet").await;
    for _ in 0..2 {
        let task = until(&door, &id, "input_required").await;
        let request = &task["inputRequests"]["name"];
        assert_eq!(request["method"], "elicitation/create");
        assert_eq!(request["params"]["message"], "Who are you?");
        assert_eq!(request.get("id"), None, "a bare request");
    }
    let ack = update(&door, &id, json!({ "name": named("Ann") })).await;
    assert!(is_empty(&ack), "{ack}");
    let task = until(&door, &id, "completed").await;
    assert_eq!(text(&task["result"]), "Hello, Ann!");
    assert_eq!(task.get("inputRequests"), None);
}

#[tokio::test(start_paused = true)]
async fn answers_may_come_one_by_one() {
    let door = lasting().in_memory();
    let id = begin(&door, "both").await;
    let task = until(&door, &id, "input_required").await;
    let asked = task["inputRequests"].as_object().expect("questions");
    assert_eq!(asked.keys().collect::<Vec<_>>(), ["one", "two"]);
    // What nobody asked is left out, and acknowledged all the same.
    let strange = json!({ "two": named("Bob"), "nine": named("x"), "": 7 });
    assert!(is_empty(&update(&door, &id, strange).await));
    let task = get(&door, &id).await;
    assert_eq!(task["status"], "input_required");
    let asked = task["inputRequests"].as_object().expect("questions");
    assert_eq!(asked.keys().collect::<Vec<_>>(), ["one"]);
    // A second answer to a key that was answered changes nothing.
    let late = json!({ "one": named("Ann"), "two": named("Eve") });
    assert!(is_empty(&update(&door, &id, late).await));
    let third = loop {
        let task = until(&door, &id, "input_required").await;
        if task["inputRequests"].get("three").is_some() {
            break task;
        }
    };
    assert_eq!(
        third["inputRequests"].as_object().map(|all| all.len()),
        Some(1)
    );
    assert!(is_empty(
        &update(&door, &id, json!({ "three": named("Joe") })).await
    ));
    let task = until(&door, &id, "completed").await;
    assert_eq!(text(&task["result"]), "Ann, Bob, Joe");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_fit_is_the_tools_to_judge() {
    let door = lasting().in_memory();
    let id = begin(&door, "greet").await;
    until(&door, &id, "input_required").await;
    assert!(is_empty(&update(&door, &id, json!({ "name": 7 })).await));
    let task = until(&door, &id, "failed").await;
    assert_eq!(task["error"]["code"], -32602);
}

#[tokio::test(start_paused = true)]
async fn a_question_nobody_waits_for_is_withdrawn() {
    let door = lasting().in_memory();
    let id = begin(&door, "hasty").await;
    until(&door, &id, "input_required").await;
    tokio::time::sleep(Duration::from_secs(11)).await;
    let task = get(&door, &id).await;
    assert_eq!(task["status"], "working");
    assert_eq!(task.get("inputRequests"), None);
    assert!(is_empty(
        &update(&door, &id, json!({ "name": named("Ann") })).await
    ));
    let task = until(&door, &id, "completed").await;
    assert_eq!(text(&task["result"]), "too late");
}

#[tokio::test(start_paused = true)]
async fn a_key_stands_for_one_question_in_all_of_a_tasks_life() {
    let door = lasting().in_memory();
    let id = begin(&door, "same_key").await;
    let task = until(&door, &id, "input_required").await;
    assert_eq!(task["inputRequests"]["name"]["params"]["message"], "First?");
    let task = until(&door, &id, "failed").await;
    assert_eq!(task["error"]["code"], -32603);
    assert!(
        task["statusMessage"].to_string().contains("one question"),
        "{task}"
    );
}

#[tokio::test]
async fn threads_ask_too() {
    let door = lasting().in_memory();
    let id = begin(&door, "thread").await;
    until(&door, &id, "input_required").await;
    update(&door, &id, json!({ "name": named("Ann") })).await;
    let task = until(&door, &id, "completed").await;
    assert_eq!(text(&task["result"]), "Ann");
}
