//! Tasks on a listener's stream: told how they stand, whenever that changes.

use serde_json::{Value, json};
use tidegate_store::{MemoryTasks, Record, TaskStore};
use tidegate_testkit::{Answer, Door, InMemory, modern, server};

use super::tools::{begin, cancel, get, knows, lasting, named, until, update};
use crate::faults::tools::echo;

async fn follow(door: &Door, ids: &[&str]) -> Answer {
    let filter = json!({ "notifications": { "taskIds": ids, "toolsListChanged": true } });
    let request = modern("subscriptions/listen", filter).can(knows()).id("l");
    let answer = door.ask(request).await;
    assert_eq!(answer.status, 200);
    answer
}

async fn acknowledged(stream: &mut Answer) -> Value {
    let mut first = stream.message().await.expect("an acknowledgement");
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    first["params"]["notifications"].take()
}

/// The next notification: how a task stands.
async fn told(stream: &mut Answer) -> Value {
    let mut message = stream.message().await.expect("a notification");
    assert_eq!(message["method"], "notifications/tasks");
    let params = message["params"].as_object_mut().expect("parameters");
    let tag = params.remove("_meta").expect("a tag");
    assert_eq!(
        tag,
        json!({ "io.modelcontextprotocol/subscriptionId": "l" })
    );
    message["params"].take()
}

/// What `tasks/get` says, but for what every result says.
async fn said(door: &Door, id: &str) -> Value {
    let mut task = get(door, id).await;
    let fields = task.as_object_mut().expect("an object");
    fields.remove("_meta");
    fields.remove("resultType");
    task
}

#[tokio::test(start_paused = true)]
async fn a_follower_hears_each_change_as_it_would_have_asked() {
    let door = lasting().in_memory();
    let id = begin(&door, "greet").await;
    until(&door, &id, "input_required").await;
    let mut stream = follow(&door, &[&id]).await;
    let honoured = acknowledged(&mut stream).await;
    assert_eq!(
        honoured,
        json!({ "taskIds": [id] }),
        "tools do not change here"
    );
    assert_eq!(
        told(&mut stream).await,
        said(&door, &id).await,
        "how it stands at first"
    );
    update(&door, &id, json!({ "name": named("Ann") })).await;
    let last = loop {
        let task = told(&mut stream).await;
        assert_ne!(task["status"], "input_required");
        if task["status"] == "completed" {
            break task;
        }
    };
    assert_eq!(last, said(&door, &id).await);
    assert_eq!(last["result"]["content"][0]["text"], "Hello, Ann!");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_ended_before_is_told_of_once() {
    let door = lasting().in_memory();
    let done = begin(&door, "noisy").await;
    until(&door, &done, "completed").await;
    let asking = begin(&door, "greet").await;
    until(&door, &asking, "input_required").await;
    let mut stream = follow(&door, &[&done, &asking, &done]).await;
    acknowledged(&mut stream).await;
    let mut first = [told(&mut stream).await, told(&mut stream).await];
    first.sort_by_key(|task| task["status"].to_string());
    assert_eq!(first[0]["taskId"], done.as_str());
    assert_eq!(first[1]["taskId"], asking.as_str());
    cancel(&door, &asking).await;
    let last = told(&mut stream).await;
    assert_eq!(last["taskId"], asking.as_str());
    assert_eq!(last["status"], "cancelled");
}

#[tokio::test(start_paused = true)]
async fn only_ones_own_tasks_are_followed() {
    const NOW: u64 = 1_800_000_000_000;

    let store = MemoryTasks::default();
    let theirs = Record::new(b"bob", None, None, NOW).expect("entropy");
    store.create(theirs.clone(), NOW).await.expect("room");
    let door = lasting().tasks(store).in_memory();
    let mut stream = follow(&door, &["unknown", &theirs.task.task_id]).await;
    assert_eq!(acknowledged(&mut stream).await, json!({ "taskIds": [] }));
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_know_tasks_follows_none() {
    let filter = || json!({ "notifications": { "taskIds": ["x"] } });
    let listen = || modern("subscriptions/listen", filter());
    let door = lasting().in_memory();
    let answer = door.ask(listen()).await;
    assert_eq!(answer.status, 400);
    let response = answer.response().await;
    assert_eq!(response["error"]["code"], -32021);
    assert_eq!(
        response["error"]["data"]["requiredCapabilities"],
        json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } })
    );
    assert_eq!(response["id"], 1);
    // A server without tasks tells of none.
    let door = server().tool("echo", echo).in_memory();
    let answer = door.ask(listen().can(knows())).await;
    assert_eq!(answer.status, 404);
}
