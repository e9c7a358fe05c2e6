//! What changes is told on the connection, to sessions and to listeners.

use serde_json::{Map, Value, json};
use tidegate_handler::{Live, Router};
use tidegate_server::Server;
use tidegate_testkit::{
    Lines,
    lines::{claiming, notification, request},
};

fn changing() -> (Live, Lines) {
    let live = Live::new(Router::new("changing", "1.0.0"));
    let client = Lines::to(Server::from_handler(live.clone()));
    (live, client)
}

fn change(live: &Live, name: &'static str) {
    live.change(|router| router.tool(name, async |_: Map<String, Value>| "ok"))
        .expect("changed");
}

#[tokio::test(start_paused = true)]
async fn a_session_hears_from_its_handshake_on() {
    let (live, mut client) = changing();
    let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {} });
    client.send(&request(0, "initialize", params)).await;
    client.answer(0).await;
    // Between the two nothing is told, and nothing lost.
    change(&live, "one");
    client.send(&request(1, "ping", json!({}))).await;
    assert_eq!(client.message().await["id"], 1);
    client
        .send(&notification("notifications/initialized", json!({})))
        .await;
    let told = client.message().await;
    assert_eq!(told["method"], "notifications/tools/list_changed");
    change(&live, "two");
    assert_eq!(client.message().await, told);
}

#[tokio::test(start_paused = true)]
async fn a_listener_is_acknowledged_told_and_left_alone_once_it_cancels() {
    let (live, mut client) = changing();
    let filter = json!({ "notifications": { "toolsListChanged": true } });
    client
        .send(&claiming("ear", "subscriptions/listen", filter.clone()))
        .await;
    let first = client.message().await;
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    change(&live, "one");
    let told = client.message().await;
    assert_eq!(told["method"], "notifications/tools/list_changed");
    let tag = "io.modelcontextprotocol/subscriptionId";
    assert_eq!(told["params"]["_meta"][tag], "ear");
    client
        .send(&notification(
            "notifications/cancelled",
            json!({ "requestId": "ear" }),
        ))
        .await;
    client.send(&claiming(2, "tools/list", json!({}))).await;
    assert_eq!(client.message().await["id"], 2);
    change(&live, "two");
    client.send(&claiming(3, "tools/list", json!({}))).await;
    assert_eq!(client.message().await["id"], 3, "nobody listens any more");
}

#[tokio::test(start_paused = true)]
async fn listeners_end_in_good_order_when_the_server_stops() {
    let (_live, mut client) = changing();
    let filter = json!({ "notifications": { "toolsListChanged": true } });
    client
        .send(&claiming(5, "subscriptions/listen", filter))
        .await;
    client.message().await;
    client.stop();
    let result = client.message().await;
    assert_eq!(
        (&result["id"], &result["result"]["resultType"]),
        (&json!(5), &json!("complete"))
    );
    let over = client.message().await;
    assert_eq!(over["method"], "notifications/cancelled");
    assert_eq!(over["params"]["requestId"], 5);
    assert_eq!(client.next().await, None);
}
