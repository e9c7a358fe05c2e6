//! What pages elsewhere are told, over every front: enough to call where they may, and nothing where
//! they may not.

use serde_json::json;
use tidegate_server::{Config, Fronts, Server};
use tidegate_testkit::{Answer, Request, Run, Running, Session, call, server};

use crate::{
    faults::tools::{echo, say},
    plain::tools::{get, post},
    websocket::client::handshake,
};

const PAGE: &str = "https://tide.example";
const LOCAL: &str = "http://localhost:3000";

/// Every path, with the methods that it answers.
const PATHS: [(&str, &str); 10] = [
    ("/mcp", "GET, POST, DELETE"),
    ("/sse", "GET"),
    ("/mcp/sse", "GET"),
    ("/messages", "POST"),
    ("/mcp/messages", "POST"),
    ("/ws", "GET"),
    ("/streams", "GET"),
    ("/tools/echo/stream", "GET, POST"),
    ("/stream", "GET"),
    ("/calculate", "GET"),
];

/// What a client has to read in an answer's head.
const READ: [&str; 4] = [
    "mcp-session-id",
    "mcp-protocol-version",
    "www-authenticate",
    "retry-after",
];

/// What a client sends in a request's head.
const SENT: [&str; 9] = [
    "content-type",
    "accept",
    "authorization",
    "x-api-key",
    "mcp-session-id",
    "mcp-protocol-version",
    "mcp-method",
    "mcp-name",
    "last-event-id",
];

fn with_every_front() -> Server {
    let config = Config {
        fronts: Fronts {
            http_sse: true,
            samples: true,
            monitor: true,
            ..Fronts::default()
        },
        max_body: 4_096,
        ..Config::default()
    };
    server()
        .tool("echo", echo)
        .config(config)
        .allow_origin(PAGE)
}

/// A request to every front, good ones and bad ones, and the status that it has without an origin.
async fn requests(server: &Running) -> Vec<(Request, u16)> {
    let session = Session::open(server, "2025-11-25").await;
    let ended = Session::open(server, "2025-11-25").await;
    assert_eq!(ended.ask(ended.delete()).await.status, 204);
    let note = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled" });
    let note = session.request("", json!({})).json(note);
    let too_long = "~".repeat(5_000);
    vec![
        (call("echo", say("hello")), 200),
        (call("nope", json!({})), 200),
        (Session::initialize("2025-11-25"), 200),
        (session.request("ping", json!({})), 200),
        (note, 202),
        (session.get(), 200),
        (session.get().accept("text/html"), 406),
        (
            session
                .request("ping", json!({}))
                .header("mcp-session-id", "x"),
            404,
        ),
        (ended.request("ping", json!({})), 404),
        (call("echo", json!({})).header("mcp-method", "ping"), 400),
        (
            call("echo", json!({})).header("content-type", "text/plain"),
            415,
        ),
        (call("echo", say(&too_long)), 413),
        (Request::new("PUT"), 405),
        (Request::new("GET"), 405),
        (Request::new("OPTIONS"), 405),
        (Request::new("DELETE"), 400),
        (get("/sse").accept("text/event-stream"), 200),
        (get("/mcp/sse").accept("application/json"), 406),
        (Request::post(json!({})).path("/sse"), 405),
        (Request::post(json!({})).path("/messages"), 400),
        (Request::post(json!({})).path("/mcp/messages?key=x"), 404),
        (get("/ws"), 426),
        (Request::post(json!({})).path("/ws"), 405),
        (get("/streams"), 200),
        (post("echo", json!({})), 200),
        (post("nope", json!({})), 404),
        (get("/tools/echo/stream"), 405),
        (get("/stream?n=1"), 200),
        (get("/stream?n=x"), 400),
        (get("/calculate?a=1&b=2&op=add"), 200),
        (get("/nowhere"), 404),
        (Request::new("OPTIONS").path("/nowhere"), 404),
        (session.delete(), 204),
    ]
}

fn lists(answer: &Answer, header: &str) -> Vec<String> {
    let list = answer.header(header).unwrap_or_default().split(',');
    list.map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// The page may read the answer, whatever it is.
fn is_signed(answer: &Answer, origin: &str, what: &str) {
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some(origin),
        "{what}"
    );
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        None,
        "{what}"
    );
    assert!(
        lists(answer, "vary").contains(&"origin".to_owned()),
        "{what}"
    );
    let exposed = lists(answer, "access-control-expose-headers");
    for name in READ {
        assert!(exposed.contains(&name.to_owned()), "{what}: {name}");
    }
}

/// Nothing is said to a page.
fn is_bare(answer: &Answer, what: &str) {
    for name in [
        "access-control-allow-origin",
        "access-control-expose-headers",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-allow-private-network",
    ] {
        assert_eq!(answer.header(name), None, "{what}: {name}");
    }
}

