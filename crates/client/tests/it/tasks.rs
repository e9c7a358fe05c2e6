//! Calls that go on as tasks.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use tidegate_client::ask::{Elicit, ElicitAnswer};

use crate::{fake::Answer, inside::Inside};

fn task(status: &str, more: Value) -> Value {
    let mut task = json!({
        "taskId": "t/1 ü", "status": status, "ttlMs": null, "pollIntervalMs": 200,
        "createdAt": "2026-07-28T00:00:00Z", "lastUpdatedAt": "2026-07-28T00:00:00Z",
    });
    for (key, value) in more.as_object().expect("an object") {
        task[key] = value.clone();
    }
    task
}

/// A server whose call becomes a task, which stands as `states` says, one after the other.
fn server(states: Vec<Value>) -> Inside {
    let asked = AtomicUsize::new(0);
    Inside::modern(move |seen| {
        let result = match seen.method() {
            "tools/call" => task("working", json!({"resultType": "task"})),
            "tasks/get" => {
                let nth = asked.fetch_add(1, Ordering::Relaxed).min(states.len() - 1);
                states[nth].clone()
            }
            "tasks/update" | "tasks/cancel" => json!({"resultType": "complete"}),
            _ => return None,
        };
        Some(Answer::json(&seen.response(result)))
    })
}

fn question() -> Value {
    json!({"method": "elicitation/create",
        "params": {"message": "?", "requestedSchema": {"type": "object", "properties": {}}}})
}

async fn agree(form: Elicit) -> Result<ElicitAnswer, tidegate_client::Failure> {
    Ok(ElicitAnswer::accept(form.defaults()))
}

#[tokio::test(start_paused = true)]
async fn a_task_is_followed_to_its_result_and_its_questions_are_answered() {
    let asks = task(
        "input_required",
        json!({"inputRequests": {"a": question()}}),
    );
    let asks_more = task(
        "input_required",
        json!({"inputRequests": {"a": question(), "b": question()}}),
    );
    let result = json!({"content": [{"type": "text", "text": "done"}], "isError": true});
    let server = server(vec![
        task("working", json!({"statusMessage": "half"})),
        asks.clone(),
        asks,
        asks_more,
        task("completed", json!({"result": result})),
    ]);
    let client = server
        .client()
        .tasks(true)
        .on_elicitation(agree)
        .connect()
        .await;
    let client = client.expect("connects");
    let result = client.call_tool("slow", json!({})).await.expect("a result");
    assert_eq!((result.text().as_str(), result.is_error), ("done", true));

    let gets = server.all("tasks/get");
    assert_eq!(gets.len(), 5);
    assert_eq!(gets[1].at - gets[0].at, Duration::from_millis(200));
    for get in gets {
        assert_eq!(get.header("mcp-name"), Some("=?base64?dC8xIMO8?="));
        assert_eq!(get.body["params"]["taskId"], "t/1 ü");
    }
    let updates: Vec<Value> = server
        .all("tasks/update")
        .iter()
        .map(|update| update.body["params"]["inputResponses"].clone())
        .collect();
    let accepted = json!({"action": "accept", "content": {}});
    assert_eq!(updates, [json!({"a": accepted}), json!({"b": accepted})]);
    assert!(server.all("tasks/cancel").is_empty());
}

#[tokio::test(start_paused = true)]
async fn failed_and_cancelled_tasks_are_errors() {
    let failed = server(vec![task(
        "failed",
        json!({"error": {"code": -32603, "message": "x"}}),
    )]);
    let client = failed
        .client()
        .tasks(true)
        .connect()
        .await
        .expect("connects");
    let error = client
        .call_tool("slow", json!({}))
        .await
        .expect_err("failed");
    assert_eq!(error.rpc_code(), Some(-32603));

    let cancelled = server(vec![task(
        "cancelled",
        json!({"statusMessage": "by an operator"}),
    )]);
    let client = cancelled
        .client()
        .tasks(true)
        .connect()
        .await
        .expect("connects");
    let error = client
        .call_tool("slow", json!({}))
        .await
        .expect_err("cancelled");
    assert!(error.to_string().contains("by an operator"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_cancels_its_task() {
    for way in ["dropped", "cancelled", "late"] {
        let server = server(vec![task("working", json!({}))]);
        let client = server
            .client()
            .tasks(true)
            .connect()
            .await
            .expect("connects");
        let call = client
            .call("slow")
            .deadline(Duration::from_secs(5))
            .start()
            .await;
        let mut call = call.expect("starts");
        if way == "late" {
            assert!(call.result().await.expect_err("too long").is_timeout());
        } else {
            let waited = tokio::time::timeout(Duration::from_secs(1), call.next()).await;
            assert!(waited.is_err(), "a task says nothing");
            match way {
                "dropped" => drop(call),
                _ => call.cancel().await,
            }
        }
        let cancels = server.until("tasks/cancel", 1).await;
        assert_eq!(cancels[0].body["params"]["taskId"], "t/1 ü", "{way}");
    }
}

#[tokio::test]
async fn a_task_that_was_not_allowed_is_no_answer() {
    let server = server(vec![task("working", json!({}))]);
    let client = server.client().connect().await.expect("connects");
    let error = client
        .call_tool("slow", json!({}))
        .await
        .expect_err("no task");
    assert!(error.is_answer(), "{error}");
}
