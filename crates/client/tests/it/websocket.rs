//! A server over WebSocket: either era, and how connections end.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tidegate_client::{Client, Error, Revision};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{
    Bytes, Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::{
    fake::{Answer, Fake},
    socket::Socket,
};

/// What a server of the era says to a message.
pub(crate) fn says(modern: bool, message: &Value) -> Vec<Message> {
    let id = &message["id"];
    let token = &message["params"]["_meta"]["progressToken"];
    let answer = |result: Value| json!({"jsonrpc": "2.0", "id": id, "result": result});
    let told = |method: &str, params: Value| json!({"jsonrpc": "2.0", "method": format!("notifications/{method}"), "params": params});
    let step = |done| {
        told(
            "progress",
            json!({"progressToken": token, "progress": done}),
        )
    };
    let log = |text| told("message", json!({"level": "info", "data": text}));
    let complete = |mut result: Value| {
        result["resultType"] = json!("complete");
        answer(result)
    };
    let messages = match message["method"].as_str().unwrap_or_default() {
        "server/discover" if modern => vec![complete(json!({
            "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}, "logging": {}},
            "ttlMs": 0, "cacheScope": "private",
        }))],
        "initialize" if !modern => vec![answer(json!({
            "protocolVersion": message["params"]["protocolVersion"],
            "capabilities": {"tools": {}, "logging": {}}, "serverInfo": {"name": "s", "version": "1"},
        }))],
        "tools/list" => vec![complete(json!({
            "tools": [{"name": "work", "inputSchema": {"type": "object"}}],
            "ttlMs": 0, "cacheScope": "private",
        }))],
        "tools/call" => vec![
            step(1),
            log("half"),
            step(2),
            log("more"),
            step(3),
            complete(json!({"content": [{"type": "text", "text": "done"}]})),
        ],
        "ping" | "logging/setLevel" => vec![answer(json!({}))],
        _ if id.is_null() => vec![],
        _ => vec![json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "no"}})],
    };
    messages.iter().map(text).collect()
}

fn text(message: &Value) -> Message {
    Message::text(message.to_string())
}

async fn ends<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout(Duration::from_secs(5), call)
        .await
        .expect("no hang")
}

#[tokio::test]
async fn both_eras_are_spoken() {
    for (modern, revision) in [
        (true, Revision::V2026_07_28),
        (false, Revision::V2025_11_25),
    ] {
        let server = Socket::start(move |message| says(modern, message)).await;
        let client = Client::connect(&server.url()).await.expect("connects");
        assert_eq!(client.server().revision, revision);
        let calls = (0..50).map(|_| client.call_tool("work", json!({})));
        for result in futures_util::future::join_all(calls).await {
            assert_eq!(result.expect("a result").text(), "done");
        }
        assert_eq!(server.heads.lock().len(), 1, "one connection for all");
    }
}

#[tokio::test]
async fn the_handshake_names_the_protocol_and_carries_the_users_headers() {
    let server = Socket::start(|message| says(true, message)).await;
    let client = Client::builder(&server.url()).token("secret").connect();
    client.await.expect("connects");
    let head = server.heads.lock()[0].clone();
    assert_eq!(head["sec-websocket-protocol"], "mcp");
    assert_eq!(head["authorization"], "Bearer secret");
}

#[tokio::test]
async fn whoever_opens_no_websocket_is_said_to() {
    for (answer, said) in [
        (Answer::text(401, "text/plain", "who?"), "401"),
        (
            Answer::text(404, "text/plain", "no such page"),
            "no such page",
        ),
        (Answer::empty(503), "503"),
        (Answer::text(200, "text/html", "<html>"), "no WebSocket"),
    ] {
        let server = Fake::start(move |_| answer.clone()).await;
        let url = server.url().replace("http://", "ws://");
        let error = ends(Client::connect(&url)).await.expect_err(said);
        assert!(error.to_string().contains(said), "{said}: {error}");
        assert_eq!(error.is_auth(), said == "401");
    }
}

#[tokio::test]
async fn a_close_ends_what_runs_with_its_reason() {
    let server = Socket::start(|message| match message["method"].as_str() {
        Some("tools/call") => vec![Message::Close(Some(CloseFrame {
            code: CloseCode::Again,
            reason: "try again later".into(),
        }))],
        _ => says(true, message),
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let error = ends(client.call_tool("work", json!({})))
        .await
        .expect_err("closed");
    assert!(error.is_broken(), "{error}");
    let why = std::error::Error::source(&error)
        .expect("a reason")
        .to_string();
    assert!(
        why.contains("1013") && why.contains("try again later"),
        "{why}"
    );
    ends(client.list_tools()).await.expect("another connection");
}

#[tokio::test]
async fn pings_are_answered() {
    let (pong, mut ponged) = tokio::sync::mpsc::unbounded_channel();
    let server = Socket::serving(move |mut socket| {
        let pong = pong.clone();
        async move {
            while let Some(Ok(frame)) = socket.next().await {
                match frame {
                    Message::Text(text) => {
                        let message: Value = serde_json::from_str(&text).expect("JSON");
                        for frame in says(true, &message) {
                            socket.send(frame).await.expect("sent");
                        }
                        let ping = Message::Ping(Bytes::from_static(b"7"));
                        socket.send(ping).await.expect("sent");
                    }
                    Message::Pong(data) => pong.send(data).expect("the test waits"),
                    _ => {}
                }
            }
        }
    })
    .await;
    let _client = Client::connect(&server.url()).await.expect("connects");
    let data = timeout(Duration::from_secs(5), ponged.recv()).await;
    assert_eq!(data.expect("in time").expect("a pong"), "7");
}

#[tokio::test]
async fn a_message_that_is_too_long_is_refused() {
    let server = Socket::start(|message| match message["method"].as_str() {
        Some("tools/call") => vec![Message::text("x".repeat(10_000))],
        _ => says(true, message),
    })
    .await;
    let client = Client::builder(&server.url()).max_message(5_000).connect();
    let client = client.await.expect("connects");
    let error = ends(client.call_tool("work", json!({})))
        .await
        .expect_err("too long");
    let why = std::error::Error::source(&error)
        .expect("a reason")
        .to_string();
    assert!(why.contains("max_message"), "{error}: {why}");
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled() {
    for modern in [true, false] {
        let server = Socket::start(move |message| match message["method"].as_str() {
            Some("tools/call") => vec![],
            _ => says(modern, message),
        })
        .await;
        let client = Client::connect(&server.url()).await.expect("connects");
        let call = client.call("work").start().await.expect("starts");
        let id = server.until_seen("tools/call").await["id"].clone();
        drop(call);
        let cancelled = server.until_seen("notifications/cancelled").await;
        assert_eq!(cancelled["params"]["requestId"], id);
        assert!(!server.methods().is_empty());
    }
}

#[tokio::test]
async fn a_client_that_is_done_closes_in_good_order() {
    let (end, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let server = Socket::serving(move |mut socket| {
        let end = end.clone();
        async move {
            while let Some(Ok(frame)) = socket.next().await {
                match frame {
                    Message::Text(text) => {
                        let message: Value = serde_json::from_str(&text).expect("JSON");
                        for frame in says(true, &message) {
                            socket.send(frame).await.expect("sent");
                        }
                    }
                    Message::Close(_) => end.send(()).expect("the test waits"),
                    _ => {}
                }
            }
        }
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    client.close().await.expect("closes");
    let frame = timeout(Duration::from_secs(5), ended.recv()).await;
    frame.expect("in time").expect("a close frame");
}
