//! How tasks end: done, done badly, broken, too late.

use serde_json::json;
use tidegate_testkit::InMemory;

use super::tools::{begin, lasting, until};
use crate::faults::tools::text;

#[tokio::test(start_paused = true)]
async fn a_tool_that_fails_has_completed() {
    let door = lasting().in_memory();
    let id = begin(&door, "fails").await;
    let task = until(&door, &id, "completed").await;
    assert_eq!(task["result"]["isError"], true);
    assert_eq!(text(&task["result"]), "no such file");
    assert_eq!(task.get("error"), None);
}

#[tokio::test(start_paused = true)]
async fn a_json_rpc_error_is_a_failed_task() {
    let door = lasting().in_memory();
    let id = begin(&door, "breaks").await;
    let task = until(&door, &id, "failed").await;
    assert_eq!(
        task["error"],
        json!({ "code": -32050, "message": "too fast", "data": { "limit": 7 } })
    );
    assert_eq!(task["statusMessage"], "too fast");
    assert_eq!(task.get("result"), None);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failed_task_and_says_nothing_of_its_insides() {
    let door = lasting().in_memory();
    let id = begin(&door, "panics").await;
    let task = until(&door, &id, "failed").await;
    assert_eq!(task["error"]["code"], -32603);
    assert!(!task.to_string().contains("insides"), "{task}");
    assert_eq!(
        begin(&door, "fails").await.len(),
        id.len(),
        "the server goes on"
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_has_its_tools_deadline() {
    let door = lasting().in_memory();
    let id = begin(&door, "sleeps").await;
    tokio::time::sleep(std::time::Duration::from_secs(59)).await;
    assert_eq!(super::tools::get(&door, &id).await["status"], "working");
    let task = until(&door, &id, "completed").await;
    assert_eq!(task["result"]["isError"], true);
    assert!(text(&task["result"]).contains("longer than 60s"), "{task}");
}
