//! The handshake: what it needs, and whom it is for.

use futures_util::TryFutureExt;
use http_body_util::Empty;
use hyper::{Request, body::Bytes, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tidegate_server::{Config, Fronts};
use tidegate_testkit::{Run, server, soon};
use tokio::net::TcpStream;

use super::client::handshake;
use crate::faults::tools::echo;

const GET: &str = "GET /ws HTTP/1.1";

#[tokio::test]
async fn a_handshake_has_all_it_needs_or_is_told_what() {
    let server = server().tool("echo", echo).run().await;
    let twice = "dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
    for (line, changes, status, word) in [
        (GET, vec![], 101, "s3pplmbitxaq9kygzzhzrbk+xoo="),
        (
            GET,
            vec![("connection", "keep-alive, upgrade")],
            101,
            "sec-websocket-protocol: mcp",
        ),
        (
            GET,
            vec![("upgrade", "WebSocket")],
            101,
            "upgrade: websocket",
        ),
        (
            GET,
            vec![("sec-websocket-protocol", "chat, mcp")],
            101,
            "sec-websocket-protocol: mcp",
        ),
        (
            GET,
            vec![("sec-websocket-extensions", "permessage-deflate")],
            101,
            "",
        ),
        (GET, vec![("sec-websocket-protocol", "chat")], 400, "mcp"),
        (GET, vec![("sec-websocket-protocol", "MCP")], 400, "mcp"),
        (
            GET,
            vec![("sec-websocket-key", "")],
            400,
            "sec-websocket-key",
        ),
        (
            GET,
            vec![("sec-websocket-key", "short==")],
            400,
            "sec-websocket-key",
        ),
        (GET, vec![("sec-websocket-key", twice)], 400, "twice"),
        (
            GET,
            vec![("sec-websocket-version", "8")],
            426,
            "sec-websocket-version: 13",
        ),
        (
            GET,
            vec![("sec-websocket-version", "")],
            426,
            "sec-websocket-version: 13",
        ),
        (GET, vec![("upgrade", "")], 426, "upgrade: websocket"),
        (GET, vec![("upgrade", "h2c")], 426, "upgrade: websocket"),
        (
            GET,
            vec![("connection", "close")],
            426,
            "upgrade: websocket",
        ),
        ("GET /ws HTTP/1.0", vec![], 426, "http/1.1"),
        ("POST /ws HTTP/1.1", vec![], 405, "allow: get\r\n"),
        ("DELETE /ws HTTP/1.1", vec![], 405, "allow: get\r\n"),
        ("GET /ws/ HTTP/1.1", vec![], 404, "/mcp"),
        ("GET /mcp HTTP/1.1", vec![], 405, "post"),
    ] {
        let answer = handshake(&server, line, &changes).await;
        let found = answer.split(' ').nth(1).map(str::to_owned);
        assert_eq!(
            found,
            Some(status.to_string()),
            "{line} {changes:?}: {answer}"
        );
        assert!(answer.contains(word), "{line} {changes:?}: {answer}");
    }
    // A client that names no subprotocol is served, and told of none.
    let answer = handshake(&server, GET, &[("sec-websocket-protocol", "")]).await;
    assert!(answer.starts_with("http/1.1 101"), "{answer}");
    assert!(!answer.contains("sec-websocket-protocol"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn strangers_are_refused_before_there_is_a_websocket() {
    let server = server()
        .tool("echo", echo)
        .allow_host("tide.example")
        .allow_origin("https://tide.example")
        .run()
        .await;
    for (changes, status) in [
        (vec![("host", "evil.example")], 403),
        (vec![("host", "")], 403),
        (vec![("host", "localhost\r\nhost: localhost")], 400),
        (vec![("origin", "https://evil.example")], 403),
        (vec![("origin", "http://localhost.evil.example")], 403),
        (vec![("origin", "null")], 403),
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "same-site")], 403),
        (
            vec![
                ("origin", "https://evil.example"),
                ("sec-websocket-key", ""),
            ],
            403,
        ),
        (
            vec![("origin", "https://tide.example"), ("host", "tide.example")],
            101,
        ),
        (
            vec![
                ("origin", "https://tide.example"),
                ("sec-fetch-site", "cross-site"),
            ],
            101,
        ),
        (vec![("origin", "http://localhost:5173")], 101),
        (vec![("sec-fetch-site", "same-origin")], 101),
    ] {
        let answer = handshake(&server, GET, &changes).await;
        let found = answer.split(' ').nth(1).map(str::to_owned);
        assert_eq!(found, Some(status.to_string()), "{changes:?}: {answer}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_front_that_is_off_is_not_there() {
    let config = Config {
        fronts: Fronts {
            websocket: false,
            ..Fronts::default()
        },
        ..Config::default()
    };
    let server = server().tool("echo", echo).config(config).run().await;
    let answer = handshake(&server, GET, &[]).await;
    assert!(answer.starts_with("http/1.1 404"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn http2_is_told_to_use_http1() {
    let server = server().tool("echo", echo).run().await;
    let socket = TcpStream::connect(server.addr()).await.expect("it listens");
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(socket))
        .await
        .expect("it speaks HTTP/2");
    tokio::spawn(connection.map_err(drop));
    let request = Request::get("http://localhost/ws")
        .body(Empty::<Bytes>::new())
        .expect("a request");
    let response = soon("an answer", sender.send_request(request)).await;
    let response = response.expect("an answer");
    assert_eq!(response.status(), 426);
    server.stop().await;
}
