//! `requestState` is in its bearer's hands: what is changed, old, or another call's is refused.

use serde_json::{Value, json};
use tidegate_server::Config;
use tidegate_testkit::{Door, InMemory, Request, call};

use super::tools::asking;
use crate::faults::tools::text;

fn greet(tool: &str, arguments: Value) -> Request {
    call(tool, arguments).can(json!({ "elicitation": {} }))
}

fn answered(request: Request, state: &Value) -> Request {
    let answer = json!({ "name": { "action": "accept", "content": { "name": "Ann" } } });
    request
        .param("inputResponses", answer)
        .param("requestState", state.clone())
}

async fn state(door: &Door, request: &Request) -> Value {
    let asked = door.ask(request.clone()).await.result().await;
    asked["requestState"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_state_that_was_changed_is_refused() {
    let door = asking().in_memory();
    let first = greet("greet", json!({ "a": 1 }));
    let state = state(&door, &first).await;
    let text = state.as_str().expect("a state");
    let mut flipped = text.to_owned().into_bytes();
    flipped[40] = if flipped[40] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).expect("ASCII");
    for forged in [
        json!(format!("{text}-TAMPERED")),
        json!(flipped),
        json!(""),
        json!(7),
    ] {
        let answer = door.ask(answered(first.clone(), &forged)).await;
        assert_eq!(answer.error().await, -32602, "{forged}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_belongs_to_one_call() {
    let door = asking().in_memory();
    let state = state(&door, &greet("greet", json!({ "a": 1, "b": "x" }))).await;
    let others = [
        greet("greet", json!({ "a": 2, "b": "x" })),
        greet("twice", json!({ "a": 1, "b": "x" })),
    ];
    for other in others {
        assert_eq!(
            door.ask(answered(other, &state)).await.error().await,
            -32602
        );
    }
    // The same arguments in another order are the same call.
    let same = greet("greet", json!({ "b": "x", "a": 1.0 }));
    let done = door.ask(answered(same, &state)).await.result().await;
    assert_eq!(text(&done), "Hello, Ann!");
    let elsewhere = asking().in_memory();
    let foreign = answered(greet("greet", json!({ "a": 1, "b": "x" })), &state);
    assert_eq!(elsewhere.ask(foreign).await.error().await, -32602);
}

#[tokio::test]
async fn a_state_grows_old() {
    let config = Config {
        ask_ttl: std::time::Duration::ZERO,
        ..Config::default()
    };
    let door = asking().config(config).in_memory();
    let first = greet("greet", json!({}));
    let state = state(&door, &first).await;
    let late = door.ask(answered(first, &state)).await;
    assert_eq!(late.error().await, -32602);
}

#[tokio::test(start_paused = true)]
async fn what_counts_once_is_not_served_twice() {
    let door = asking().in_memory();
    let pay = greet("pay", json!({}));
    let state = state(&door, &pay).await;
    let again = answered(pay.clone(), &state);
    let done = door.ask(again.clone()).await.result().await;
    assert_eq!(text(&done), "paid");
    assert_eq!(door.ask(again).await.error().await, -32602);
    // An answer without its state does not count at all: it is asked for.
    let bare = pay.param(
        "inputResponses",
        json!({ "name": { "action": "accept", "content": { "name": "Ann" } } }),
    );
    let asked = door.ask(bare).await.result().await;
    assert_eq!(asked["resultType"], "input_required");
}
