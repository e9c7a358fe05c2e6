//! HTTP+SSE (2024-11-05): a stream that says where to post, and answers on it.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tidegate_client::{Client, EraChoice, Event, Revision};

use crate::fake::{Answer, Fake, Feed, Piece, Seen, log, until};

/// What a server answers a message that was posted to the address it named: 202, and on its stream what
/// `answer` says.
pub(crate) fn at_messages(
    seen: &Seen,
    feed: &Feed,
    answer: impl FnOnce(&Seen) -> Vec<Value>,
) -> Option<Answer> {
    if !seen.target.starts_with("/messages?key=") {
        return None;
    }
    for message in answer(seen) {
        feed.tell(&message);
    }
    Some(Answer::text(202, "text/plain", "Accepted"))
}

/// What an old server says to a message.
pub(crate) fn old(seen: &Seen) -> Vec<Value> {
    match seen.method() {
        "initialize" => vec![seen.response(json!({
            "protocolVersion": "2024-11-05",
            "capabilities": {"tools": {"listChanged": true}, "logging": {}},
            "serverInfo": {"name": "older fake", "version": "0.1"},
        }))],
        "tools/list" => vec![seen.response(json!({"tools": [
            {"name": "work", "inputSchema": {"type": "object"}},
        ]}))],
        "tools/call" => vec![
            seen.progress(1),
            log("info", "half"),
            seen.progress(2),
            log("info", "more"),
            seen.progress(3),
            seen.response(json!({"content": [{"type": "text", "text": "done"}]})),
        ],
        "ping" | "logging/setLevel" => vec![seen.response(json!({}))],
        _ if seen.body["id"].is_null() => vec![],
        _ => vec![seen.error(-32601, Value::Null)],
    }
}

/// Starts an HTTP+SSE server; what `answer` leaves, it answers itself.
async fn server(
    answer: impl Fn(&Seen, &Feed) -> Option<Answer> + Send + Sync + 'static,
) -> (Fake, Feed) {
    let feed = Feed::default();
    let fed = feed.clone();
    let server = Fake::start(move |seen| {
        answer(seen, &fed)
            .or_else(|| at_messages(seen, &fed, old))
            .unwrap_or_else(|| match seen.verb.as_str() {
                "GET" => endpoint("/messages?key=1", &fed),
                _ => Answer::empty(405),
            })
    })
    .await;
    (server, feed)
}

fn endpoint(data: &str, feed: &Feed) -> Answer {
    Answer::events(vec![
        Piece::Text(format!(": hello\n\nevent: endpoint\ndata: {data}\n\n")),
        feed.open(),
    ])
}

fn forced(server: &Fake) -> tidegate_client::Builder {
    Client::builder(&format!("sse+{}", server.url())).handshake_deadline(Duration::from_secs(2))
}

#[tokio::test]
async fn calls_tell_and_answer_on_the_one_stream() {
    let (server, _) = server(|_, _| None).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    assert_eq!(client.server().revision, Revision::V2024_11_05);
    assert_eq!(client.list_tools().await.expect("a list")[0].name, "work");
    let calls = (0..20).map(|_| async {
        let mut call = client.call("work").start().await.expect("starts");
        let mut events = Vec::new();
        while let Some(event) = call.next().await {
            events.push(match event {
                Event::Progress(step) => format!("{}", step.progress),
                Event::Log(log) => log.text(),
                _ => continue,
            });
        }
        (events, call.result().await.expect("a result").text())
    });
    for (events, text) in futures_util::future::join_all(calls).await {
        // A log message names no call: with many at once it goes to each that may be meant, or none.
        let steps: Vec<_> = events.iter().filter(|told| told.len() == 1).collect();
        assert_eq!(steps, ["1", "2", "3"]);
        assert_eq!(text, "done");
    }
}

#[tokio::test]
async fn the_users_headers_go_with_the_stream_and_with_what_is_posted() {
    let (server, _) = server(|_, _| None).await;
    let client = forced(&server).token("secret").header("x-tenant", "7");
    let client = client.connect().await.expect("connects");
    client.ping().await.expect("a pong");
    let seen = server.seen();
    assert_eq!(seen[0].verb, "GET");
    assert_eq!(seen[0].header("accept"), Some("text/event-stream"));
    for request in seen {
        assert_eq!(request.header("authorization"), Some("Bearer secret"));
        assert_eq!(request.header("x-tenant"), Some("7"));
        for name in ["mcp-protocol-version", "mcp-session-id", "mcp-method"] {
            assert_eq!(request.header(name), None, "the old protocol has no {name}");
        }
    }
}

#[tokio::test]
async fn another_origin_gets_no_credentials() {
    let other = Fake::start(|_| Answer::empty(202)).await;
    let elsewhere = other.url();
    let (server, _) =
        server(move |seen, feed| (seen.verb == "GET").then(|| endpoint(&elsewhere, feed))).await;
    let error = forced(&server).token("secret").connect().await;
    let error = error.expect_err("another origin");
    assert!(
        error.is_answer() && error.to_string().contains("another origin"),
        "{error}"
    );
    assert_eq!(
        other.methods().len() + server.methods().len(),
        1,
        "the GET alone"
    );
}

