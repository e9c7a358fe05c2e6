//! The modern era: a round ends with all questions, and the call comes again with the answers.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tidegate_handler::Context;
use tidegate_server::Respond;
use tidegate_testkit::{Door, InMemory, Request, call, modern, server};

use super::tools::{asking, name};
use crate::faults::tools::text;

fn all() -> Value {
    json!({ "elicitation": {}, "sampling": {}, "roots": {} })
}

fn is(name: &str) -> Value {
    json!({ "action": "accept", "content": { "name": name } })
}

async fn result(door: &Door, request: Request) -> Value {
    let answer = door.ask(request).await;
    assert_eq!(answer.status, 200);
    answer.result().await
}

#[tokio::test(start_paused = true)]
async fn a_call_asks_and_comes_again() {
    let door = asking().in_memory();
    let greet = call("greet", json!({})).can(all());
    let asked = result(&door, greet.clone()).await;
    assert_eq!(asked["resultType"], "input_required");
    assert_eq!(asked.get("ttlMs"), None);
    let request = &asked["inputRequests"]["name"];
    assert_eq!(request["method"], "elicitation/create");
    assert_eq!(request["params"]["message"], "Who are you?");
    assert_eq!(request.get("id"), None, "a bare request");
    let again = greet
        .id(2)
        .param("inputResponses", json!({ "name": is("Ann"), "unknown": 7 }))
        .param("requestState", asked["requestState"].clone());
    for _ in 0..2 {
        let done = result(&door, again.clone()).await;
        assert_eq!(done["resultType"], "complete");
        assert_eq!(
            text(&done),
            "Hello, Ann!",
            "a retry that is sent again is served"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn all_questions_of_a_round_come_together() {
    let door = asking().in_memory();
    let three = call("three", json!({})).can(all());
    let asked = result(&door, three.clone()).await;
    let methods: Vec<&Value> = ["name", "model", "roots"]
        .iter()
        .map(|key| &asked["inputRequests"][key]["method"])
        .collect();
    assert_eq!(
        methods,
        ["elicitation/create", "sampling/createMessage", "roots/list"]
    );
    // What is missing is asked again; what was answered is remembered in the state.
    let partly = three
        .clone()
        .param("requestState", asked["requestState"].clone())
        .param("inputResponses", json!({ "name": is("Ann") }));
    let asked = result(&door, partly).await;
    assert_eq!(
        asked["inputRequests"].as_object().map(|all| all.len()),
        Some(2)
    );
    let model = json!({
        "role": "assistant", "model": "m", "content": { "type": "text", "text": "hi" },
    });
    let done = three
        .param("requestState", asked["requestState"].clone())
        .param(
            "inputResponses",
            json!({ "model": model, "roots": { "roots": [] } }),
        );
    assert_eq!(text(&result(&door, done).await), "Ann hi 0");
}

#[tokio::test(start_paused = true)]
async fn each_round_has_a_state_of_its_own() {
    let door = asking().in_memory();
    let twice = call("twice", json!({})).can(all());
    let one = result(&door, twice.clone()).await;
    let second = twice
        .clone()
        .param("requestState", one["requestState"].clone())
        .param("inputResponses", json!({ "first": is("Ann") }));
    let two = result(&door, second).await;
    assert!(two["inputRequests"].get("second").is_some());
    assert_ne!(one["requestState"], two["requestState"]);
    let third = twice
        .param("requestState", two["requestState"].clone())
        .param("inputResponses", json!({ "second": is("Bob") }));
    assert_eq!(text(&result(&door, third).await), "Ann and Bob");
}

#[tokio::test(start_paused = true)]
async fn resources_and_threads_ask_too() {
    let door = asking().in_memory();
    let requests = [
        (
            modern("resources/read", json!({ "uri": "test://mine" })),
            "Ann's",
        ),
        (call("thread", json!({})), "Ann"),
    ];
    for (request, said) in requests {
        let request = request.can(all());
        let asked = result(&door, request.clone()).await;
        assert_eq!(asked["resultType"], "input_required", "{asked}");
        let again = request
            .param("requestState", asked["requestState"].clone())
            .param("inputResponses", json!({ "name": is("Ann") }));
        let done = result(&door, again).await.to_string();
        assert!(done.contains(said), "{done}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_cannot_be_asked_is_told_what_is_missing() {
    for respond in [Respond::Auto, Respond::Sse, Respond::Json] {
        let door = asking().respond(respond).in_memory();
        for capabilities in [json!({}), json!({ "elicitation": { "url": {} } })] {
            let answer = door.ask(call("greet", json!({})).can(capabilities)).await;
            assert_eq!(answer.status, 400, "before anything streams");
            let response = answer.response().await;
            assert_eq!(response["error"]["code"], -32021);
            assert_eq!(
                response["error"]["data"]["requiredCapabilities"],
                json!({ "elicitation": { "form": {} } })
            );
            assert_eq!(response["id"], 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_do_not_fit_are_refused() {
    let door = asking().in_memory();
    for responses in [
        json!({ "name": 12345 }),
        json!({ "name": { "action": "accept", "content": { "name": 7 } } }),
        json!(null),
        json!([]),
    ] {
        let greet = call("greet", json!({})).can(all());
        let answer = door
            .ask(greet.param("inputResponses", responses.clone()))
            .await;
        assert_eq!(answer.error().await, -32602, "{responses}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_who_declines_is_no_error() {
    let door = asking().in_memory();
    let greet = call("greet", json!({})).can(all());
    let declined = greet.param("inputResponses", json!({ "name": { "action": "decline" } }));
    assert_eq!(text(&result(&door, declined).await), "Hello, nobody!");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_given_up_at_once_ends_no_round() {
    let hasty = async |_: Map<String, Value>, cx: Context| {
        let is_answered = tokio::select! {
            biased;
            _ = cx.ask("name", name()) => true,
            () = std::future::ready(()) => false,
        };
        tokio::time::sleep(Duration::from_secs(1)).await;
        format!("answered: {is_answered}")
    };
    let door = server().tool("hasty", hasty).in_memory();
    let request = call("hasty", json!({})).can(json!({ "elicitation": {} }));
    let result = door.ask(request).await.result().await;
    assert_eq!(text(&result), "answered: false", "{result}");
}
