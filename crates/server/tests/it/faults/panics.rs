//! A tool that panics answers -32603, says nothing of its insides, and its connection lives.

use serde_json::{Value, json};
use tidegate_handler::{BlockingContext, Context};
use tidegate_server::Server;
use tidegate_testkit::{Connection, Request, Run, Running, Session, call};

use super::tools::{Nothing, echo, logged, say, text};

const SECRET: &str = "the vault is under the oak";

async fn at_once(_: Nothing) -> String {
    panic!("{SECRET}")
}

async fn later(_: Nothing) -> String {
    tokio::task::yield_now().await;
    panic!("{SECRET}")
}

async fn after_a_word(_: Nothing, cx: Context) -> String {
    cx.info("so far so good").await;
    panic!("{SECRET}")
}

fn blocking(_: Nothing, _: BlockingContext) -> String {
    panic!("{SECRET}")
}

fn panicking() -> Server {
    tidegate_testkit::server()
        .tool("echo", echo)
        .tool("at_once", at_once)
        .tool("later", later)
        .tool("after_a_word", after_a_word)
        .blocking_tool("blocking", blocking)
}

/// Sends `broken`, and then `whole` on the same connection.
async fn survives(server: &Running, broken: Request, whole: Request) -> Vec<Value> {
    let connection: Connection = server.connect().await;
    let (messages, connection) = connection.send(broken).await.rest().await;
    let response = messages.last().expect("a response");
    assert_eq!(response["id"], 1);
    assert_eq!(response["error"]["code"], -32603, "{response}");
    assert!(!response.to_string().contains(SECRET), "{response}");

    let next = connection.send(whole).await;
    assert_eq!(text(&next.result().await), "alive");
    messages
}

#[tokio::test]
async fn a_modern_call_that_panics_is_answered_and_its_connection_lives() {
    let server = panicking().run().await;
    for tool in ["at_once", "later", "blocking", "after_a_word"] {
        survives(&server, call(tool, json!({})), call("echo", say("alive"))).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_legacy_call_that_panics_is_answered_and_its_connection_lives() {
    let server = panicking().run().await;
    let session = Session::open(&server, "2025-11-25").await;
    for tool in ["at_once", "later", "blocking", "after_a_word"] {
        let whole = session.call("echo", say("alive"));
        survives(&server, session.call(tool, json!({})), whole).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn what_a_tool_said_before_it_panicked_arrives_before_the_error() {
    let server = panicking().run().await;
    let broken = call("after_a_word", json!({})).logs("info");
    let messages = survives(&server, broken, call("echo", say("alive"))).await;
    assert_eq!(logged(&messages), ["so far so good"]);
    assert_eq!(messages.len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn a_batch_with_a_call_that_panics_answers_the_others() {
    let server = panicking().run().await;
    let session = Session::open(&server, "2025-03-26").await;
    let batch = session.batch(&[
        session.call("at_once", json!({})).id(1),
        session.call("echo", say("alive")).id(2),
        session.call("later", json!({})).id(3),
    ]);
    let (messages, _) = session.ask(batch).await.rest().await;
    let answer = |id: i64| {
        let all = messages.iter().flat_map(|message| match message {
            Value::Array(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        });
        all.into_iter()
            .find(|message| message["id"] == id)
            .expect("an answer for each")
    };
    assert_eq!(answer(1)["error"]["code"], -32603);
    assert_eq!(text(&answer(2)["result"]), "alive");
    assert_eq!(answer(3)["error"]["code"], -32603);
    server.stop().await;
}
