//! What is refused, and how.

use serde_json::{Value, json};
use tidegate_server::{Config, Respond};
use tidegate_testkit::{InMemory, Session, call, modern};

use super::tools::{about, begin, durable, knows, lasting, waiting};
use crate::faults::tools::telling;

fn needs(response: &Value) -> &Value {
    &response["error"]["data"]["requiredCapabilities"]
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_know_tasks_is_told_what_is_missing() {
    for respond in [Respond::Auto, Respond::Sse] {
        let door = lasting().respond(respond).in_memory();
        let id = begin(&door, "noisy").await;
        let mut requests: Vec<_> = ["tasks/get", "tasks/update", "tasks/cancel"]
            .map(|method| about(method, &id))
            .into();
        requests.push(call("breaks", json!({})));
        for request in requests {
            let answer = door.ask(request.can(json!({ "elicitation": {} }))).await;
            assert_eq!(answer.status, 400);
            let response = answer.response().await;
            assert_eq!(response["error"]["code"], -32021);
            let extension = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
            assert_eq!(*needs(&response), extension);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_tasks_and_wrong_parameters_are_refused() {
    let door = lasting().in_memory();
    let id = begin(&door, "noisy").await;
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        for unknown in ["unknown", &id.to_uppercase(), &format!("{id}x")] {
            let request = about(method, unknown).param("inputResponses", json!({}));
            let answer = door.ask(request).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.error().await, -32602, "{method}");
        }
    }
    for responses in [json!(null), json!([]), json!("x")] {
        let update = about("tasks/update", &id).param("inputResponses", responses);
        assert_eq!(door.ask(update).await.error().await, -32602);
    }
    let update = about("tasks/update", &id);
    assert_eq!(
        door.ask(update).await.error().await,
        -32602,
        "no answers at all"
    );
}

#[tokio::test(start_paused = true)]
async fn the_routing_headers_repeat_the_task() {
    let door = lasting().in_memory();
    let id = begin(&door, "noisy").await;
    let get = || about("tasks/get", &id);
    for wrong in [
        get().header("mcp-name", "other"),
        get().without("mcp-name"),
        get().header("mcp-method", "tasks/cancel"),
    ] {
        let answer = door.ask(wrong).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.error().await, -32020);
    }
}

#[tokio::test(start_paused = true)]
async fn the_methods_of_the_experiment_are_not_there() {
    let door = lasting().in_memory();
    for method in ["tasks/result", "tasks/list"] {
        let answer = door.ask(about(method, "x")).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.error().await, -32601);
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_have_no_tasks() {
    let door = lasting().in_memory();
    for revision in ["2025-11-25", "2025-06-18", "2025-03-26"] {
        let session = Session::open(&door, revision).await;
        for method in [
            "tasks/get",
            "tasks/update",
            "tasks/cancel",
            "tasks/result",
            "tasks/list",
        ] {
            let request = session.request(method, json!({ "taskId": "x" }));
            assert_eq!(session.ask(request).await.error().await, -32601, "{method}");
        }
        let call = session
            .call("noisy", json!({}))
            .param("task", json!({ "ttl": 1000 }));
        let result = session.ask(call).await.result().await;
        assert_eq!(result["content"][0]["text"], "done, durable: false");
        assert_eq!(result.get("task"), None);
        let only = session
            .ask(session.call("breaks", json!({})))
            .await
            .response()
            .await;
        assert_eq!(only["error"]["code"], -32603, "{only}");
    }
}

#[tokio::test(start_paused = true)]
async fn more_tasks_than_may_run_are_refused() {
    let (tell, mut heard) = telling();
    let config = Config {
        max_tasks: 2,
        ..Config::default()
    };
    let door = waiting(tell).config(config).in_memory();
    let first = begin(&door, "waits").await;
    begin(&door, "waits").await;
    for respond in ["application/json", "application/json, text/event-stream"] {
        let answer = door.ask(durable("waits").accept(respond)).await;
        if respond == "application/json" {
            assert_eq!(answer.status, 503);
            assert_eq!(answer.header("retry-after"), Some("5"));
        }
        assert_eq!(answer.error().await, -32603);
    }
    // A call that has begun goes on as a call.
    let turned = door.ask(durable("turns")).await.result().await;
    assert_eq!(turned["content"][0]["text"], "durable: false");
    super::tools::cancel(&door, &first).await;
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(heard.recv().await, Some("dropped"));
    begin(&door, "noisy").await;
}

#[tokio::test(start_paused = true)]
async fn only_a_tools_call_becomes_a_task() {
    let door = lasting().in_memory();
    let list = modern("tools/list", json!({})).can(knows());
    assert_eq!(
        door.ask(list).await.result().await["resultType"],
        "complete"
    );
}
