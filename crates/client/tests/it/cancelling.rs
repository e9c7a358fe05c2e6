//! Calls that are given up, and calls whose time runs out.

use std::time::Duration;

use serde_json::json;
use tidegate_client::{Client, Event};

use crate::fake::{Answer, Fake, Piece, Seen, log};

/// Begins to answer `tools/call` and never ends.
fn endless(seen: &Seen) -> Option<Answer> {
    (seen.method() == "tools/call")
        .then(|| Answer::events(vec![Piece::Event(log("info", "begun")), Piece::Hang]))
}

#[tokio::test]
async fn dropping_a_modern_call_closes_its_stream_and_says_nothing() {
    let server = Fake::modern(endless).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let mut call = client.call("work").start().await.expect("starts");
    assert!(matches!(call.next().await, Some(Event::Log(_))));
    drop(call);
    server.until_closed().await;
    assert_eq!(server.methods(), ["server/discover", "tools/call"]);
}

#[tokio::test]
async fn dropping_a_legacy_call_tells_the_server() {
    let server = Fake::legacy(endless).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let mut call = client.call("work").start().await.expect("starts");
    assert!(matches!(call.next().await, Some(Event::Log(_))));
    drop(call);
    let cancelled = server.until_seen("notifications/cancelled").await;
    server.until_closed().await;
    assert_eq!(
        cancelled.body["params"]["requestId"],
        server.only("tools/call").body["id"]
    );
    assert_eq!(cancelled.header("mcp-session-id"), Some("session-1"));
}

#[tokio::test]
async fn cancelling_waits_until_the_server_knows() {
    let server = Fake::legacy(endless).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let mut call = client.call("work").start().await.expect("starts");
    call.next().await.expect("an event");
    call.cancel().await;
    server.only("notifications/cancelled");
}

#[tokio::test]
async fn a_call_that_was_answered_is_not_cancelled() {
    let server = Fake::legacy(|seen| {
        (seen.method() == "tools/call")
            .then(|| Answer::json(&seen.response(json!({"content": []}))))
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let mut call = client.call("work").start().await.expect("starts");
    assert_eq!(call.next().await, None);
    drop(call);
    client.ping().await.expect("there");
    assert!(
        !server
            .methods()
            .contains(&"notifications/cancelled".to_owned())
    );
}

#[tokio::test]
async fn a_deadline_ends_a_call_and_cancels_it() {
    let server = Fake::legacy(endless).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let call = client
        .call("work")
        .deadline(Duration::from_millis(300))
        .start()
        .await;
    let error = call.expect("starts").result().await.expect_err("too late");
    assert!(error.is_timeout(), "{error}");
    server.until_seen("notifications/cancelled").await;
}

#[tokio::test]
async fn messages_put_off_the_idle_deadline_and_comments_do_not() {
    let step = Duration::from_millis(100);
    let server = Fake::modern(move |seen| {
        let busy = seen.body["params"]["name"] == "busy";
        (seen.method() == "tools/call").then(|| {
            let mut pieces = Vec::new();
            for nth in 0..15 {
                pieces.push(Piece::Wait(step));
                pieces.push(if busy {
                    Piece::Event(seen.progress(nth))
                } else {
                    Piece::Text(": still here\n\n".to_owned())
                });
            }
            pieces.push(Piece::Event(seen.response(json!({"content": []}))));
            Answer::events(pieces)
        })
    })
    .await;
    let builder = Client::builder(&server.url()).idle_deadline(step * 10);
    let client = builder.connect().await.expect("connects");
    client.call_tool("busy", json!({})).await.expect("a result");
    let error = client
        .call_tool("silent", json!({}))
        .await
        .expect_err("silent");
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test]
async fn a_call_dropped_before_its_answer_began_is_cancelled_too() {
    let server = Fake::legacy(|seen| {
        (seen.method() == "tools/call").then(|| Answer::events(vec![Piece::Hang]))
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let call = client.call("work").start().await.expect("starts");
    server.until_seen("tools/call").await;
    drop(call);
    server.until_seen("notifications/cancelled").await;
}