#[tokio::test]
async fn what_is_no_such_stream_is_said() {
    for (answer, said) in [
        (Answer::empty(404), "404"),
        (Answer::text(200, "text/html", "<html>"), "text/html"),
        (Answer::events(vec![]), "endpoint"),
        (Answer::events(vec![Piece::Event(json!({}))]), "endpoint"),
        (
            Answer::events(vec![Piece::Text(": hello\n\n".to_owned()), Piece::Hang]),
            "2s",
        ),
        (
            Answer::events(vec![Piece::Text(
                "event: endpoint\ndata: http://[\n\n".to_owned(),
            )]),
            "address",
        ),
    ] {
        let (server, _) = server(move |seen, _| (seen.verb == "GET").then(|| answer.clone())).await;
        let error = forced(&server).connect().await.expect_err(said);
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
    let (server, _) = server(|_, _| Some(Answer::text(401, "text/plain", "who?"))).await;
    assert!(
        forced(&server)
            .connect()
            .await
            .expect_err("a stranger")
            .is_auth()
    );
}

#[tokio::test]
async fn http_sse_is_not_modern() {
    let (server, _) = server(|_, _| None).await;
    let error = forced(&server).era(EraChoice::Modern).connect().await;
    assert!(error.expect_err("two minds").is_input());
    assert_eq!(server.methods(), [""; 0]);
}

#[tokio::test]
async fn a_request_whose_post_is_refused_ends_with_that() {
    let rpc = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"no such key"}}"#;
    for (answer, said) in [
        (Answer::empty(400), "400"),
        (
            Answer::text(404, "text/plain", "no such session"),
            "no such session",
        ),
        (Answer::text(401, "text/plain", "who?"), "401"),
        (Answer::empty(413), "413"),
        (Answer::empty(500), "500"),
        (
            Answer::text(400, "application/json", rpc),
            "no such key (-32001)",
        ),
    ] {
        let (server, _) =
            server(move |seen, _| (seen.method() == "tools/call").then(|| answer.clone())).await;
        let client = forced(&server).connect().await.expect("connects");
        let call = client.call_tool("work", json!({}));
        let ended = tokio::time::timeout(Duration::from_secs(5), call).await;
        let error = ended.expect("no hang").expect_err("refused");
        assert!(error.to_string().contains(said), "{said}: {error}");
        client.ping().await.expect("the others go on");
    }
}

#[tokio::test]
async fn any_status_of_success_is_taken() {
    for status in [200, 201, 202, 204] {
        let (server, _) =
            server(move |seen, feed| at_messages(seen, feed, old).map(|_| Answer::empty(status)))
                .await;
        let client = forced(&server).connect().await.expect("connects");
        let result = client.call_tool("work", json!({})).await.expect("a result");
        assert_eq!(result.text(), "done");
    }
}

#[tokio::test]
async fn a_post_that_is_answered_late_holds_up_no_other_request() {
    let gate = crate::fake::Gate::new();
    let held = gate.clone();
    let (server, _) = server(move |seen, _| {
        (seen.method() == "tools/call")
            .then(|| Answer::text(202, "text/plain", "").status(202))
            .map(|mut answer| {
                answer.pieces = vec![Piece::Until(held.clone())];
                answer
            })
    })
    .await;
    let client = forced(&server).connect().await.expect("connects");
    let _call = client.call("work").start().await.expect("starts");
    server.until_seen("tools/call").await;
    let ping = tokio::time::timeout(Duration::from_secs(5), client.ping());
    ping.await.expect("no hang").expect("a pong");
    gate.open();
}

#[tokio::test]
async fn a_stream_that_ends_ends_its_calls_and_the_next_one_opens_another() {
    let (server, feed) = server(|seen, feed| {
        if seen.method() == "tools/call" {
            feed.end();
            return Some(Answer::empty(202));
        }
        None
    })
    .await;
    let client = forced(&server).connect().await.expect("connects");
    let call = client.call_tool("work", json!({}));
    let ended = tokio::time::timeout(Duration::from_secs(5), call).await;
    assert!(ended.expect("no hang").expect_err("it is lost").is_broken());
    client.list_tools().await.expect("on another stream");
    let gets = |methods: &[String]| methods.iter().filter(|verb| *verb == "GET").count();
    assert_eq!(gets(&server.methods()), 2);
    assert_eq!(
        server
            .methods()
            .iter()
            .filter(|name| *name == "initialize")
            .count(),
        2
    );
    drop(feed);
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled() {
    let (server, _) =
        server(|seen, _| (seen.method() == "tools/call").then(|| Answer::empty(202))).await;
    let client = forced(&server).connect().await.expect("connects");
    let call = client.call("work").start().await.expect("starts");
    let id = server.until_seen("tools/call").await.body["id"].clone();
    drop(call);
    let cancelled = server.until_seen("notifications/cancelled").await;
    assert_eq!(cancelled.body["params"]["requestId"], id);
}

#[tokio::test]
async fn what_changes_is_heard_on_the_stream() {
    let (server, feed) = server(|_, _| None).await;
    let client = forced(&server).connect().await.expect("connects");
    let mut listening = client
        .listen(tidegate_client::Topics::new().tools())
        .await
        .expect("listens");
    feed.tell(&json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}));
    let change = tokio::time::timeout(Duration::from_secs(5), listening.next()).await;
    let change = change
        .expect("in time")
        .expect("goes on")
        .expect("a change");
    assert_eq!(change, tidegate_client::Change::Tools);
    client.close().await.expect("closes");
    until("the closed stream", || server.closed() > 0).await;
}

#[tokio::test]
async fn a_message_that_is_too_long_is_said_to_be() {
    let (server, _) = server(|seen, feed| {
        at_messages(seen, feed, |seen| match seen.method() {
            "tools/call" => vec![seen.response(json!({"content": [
                {"type": "text", "text": "x".repeat(10_000)},
            ]}))],
            _ => old(seen),
        })
    })
    .await;
    let client = forced(&server)
        .max_message(5_000)
        .connect()
        .await
        .expect("connects");
    let error = client
        .call_tool("work", json!({}))
        .await
        .expect_err("too long");
    let mut said = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        said.push_str(&cause.to_string());
        source = cause.source();
    }
    assert!(said.contains("max_message"), "{said}");
    drop(Arc::new(server));
}
