//! Who says that there are tasks.

use serde_json::{Value, json};
use tidegate_testkit::{Door, InMemory, Session, modern, server};

use super::tools::{about, knows, lasting};
use crate::faults::tools::echo;

async fn discovered(door: &Door) -> Value {
    let discover = modern("server/discover", json!({})).can(knows());
    let mut result = door.ask(discover).await.result().await;
    result["capabilities"].take()
}

#[tokio::test(start_paused = true)]
async fn a_server_with_a_durable_tool_says_so() {
    let door = lasting().in_memory();
    let capabilities = discovered(&door).await;
    let tasks = json!({ "io.modelcontextprotocol/tasks": {} });
    assert_eq!(capabilities["extensions"], tasks);
    assert_eq!(capabilities.get("tasks"), None);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_one_has_no_tasks() {
    let door = server().tool("echo", echo).in_memory();
    assert_eq!(discovered(&door).await.get("extensions"), None);
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let answer = door.ask(about(method, "x")).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.error().await, -32601);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_hears_nothing_of_it() {
    let door = lasting().in_memory();
    let opened = door
        .ask(Session::initialize("2025-11-25"))
        .await
        .result()
        .await;
    let capabilities = &opened["capabilities"];
    assert!(capabilities.get("tools").is_some());
    assert_eq!(capabilities.get("tasks"), None);
    assert_eq!(capabilities.get("extensions"), None);
}
