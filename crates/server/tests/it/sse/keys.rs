//! Keys: nobody guesses one, and each opens one door.

use std::collections::HashSet;

use serde_json::json;
use tidegate_testkit::{Old, Request, Run, Session, lines::request};

use super::tools::server;

fn key(client: &Old) -> &str {
    let (_, key) = client.uri().split_once("?key=").expect("a key");
    key
}

#[tokio::test]
async fn no_two_connections_have_keys_that_are_alike() {
    let server = server().run().await;
    let mut clients = Vec::new();
    for _ in 0..32 {
        clients.push(Old::connect(&server).await);
    }
    let keys: Vec<&str> = clients.iter().map(key).collect();
    // After its first byte, which names what it was sealed with, nothing repeats: 40 bytes.
    for at in (2..50).step_by(8) {
        let pieces: HashSet<&str> = keys.iter().map(|key| &key[at..at + 5]).collect();
        assert_eq!(pieces.len(), keys.len(), "{keys:?}");
    }
    for key in keys {
        assert_eq!(key.len(), 55);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        assert!(key.bytes().all(plain), "{key}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_changed_key_opens_nothing() {
    let server = server().run().await;
    let client = Old::connect(&server).await;
    let own = key(&client).to_owned();
    for at in 0..own.len() {
        let mut forged = own.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).expect("ASCII");
        let message = request(1, "ping", json!({}));
        let uri = format!("/messages?key={forged}");
        let answer = server.ask(Request::post(message).at(&uri)).await;
        assert_eq!(answer.status, 404, "letter {at}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_key_is_its_servers_and_no_session_of_the_endpoint() {
    let (one, other) = (server().run().await, server().run().await);
    let client = Old::open(&one, "2025-11-25", json!({})).await;
    let ping = client.posting(&request(1, "ping", json!({})));
    assert_eq!(other.ask(ping).await.status, 404);

    let session = Session::open(&one, "2025-11-25").await;
    let list = session
        .request("tools/list", json!({}))
        .header("mcp-session-id", key(&client));
    assert_eq!(one.ask(list).await.status, 404);
    let uri = format!("/messages?key={}", session.id());
    let posted = Request::post(request(1, "ping", json!({}))).at(&uri);
    assert_eq!(one.ask(posted).await.status, 404);
    one.stop().await;
    other.stop().await;
}
