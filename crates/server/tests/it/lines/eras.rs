//! Both eras, by turns, on one connection.

use serde_json::json;
use tidegate_testkit::{
    Lines,
    lines::{claiming, notification, request},
};

use crate::{
    asks::tools::asking,
    faults::tools::{echo, text},
};

#[tokio::test(start_paused = true)]
async fn a_client_may_probe_and_then_speak_either_era() {
    let mut client = Lines::to(tidegate_testkit::server().tool("echo", echo));
    client
        .send(&claiming(1, "server/discover", json!({})))
        .await;
    let found = client.answer(1).await;
    assert_eq!(found["result"]["supportedVersions"][0], "2026-07-28");

    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut client = Lines::to(tidegate_testkit::server().tool("echo", echo));
        client.open(revision, json!({})).await;
        let call = json!({ "name": "echo", "arguments": { "message": "ahoy" } });
        client.send(&request(1, "tools/call", call.clone())).await;
        let old = client.answer(1).await;
        assert_eq!(text(&old["result"]), "ahoy");
        assert!(old["result"].get("resultType").is_none(), "{old}");
        client.send(&claiming("two", "tools/call", call)).await;
        let new = client.answer("two").await;
        assert_eq!(text(&new["result"]), "ahoy");
        assert_eq!(new["result"]["resultType"], "complete");
        client.end().await;
        assert_eq!(client.next().await, None);
        client.ended().await.expect("a good end");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_is_opened_once_and_before_it_is_used() {
    let mut client = Lines::to(tidegate_testkit::server().tool("echo", echo));
    client.send(&request(1, "ping", json!({}))).await;
    assert_eq!(client.answer(1).await["result"], json!({}));
    client.send(&request(2, "tools/list", json!({}))).await;
    assert_eq!(client.answer(2).await["error"]["code"], -32600);
    // Who probes without the claim must not take this for a modern server.
    client.send(&request(3, "server/discover", json!({}))).await;
    assert_eq!(client.answer(3).await["error"]["code"], -32601);
    client.open("2025-06-18", json!({})).await;
    let again = json!({ "protocolVersion": "2025-06-18", "capabilities": {} });
    client.send(&request(4, "initialize", again)).await;
    assert_eq!(client.answer(4).await["error"]["code"], -32600);
    client.send(&request(5, "tools/list", json!({}))).await;
    assert_eq!(client.answer(5).await["result"]["tools"][0]["name"], "echo");
}

#[tokio::test(start_paused = true)]
async fn a_legacy_client_is_asked_on_the_connection() {
    let mut client = Lines::to(asking());
    client
        .open("2025-06-18", json!({ "elicitation": {} }))
        .await;
    let call = json!({ "name": "greet", "arguments": {} });
    client.send(&request(1, "tools/call", call)).await;
    let asked = client.message().await;
    assert_eq!(asked["method"], "elicitation/create");
    let is = json!({ "action": "accept", "content": { "name": "Ann" } });
    client
        .send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": is }))
        .await;
    assert_eq!(text(&client.answer(1).await["result"]), "Hello, Ann!");
}

#[tokio::test(start_paused = true)]
async fn a_modern_client_is_asked_in_rounds() {
    let mut client = Lines::to(asking());
    let meta =
        json!({ "io.modelcontextprotocol/clientCapabilities": { "elicitation": { "form": {} } } });
    let mut call = json!({ "name": "greet", "arguments": {}, "_meta": meta });
    client.send(&claiming(1, "tools/call", call.clone())).await;
    let asked = client.answer(1).await["result"].clone();
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    call["requestState"] = asked["requestState"].clone();
    call["inputResponses"] =
        json!({ "name": { "action": "accept", "content": { "name": "Ann" } } });
    client.send(&claiming(2, "tools/call", call)).await;
    assert_eq!(text(&client.answer(2).await["result"]), "Hello, Ann!");
}

#[tokio::test(start_paused = true)]
async fn arrays_are_read_where_the_revision_has_them() {
    let batch = json!([
        request(1, "ping", json!({})),
        notification("notifications/roots/list_changed", json!({})),
        request(2, "ping", json!({})),
    ]);
    let mut old = Lines::to(tidegate_testkit::server());
    old.open("2025-03-26", json!({})).await;
    old.send(&batch).await;
    for id in [1, 2] {
        assert_eq!(old.answer(id).await["result"], json!({}));
    }
    let mut new = Lines::to(tidegate_testkit::server());
    new.open("2025-06-18", json!({})).await;
    new.send(&batch).await;
    assert_eq!(new.message().await["error"]["code"], -32600);
}
