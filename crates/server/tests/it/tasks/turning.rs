//! Calls that become tasks on their way.

use serde_json::{Value, json};
use tidegate_handler::Context;
use tidegate_server::Respond;
use tidegate_testkit::{Door, InMemory, Session, call, server};

use super::tools::{durable, lasting, named, until, update};
use crate::faults::tools::{Nothing, logged, text};

async fn asked(door: &Door) -> Value {
    let asked = door.ask(durable("migrate")).await.result().await;
    assert_eq!(asked["resultType"], "input_required");
    assert_eq!(asked.get("taskId"), None);
    asked["requestState"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_call_settles_something_first_and_then_goes_on_as_a_task() {
    for respond in [Respond::Auto, Respond::Sse, Respond::Json] {
        let door = lasting().respond(respond).in_memory();
        let state = asked(&door).await;
        let again = durable("migrate")
            .logs("info")
            .param("requestState", state)
            .param("inputResponses", json!({ "name": named("Ann") }));
        let (messages, _) = door.ask(again).await.rest().await;
        let heard = if respond == Respond::Json {
            vec![]
        } else {
            vec!["before", "turning"]
        };
        assert_eq!(
            logged(&messages),
            heard,
            "nothing is lost, nothing comes late"
        );
        let created = &messages.last().expect("an answer")["result"];
        assert_eq!(created["resultType"], "task", "{created}");
        let id = created["taskId"].as_str().expect("an id");
        let task = until(&door, id, "input_required").await;
        let keys: Vec<_> = task["inputRequests"]
            .as_object()
            .expect("some")
            .keys()
            .collect();
        assert_eq!(keys, ["sure"]);
        update(&door, id, json!({ "sure": named("Bob") })).await;
        let task = until(&door, id, "completed").await;
        assert_eq!(text(&task["result"]), "Ann and Bob");
    }
}

#[tokio::test(start_paused = true)]
async fn for_others_the_call_stays_a_call() {
    let door = lasting().in_memory();
    let again = call("migrate", json!({}))
        .can(json!({ "elicitation": {} }))
        .param("inputResponses", json!({ "name": named("Ann") }));
    let done = door.ask(again).await.result().await;
    assert_eq!(text(&done), "Ann, directly");
    let session = Session::open(&door, "2025-11-25").await;
    for tool in ["turns", "thread_turns"] {
        let result = session
            .ask(session.call(tool, json!({})))
            .await
            .result()
            .await;
        assert_eq!(text(&result), "durable: false");
    }
}

#[tokio::test]
async fn threads_turn_too() {
    let door = lasting().in_memory();
    for tool in ["turns", "thread_turns"] {
        let created = door.ask(durable(tool)).await.result().await;
        let id = created["taskId"].as_str().expect("an id");
        let task = until(&door, id, "completed").await;
        assert_eq!(text(&task["result"]), "durable: true");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_offers_no_tasks_makes_none() {
    async fn turns(_: Nothing, cx: Context) -> String {
        cx.go_durable().await;
        format!("durable: {}", cx.is_durable())
    }

    let door = server().tool("turns", turns).in_memory();
    let result = door.ask(durable("turns")).await.result().await;
    assert_eq!(text(&result), "durable: false");
}
