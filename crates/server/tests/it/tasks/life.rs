//! A task from its beginning to its end.

use serde_json::json;
use tidegate_server::{Config, Respond};
use tidegate_testkit::{InMemory, Run, call};

use super::tools::{about, begin, durable, get, lasting, until, waiting};
use crate::faults::tools::{telling, text};

#[tokio::test(start_paused = true)]
async fn a_durable_call_is_answered_with_its_task() {
    for respond in [Respond::Auto, Respond::Sse, Respond::Json] {
        let door = lasting().respond(respond).in_memory();
        let answer = door.ask(durable("noisy").logs("debug").progress("p")).await;
        assert_eq!(answer.status, 200);
        let (messages, _) = answer.rest().await;
        assert_eq!(messages.len(), 1, "a task says nothing on its way");
        let created = messages[0]["result"].as_object().expect("a result").clone();
        let mut names: Vec<&str> = created.keys().map(String::as_str).collect();
        names.sort_unstable();
        let all = [
            "_meta",
            "createdAt",
            "lastUpdatedAt",
            "pollIntervalMs",
            "resultType",
            "status",
            "taskId",
            "ttlMs",
        ];
        assert_eq!(names, all, "flat, without what it comes to");
        assert_eq!(created["resultType"], "task");
        assert_eq!(created["status"], "working");
        assert_eq!(created["ttlMs"], 86_400_000);
        assert_eq!(created["pollIntervalMs"], 1_000);
        let at = created["createdAt"].as_str().expect("a time");
        assert!(
            at.starts_with("20") && at.ends_with('Z') && at.contains('T'),
            "{at}"
        );
        let id = created["taskId"].as_str().expect("an id");
        assert!(id.len() >= 32, "it cannot be guessed: {id}");
        let done = until(&door, id, "completed").await;
        assert_eq!(text(&done["result"]), "done, durable: true");
        assert_eq!(done["result"]["resultType"], "complete");
        assert_eq!(done["result"].get("_meta"), None);
        assert_eq!(done["createdAt"], created["createdAt"]);
        assert_eq!(done.get("error"), None);
        assert_eq!(done.get("inputRequests"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_know_tasks_is_answered_directly() {
    let door = lasting().in_memory();
    for capabilities in [
        json!({}),
        json!({ "extensions": {} }),
        json!({ "extensions": { "io.modelcontextprotocol/tasks": true } }),
        json!({ "tasks": { "requests": { "tools": { "call": {} } } } }),
    ] {
        let call = call("noisy", json!({})).can(capabilities);
        // The experiment of 2025-11-25 asked with each call; here that says nothing.
        let answer = door.ask(call.param("task", json!({ "ttl": 1000 }))).await;
        let result = answer.result().await;
        assert_eq!(result["resultType"], "complete");
        assert_eq!(text(&result), "done, durable: false");
    }
    let plain = door.ask(durable("echo").param("task", json!({}))).await;
    assert_eq!(text(&plain.result().await), "nothing");
}

#[tokio::test]
async fn a_task_outlives_its_connection() {
    let (tell, mut heard) = telling();
    let server = waiting(tell).run().await;
    let answer = server.ask(durable("waits")).await;
    let (messages, connection) = answer.rest().await;
    let id = messages[0]["result"]["taskId"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(heard.recv().await, Some("begun"));
    drop(connection);
    let task = get(&server, &id).await;
    assert_eq!(task["status"], "working");
    heard.try_recv().expect_err("it goes on");
    super::tools::cancel(&server, &id).await;
    assert_eq!(heard.recv().await, Some("dropped"));
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn tasks_do_not_share_ids() {
    let door = lasting().in_memory();
    let mut ids = std::collections::HashSet::new();
    for _ in 0..20 {
        assert!(ids.insert(begin(&door, "noisy").await));
    }
}

#[tokio::test]
async fn a_task_is_kept_for_its_time() {
    let (tell, mut heard) = telling();
    let config = Config {
        task_ttl: std::time::Duration::from_millis(300),
        ..Config::default()
    };
    let door = waiting(tell).config(config).in_memory();
    let id = begin(&door, "waits").await;
    assert_eq!(get(&door, &id).await["ttlMs"], 300);
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(
        heard.recv().await,
        Some("dropped"),
        "it does not run for nobody"
    );
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let gone = about(method, &id).param("inputResponses", json!({}));
        assert_eq!(door.ask(gone).await.error().await, -32602, "{method}");
    }
}
