//! A server that stops: calls under way end, streams with their result, and then connections.

use std::time::Duration;

use serde_json::json;
use tidegate_handler::{Live, Router};
use tidegate_server::{Config, Server};
use tidegate_testkit::{Run, call, modern};
use tokio_tungstenite::tungstenite::Message;

use super::client::Client;
use crate::faults::tools::{server_with, stepping, telling, text, waiting};

#[tokio::test]
async fn calls_under_way_end_and_then_the_connection() {
    let (tool, permits) = stepping();
    let mut server = server_with("count", tool).run().await;
    let mut client = Client::open(&server).await;
    let mut idle = Client::open(&server).await;
    idle.still_works().await;
    client.initialize("2025-11-25", json!({})).await;
    client.call("legacy", "count", json!({ "n": 1 })).await;
    client
        .send(call("count", json!({ "n": 1 })).id("modern"))
        .await;
    client.still_works().await;

    server.begin_to_stop();
    let (code, reason) = idle.closed().await;
    assert_eq!((code, reason.as_str()), (1001, "the server stops"));
    // Nothing more is begun, but pings are answered, and the calls come to their end.
    client
        .send(call("echo", json!({ "message": "too late" })).id("late"))
        .await;
    let late = client.message().await;
    assert_eq!(
        (&late["id"], &late["error"]["code"]),
        (&json!("late"), &json!(-32603))
    );
    client.frame(Message::Ping(vec![1].into())).await;
    assert_eq!(client.next().await, Some(Message::Pong(vec![1].into())));
    permits.add_permits(2);
    let mut ended = Vec::new();
    while ended.len() < 2 {
        let message = client.message().await;
        if message.get("result").is_some() {
            assert_eq!(text(&message["result"]), "done");
            ended.push(message["id"].clone());
        }
    }
    ended.sort_by_key(ToString::to_string);
    assert_eq!(ended, ["legacy", "modern"]);
    assert_eq!(client.closed().await.0, 1001);
    server.stop().await;
}

#[tokio::test]
async fn a_listener_has_its_result_before_the_end() {
    let live = Live::new(Router::new("changing", "1.0.0"));
    let config = Config {
        drain: Duration::from_secs(3600),
        ..Config::default()
    };
    let mut server = Server::from_handler(live).config(config).run().await;
    let mut client = Client::open(&server).await;
    client.initialize("2025-11-25", json!({})).await;
    let listen = json!({ "notifications": { "toolsListChanged": true } });
    client
        .send(modern("subscriptions/listen", listen).id("l"))
        .await;
    let first = client.message().await;
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    server.begin_to_stop();
    let (_, answer) = client.answer("l").await;
    assert!(answer["result"].is_object(), "{answer}");
    assert_eq!(client.closed().await.0, 1001);
    server.stop().await;
}

#[tokio::test]
async fn a_call_that_does_not_end_is_waited_for_no_longer_than_may_be() {
    let (tell, mut heard) = telling();
    let config = Config {
        drain: Duration::from_secs(1),
        ..Config::default()
    };
    let mut server = server_with("wait", waiting(tell))
        .config(config)
        .run()
        .await;
    let mut client = Client::open(&server).await;
    client.send(call("wait", json!({}))).await;
    assert_eq!(heard.recv().await, Some("begun"));
    server.begin_to_stop();
    assert_eq!(client.closed().await.0, 1001, "its goodbye is not cut off");
    assert_eq!(heard.recv().await, Some("dropped"));
    server.stop().await;
}
