//! Both eras over one connection, and the same messages as at the endpoint.

use serde_json::{Map, Value, json};
use tidegate_handler::Context;
use tidegate_server::{Respond, Server};
use tidegate_testkit::{Request, Run, Session, call, modern};

use super::client::Client;
use crate::faults::tools::{echo, server_with, text};

/// Says all that a tool can say on its way.
async fn work(_: Map<String, Value>, cx: Context) -> &'static str {
    for step in 1..=3 {
        cx.progress(step, 3.0).await;
        cx.info(format!("step {step}\nof three")).await;
        cx.warning("\u{1f30a} as ever").await;
        tokio::task::yield_now().await;
    }
    "worked"
}

fn working() -> Server {
    server_with("work", work)
}

#[tokio::test]
async fn both_eras_share_a_connection() {
    let server = working().run().await;
    let mut client = Client::open(&server).await;
    client
        .send(modern("server/discover", json!({})).id("who"))
        .await;
    let (_, answer) = client.answer("who").await;
    assert!(
        answer["result"]["capabilities"]["tools"].is_object(),
        "{answer}"
    );

    client.initialize("2025-06-18", json!({})).await;
    client.request(1, "tools/list", json!({})).await;
    client.send(modern("tools/list", json!({})).id(2)).await;
    for id in [1, 2] {
        let (_, answer) = client.answer(id).await;
        let tools = answer["result"]["tools"].as_array().expect("tools");
        assert_eq!(tools.len(), 2);
        let modern = answer["result"].get("resultType").is_some();
        assert_eq!(modern, id == 2, "each in its own era: {answer}");
    }
    client.request("a", "ping", json!({})).await;
    assert_eq!(client.answer("a").await.1["result"], json!({}));
    client.still_works().await;
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn a_legacy_call_says_what_it_says_at_the_endpoint() {
    let server = working().respond(Respond::Sse).run().await;
    for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let session = Session::open(&server, revision).await;
        let request = session.call("work", json!({})).progress("p").id(7);
        let there = session.ask(request.clone()).await;
        let mut client = Client::open(&server).await;
        client.initialize(revision, json!({})).await;
        same(there, client, request).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_modern_call_says_what_it_says_at_the_endpoint() {
    let server = working().respond(Respond::Sse).run().await;
    for request in [
        call("work", json!({})).progress(1).logs("info"),
        call("work", json!({})).progress("two").logs("warning"),
        call("work", json!({})),
    ] {
        let request = request.id("seven");
        let there = server.ask(request.clone()).await;
        same(there, Client::open(&server).await, request).await;
    }
    server.stop().await;
}

/// The messages are the same, each, and in the same order; what is said comes before the result.
async fn same(there: tidegate_testkit::Answer, mut client: Client, request: Request) {
    let (there, _) = there.rest().await;
    let id = request.message()["id"].clone();
    client.send(request).await;
    let mut here = Vec::new();
    while here.len() < there.len() {
        let mut message = client.message().await;
        if message["method"] == "notifications/message" {
            // Requests share the connection: a log says whose it is, as its own stream did there.
            let params = message["params"].as_object_mut().expect("parameters");
            let meta = params.remove("_meta").expect("whose it is");
            assert_eq!(meta["tidegate/requestId"], id);
        }
        here.push(message);
    }
    assert_eq!(here, there);
    let result = here.last().expect("a result");
    assert_eq!(text(&result["result"]), "worked");
    client.still_works().await;
}

#[tokio::test]
async fn calls_run_side_by_side() {
    let (tool, permits) = crate::faults::tools::stepping();
    let server = server_with("count", tool).run().await;
    let mut client = Client::open(&server).await;
    client.initialize("2025-11-25", json!({})).await;
    client.call("slow", "count", json!({ "n": 1 })).await;
    client
        .send(call("count", json!({ "n": 1 })).id("slow too"))
        .await;
    for id in 0..50 {
        client.call(id, "echo", json!({ "message": "quick" })).await;
        let (_, answer) = client.answer(id).await;
        assert_eq!(text(&answer["result"]), "quick");
    }
    permits.add_permits(2);
    for _ in 0..2 {
        loop {
            let message = client.message().await;
            if message.get("result").is_some() {
                assert_eq!(text(&message["result"]), "done");
                break;
            }
        }
    }
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_and_the_connection_stays() {
    let server = tidegate_testkit::server().tool("echo", echo).run().await;
    let mut client = Client::open(&server).await;
    for (text, code) in [
        ("{", -32700),
        ("", -32700),
        ("7", -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, -32600),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
    ] {
        client.text(text).await;
        let answer = client.message().await;
        assert_eq!(answer["error"]["code"], code, "{text}: {answer}");
    }
    client.still_works().await;
    drop(client);
    server.stop().await;
}
