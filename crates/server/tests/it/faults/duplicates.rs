//! Two calls under way in a session do not share an id: nobody could tell their answers apart.

use serde_json::json;
use tidegate_testkit::{Run, Session, call, soon};

use super::tools::{say, server_with, telling, text, waiting};

#[tokio::test]
async fn an_id_that_is_under_way_is_refused_and_the_first_call_goes_on() {
    let (tell, mut heard) = telling();
    let server = server_with("wait", waiting(tell)).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    let mut first = session.ask(session.call("wait", json!({})).id(7)).await;
    assert!(first.message().await.is_some());
    assert_eq!(heard.recv().await, Some("begun"));

    let second = session.ask(session.call("wait", json!({})).id(7)).await;
    assert_eq!(second.status, 400);
    let response = second.response().await;
    assert_eq!(response["error"]["code"], -32600);
    assert_eq!(response["id"], 7);

    session.cancel(7).await;
    assert_eq!(
        first.rest().await.0.len(),
        0,
        "it was the first that waited"
    );
    server.stop().await;
}

#[tokio::test]
async fn other_sessions_and_the_modern_era_may_use_the_same_id() {
    let (tell, _heard) = telling();
    let server = server_with("wait", waiting(tell)).run().await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let session = Session::open(&server, "2025-11-25").await;
        open.push(session.ask(session.call("wait", json!({})).id(7)).await);
        open.push(server.ask(call("wait", json!({})).id(7).logs("info")).await);
    }
    for mut answer in open {
        assert_eq!(answer.status, 200);
        assert!(soon("a log message", answer.message()).await.is_some());
    }
    server.stop().await;
}

#[tokio::test]
async fn an_id_may_come_again_once_it_was_answered() {
    let (tell, _heard) = telling();
    let server = server_with("wait", waiting(tell)).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    for message in ["first", "second"] {
        let result = session
            .ask(session.call("echo", say(message)).id(7))
            .await
            .result()
            .await;
        assert_eq!(text(&result), message);
    }
    server.stop().await;
}
