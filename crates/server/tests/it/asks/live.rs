//! The legacy era: questions are requests on the call's own stream.

use serde_json::{Value, json};
use tidegate_server::Respond;
use tidegate_testkit::{InMemory, Session};

use super::tools::asking;
use crate::faults::tools::text;

fn all() -> Value {
    json!({ "elicitation": {}, "sampling": {}, "roots": {} })
}

fn is(name: &str) -> Value {
    json!({ "action": "accept", "content": { "name": name } })
}

#[tokio::test(start_paused = true)]
async fn a_question_comes_on_the_calls_stream() {
    for respond in [Respond::Auto, Respond::Sse, Respond::Json] {
        let door = asking().respond(respond).in_memory();
        for revision in ["2025-06-18", "2025-11-25"] {
            let session = Session::open_with(&door, revision, all()).await;
            for (tool, said) in [("greet", "Hello, Ann!"), ("thread", "Ann")] {
                let mut stream = session.ask(session.call(tool, json!({}))).await;
                assert!(stream.is_stream());
                let asked = stream.message().await.expect("a question");
                assert_eq!(asked["method"], "elicitation/create");
                assert_eq!(asked["params"]["message"], "Who are you?");
                session.reply(&asked, is("Ann")).await;
                assert_eq!(text(&stream.result().await), said);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn several_questions_are_open_at_once() {
    let door = asking().in_memory();
    let session = Session::open_with(&door, "2025-11-25", all()).await;
    let mut stream = session.ask(session.call("three", json!({}))).await;
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(stream.message().await.expect("a question"));
    }
    let model = json!({
        "role": "assistant", "model": "m", "content": { "type": "text", "text": "hi" },
    });
    session.reply(&asked[2], json!({ "roots": [] })).await;
    session.reply(&asked[1], model).await;
    session.reply(&asked[0], is("Ann")).await;
    assert_eq!(text(&stream.result().await), "Ann hi 0");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_reaches_the_tool() {
    let door = asking().in_memory();
    let session = Session::open_with(&door, "2025-11-25", all()).await;
    let mut stream = session.ask(session.call("greet", json!({}))).await;
    let asked = stream.message().await.expect("a question");
    session.refuse(&asked, -1, "the user is away").await;
    let result = stream.result().await;
    assert_eq!(result["isError"], true);
    assert!(text(&result).contains("the user is away"), "{result}");
}

#[tokio::test(start_paused = true)]
async fn another_session_cannot_answer() {
    let door = asking().in_memory();
    let session = Session::open_with(&door, "2025-11-25", all()).await;
    let other = Session::open_with(&door, "2025-11-25", all()).await;
    let mut stream = session.ask(session.call("greet", json!({}))).await;
    let asked = stream.message().await.expect("a question");
    other.reply(&asked, is("Mallory")).await;
    session.reply(&asked, is("Ann")).await;
    session.reply(&asked, is("Late")).await;
    assert_eq!(text(&stream.result().await), "Hello, Ann!");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_no_stream_cannot_be_asked() {
    let door = asking().in_memory();
    let session = Session::open_with(&door, "2025-11-25", all()).await;
    let call = session.call("greet", json!({})).accept("application/json");
    let result = session.ask(call).await.result().await;
    assert_eq!(result["isError"], true);
    assert!(text(&result).contains("text/event-stream"), "{result}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_declared_nothing_is_not_asked() {
    let door = asking().in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let answer = session.ask(session.call("greet", json!({}))).await;
    assert_eq!(answer.status, 200, "the code is of a later era");
    let response = answer.response().await;
    assert_eq!(response["error"]["code"], -32603, "{response}");
    assert!(response["error"]["data"]["requiredCapabilities"].is_object());
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_asks_no_more() {
    let door = asking().in_memory();
    let session = Session::open_with(&door, "2025-11-25", all()).await;
    let mut stream = session.ask(session.call("greet", json!({}))).await;
    let asked = stream.message().await.expect("a question");
    session.cancel(1).await;
    assert!(stream.message().await.is_none());
    session.reply(&asked, is("Late")).await;
}
