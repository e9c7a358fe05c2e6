//! Credentials that expire end what stands open with them.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::json;
use tidegate_testkit::{InMemory, Request, Run, Session, call, modern, soon};

use super::tools::{Register, bearer, guarded};
use crate::websocket::client::Client;

/// A register whose callers' credentials expire in so many seconds.
fn expiring(seconds: u64) -> Arc<Register> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    Arc::new(Register {
        expires: Some(now.as_secs() + seconds),
        ..Register::default()
    })
}

#[tokio::test]
async fn what_has_expired_is_refused() {
    let register = expiring(0);
    let door = guarded(&register).in_memory();
    let answer = door
        .ask(call("echo", json!({ "message": "hi" })).bearer("alice"))
        .await;
    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").expect("a challenge");
    assert!(
        challenge.contains(r#"error="invalid_token""#),
        "{challenge}"
    );
}

#[tokio::test(start_paused = true)]
async fn streams_end_with_their_tokens() {
    let register = expiring(60);
    let (server, handle) = super::tools::live(&register);
    let door = server.in_memory_by_path();
    let session = Session::open_as(&door, "2025-11-25", "alice").await;
    let listen = modern(
        "subscriptions/listen",
        json!({ "notifications": { "toolsListChanged": true } }),
    );
    let sse = Request::new("GET").accept("text/event-stream");
    for request in [
        session.get(),
        listen.bearer("alice"),
        sse.at("/sse").bearer("alice"),
    ] {
        let mut answer = door.ask(request).await;
        assert_eq!(answer.status, 200);
        let to_its_end = async { while answer.event().await.is_some() {} };
        let ended = tokio::time::timeout(Duration::from_secs(90), to_its_end).await;
        assert!(ended.is_ok(), "it stands beyond its token");
    }
    drop(handle);
}

#[tokio::test]
async fn a_websocket_is_closed_and_told_why() {
    let register = expiring(2);
    let server = guarded(&register).run().await;
    let mut client = Client::open_with(&server, &[("authorization", bearer("alice"))]).await;
    client.still_works().await;
    let (code, reason) = soon("the close", client.closed()).await;
    assert_eq!(code, 1008);
    assert!(reason.contains("expired"), "{reason}");
    server.stop().await;
}