#[tokio::test]
async fn every_answer_can_be_read_by_a_page_that_may_call_and_by_no_other() {
    let server = with_every_front().run().await;
    for origin in [Some(PAGE), Some(LOCAL), None] {
        for (request, status) in requests(&server).await {
            let request = match origin {
                Some(origin) => request
                    .header("origin", origin)
                    .header("sec-fetch-site", "cross-site"),
                None => request,
            };
            let what = format!("{request:?}");
            let answer = server.ask(request).await;
            assert_eq!(answer.status, status, "{what}");
            match origin {
                Some(origin) => is_signed(&answer, origin, &what),
                None => is_bare(&answer, &what),
            }
        }
    }
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "https://tide.example.evil.example"),
        ("origin", "http://tide.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        for (request, _) in requests(&server).await {
            let request = request.header(name, value);
            let what = format!("{request:?}");
            let answer = server.ask(request).await;
            assert_eq!(answer.status, 403, "{what}");
            is_bare(&answer, &what);
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_websocket_is_opened_by_pages_that_may() {
    let server = with_every_front().run().await;
    for (origin, status) in [
        (PAGE, 101),
        (LOCAL, 101),
        ("null", 403),
        ("https://evil.example", 403),
    ] {
        let answer = handshake(&server, "GET /ws HTTP/1.1", &[("origin", origin)]).await;
        assert!(
            answer.starts_with(&format!("http/1.1 {status}")),
            "{answer}"
        );
        let signed = format!("access-control-allow-origin: {origin}\r\n");
        assert_eq!(answer.contains(&signed), status == 101, "{answer}");
    }
    server.stop().await;
}

fn preflight(path: &str, origin: &str) -> Request {
    Request::new("OPTIONS")
        .path(path)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "content-type,mcp-param-region,x-evil",
        )
}

#[tokio::test]
async fn a_preflight_is_told_what_may_be_sent_to_each_front() {
    let server = with_every_front().run().await;
    for (path, methods) in PATHS {
        for origin in [PAGE, LOCAL] {
            let answer = server.ask(preflight(path, origin)).await;
            assert_eq!(answer.status, 204, "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
            assert_eq!(answer.header("access-control-allow-credentials"), None);
            assert_eq!(
                answer.header("access-control-allow-methods"),
                Some(methods),
                "{path}"
            );
            assert_eq!(answer.header("access-control-max-age"), Some("7200"));
            assert_eq!(answer.header("access-control-allow-private-network"), None);
            let sent = lists(&answer, "access-control-allow-headers");
            for name in SENT.iter().chain(&["mcp-param-region"]) {
                assert!(sent.contains(&(*name).to_owned()), "{path}: {name}");
            }
            assert!(!sent.contains(&"x-evil".to_owned()) && !sent.contains(&"*".to_owned()));
            let varies = lists(&answer, "vary");
            for name in [
                "origin",
                "access-control-request-method",
                "access-control-request-headers",
            ] {
                assert!(varies.contains(&name.to_owned()), "{path}: {name}");
            }
        }
        for refused in ["null", "https://evil.example"] {
            let answer = server.ask(preflight(path, refused)).await;
            assert_eq!(answer.status, 403, "{path} {refused}");
            is_bare(&answer, path);
        }
        let elsewhere = preflight(path, PAGE).header("host", "evil.example");
        assert_eq!(server.ask(elsewhere).await.status, 403, "{path}");
        // What asks for nothing is what it always was.
        for name in ["origin", "access-control-request-method"] {
            let answer = server.ask(preflight(path, PAGE).without(name)).await;
            assert_ne!(answer.status, 204, "{path} without {name}");
        }
    }
    assert_eq!(server.ask(preflight("/nowhere", PAGE)).await.status, 404);
    server.stop().await;
}

#[tokio::test]
async fn a_private_network_is_opened_to_pages_that_were_named_when_they_ask() {
    let server = with_every_front().run().await;
    let asking =
        |origin| preflight("/mcp", origin).header("access-control-request-private-network", "true");
    let allow = "access-control-allow-private-network";
    assert_eq!(server.ask(asking(PAGE)).await.header(allow), Some("true"));
    assert_eq!(server.ask(asking(LOCAL)).await.header(allow), None);
    server.stop().await;
}

#[tokio::test]
async fn null_is_an_origin_only_where_it_was_allowed() {
    let server = with_every_front().allow_origin("null").run().await;
    let answer = server
        .ask(call("echo", say("x")).header("origin", "null"))
        .await;
    assert_eq!(answer.status, 200);
    is_signed(&answer, "null", "a sandboxed page");
    server.stop().await;
}

#[tokio::test]
async fn a_request_names_one_host_and_one_origin() {
    let server = with_every_front().run().await;
    for (path, name, value) in [
        ("/mcp", "host", "localhost\r\nhost: localhost"),
        (
            "/mcp",
            "origin",
            "https://tide.example\r\norigin: https://tide.example",
        ),
        ("http://localhost:1/mcp", "host", "localhost"),
        ("http://evil.example/mcp", "host", "localhost"),
        ("http://localhost/mcp", "host", "tide.example"),
        ("http://localhost/streams", "host", "evil.example"),
    ] {
        let request = call("echo", say("x")).path(path).header(name, value);
        let answer = server.ask(request).await;
        assert_eq!(answer.status, 400, "{path} {name}: {value}");
        is_bare(&answer, path);
    }
    let whole = call("echo", say("x")).path("http://LOCALHOST/mcp");
    assert_eq!(server.ask(whole).await.status, 200);
    let elsewhere = call("echo", say("x"))
        .path("http://evil.example/mcp")
        .header("host", "evil.example");
    assert_eq!(server.ask(elsewhere).await.status, 403);
    server.stop().await;
}

#[tokio::test]
async fn what_could_never_match_is_told_before_anything_is_served() {
    for server in [
        with_every_front().allow_origin("https://tide.example/path"),
        with_every_front().allow_origin("*"),
        with_every_front().allow_host("http://tide.example"),
        with_every_front().allow_host("*"),
    ] {
        let error = server.try_service().expect_err("it never matches");
        assert!(error.to_string().contains("cannot be used"), "{error}");
    }
}
