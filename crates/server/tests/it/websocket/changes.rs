//! What a server tells of by itself: to its session, and to those who listen.

use serde_json::{Map, Value, json};
use tidegate_handler::{Live, Router};
use tidegate_server::Server;
use tidegate_testkit::{Run, modern};

use super::client::Client;

type Any = Map<String, Value>;

fn listening(id: &str) -> tidegate_testkit::Request {
    modern(
        "subscriptions/listen",
        json!({ "notifications": { "toolsListChanged": true } }),
    )
    .id(id)
}

#[tokio::test]
async fn each_connection_is_told_of_a_change_in_its_own_way() {
    let live = Live::new(Router::new("changing", "1.0.0").tool("echo", async |_: Any| "echo"));
    let server = Server::from_handler(live.clone()).run().await;
    let mut legacy = [Client::open(&server).await, Client::open(&server).await];
    for client in &mut legacy {
        client.initialize("2025-11-25", json!({})).await;
        client.request("ready", "ping", json!({})).await;
        client.answer("ready").await;
    }
    let mut listener = Client::open(&server).await;
    listener.send(listening("l")).await;
    let first = listener.message().await;
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    let mut silent = Client::open(&server).await;

    live.change(|router| router.tool("more", async |_: Any| "more"))
        .expect("changed");
    for client in &mut legacy {
        let told = client.message().await;
        assert_eq!(told["method"], "notifications/tools/list_changed");
        assert_eq!(told.pointer("/params/_meta"), None, "no listener's: {told}");
    }
    let told = listener.message().await;
    assert_eq!(told["method"], "notifications/tools/list_changed");
    let tag = &told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
    assert_eq!(tag, "l");
    silent.send(modern("tools/list", json!({}))).await;
    assert_eq!(
        silent.message().await["id"],
        1,
        "who asked for none has none"
    );

    // It ends like any request.
    listener.cancel("l").await;
    listener.request("cancelled", "ping", json!({})).await;
    listener.answer("cancelled").await;
    live.change(|router| router.without_tool("more"))
        .expect("changed");
    for client in &mut legacy {
        client.message().await;
    }
    listener.send(modern("tools/list", json!({})).id(9)).await;
    assert_eq!(listener.message().await["id"], 9);
    drop((legacy, listener, first, silent));
    server.stop().await;
}

#[tokio::test]
async fn one_connection_cannot_take_all_streams() {
    let live = Live::new(Router::new("changing", "1.0.0").tool("echo", async |_: Any| "echo"));
    let server = Server::from_handler(live).run().await;
    let mut client = Client::open(&server).await;
    for number in 0..100 {
        client.send(listening(&number.to_string())).await;
        let first = client.message().await;
        assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    }
    client.send(listening("one more")).await;
    let refused = client.message().await;
    assert_eq!(refused["id"], "one more");
    assert!(refused["error"].is_object(), "{refused}");
    drop(client);
    server.stop().await;
}
