//! Plain HTTP streams: read in every form, ended by a definite item or a definite error.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate_client::{Error, Plain, PlainClient, PlainStream};

use crate::fake::{Answer, Fake, Piece};

async fn server(answer: impl Fn() -> Answer + Send + Sync + 'static) -> (Fake, PlainClient) {
    let server = Fake::start(move |_| answer()).await;
    let client = PlainClient::at(&server.url()).expect("a client");
    (server, client.max_event(256))
}

fn lines(pieces: Vec<Piece>) -> Answer {
    Answer {
        pieces,
        ..Answer::text(200, "application/x-ndjson", "")
    }
}

fn line(value: Value) -> Piece {
    Piece::Text(format!("{value}\n"))
}

fn event(kind: &str, data: &str) -> Piece {
    Piece::Text(format!("event: {kind}\ndata: {data}\n\n"))
}

/// Reads all: the items in short, and the error after them.
async fn all(mut stream: PlainStream) -> (Vec<String>, Option<Error>) {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        match item {
            Ok(Plain::Progress(step)) => items.push(format!("progress {}", step.progress)),
            Ok(Plain::Log(log)) => items.push(format!("log {} {}", log.level, log.text())),
            Ok(Plain::Result(raw)) => items.push(format!("result {raw}")),
            Ok(Plain::Error(error)) => items.push(format!("error {error}")),
            Ok(Plain::End(data)) => items.push(format!("end {data}")),
            Ok(Plain::Other { event, data }) => items.push(format!("{event}: {data}")),
            Ok(other) => panic!("{other:?}"),
            Err(error) => {
                assert!(stream.next().await.is_none(), "an error is the last");
                return (items, Some(error));
            }
        }
    }
    (items, None)
}

async fn heard(
    answer: impl Fn() -> Answer + Send + Sync + 'static,
) -> (Vec<String>, Option<Error>) {
    let (_server, client) = server(answer).await;
    all(client.listen_stream("/stream").await.expect("a stream")).await
}

#[tokio::test]
async fn events_and_lines_say_the_same() {
    let wanted = [
        "log info begun",
        "progress 1",
        "info: {\"a\":1}",
        "result {\"content\":[]}",
    ];
    let (items, error) = heard(|| {
        Answer::events(vec![
            Piece::Text(": ping\n\n".to_owned()),
            event("log", r#"{"level":"info","data":"begun"}"#),
            event("progress", r#"{"progress":1}"#),
            event("info", r#"{"a":1}"#),
            event("result", r#"{"content":[]}"#),
            event("log", r#"{"level":"info","data":"after the end"}"#),
        ])
    })
    .await;
    assert_eq!(items, wanted);
    assert!(error.is_none());
    let (items, error) = heard(|| {
        lines(vec![
            line(json!({"type": "ping"})),
            line(json!({"type": "log", "level": "info", "data": "begun"})),
            Piece::Text("\n{\"type\":\"progress\",\"prog".to_owned()),
            Piece::Text("ress\":1}\r\n".to_owned()),
            line(json!({"type": "info", "a": 1})),
            Piece::Text(r#"{"type":"result","content":[]}"#.to_owned()),
        ])
    })
    .await;
    assert_eq!(items, wanted);
    assert!(error.is_none());
}

#[tokio::test]
async fn text_comes_line_by_line_and_ends_with_its_body() {
    let (items, error) = heard(|| Answer::text(200, "text/plain; charset=utf-8", "a\nb")).await;
    assert_eq!(items, ["text: \"a\"", "text: \"b\""]);
    assert!(error.is_none());
}

#[tokio::test]
async fn errors_and_ends_are_last_items() {
    let (items, error) = heard(|| {
        lines(vec![line(
            json!({"type": "error", "code": -32603, "message": "broken"}),
        )])
    })
    .await;
    assert_eq!(items, ["error broken (-32603)"]);
    assert!(error.is_none());
    let (items, error) = heard(|| Answer::events(vec![event("end", r#"{"sent":3}"#)])).await;
    assert_eq!(items, ["end {\"sent\":3}"]);
    assert!(error.is_none());
}

#[tokio::test]
async fn a_stream_that_ends_too_early_is_an_error() {
    let half = r#"{"type":"result","cont"#.to_owned();
    for pieces in [
        vec![],
        vec![line(json!({"type": "progress", "progress": 1}))],
        vec![Piece::Text(half)],
    ] {
        let count = pieces.len();
        let (items, error) = heard(move || lines(pieces.clone())).await;
        assert!(items.len() <= count);
        assert!(error.expect("an error").is_broken());
    }
    let (_, error) = heard(|| {
        Answer::events(vec![
            event("message", "1"),
            Piece::Wait(Duration::from_millis(50)),
            Piece::Break,
        ])
    })
    .await;
    assert!(error.expect("an error").is_broken());
    let (items, error) = heard(|| Answer::events(vec![event("message", "1")])).await;
    assert_eq!(items, ["message: 1"]);
    assert!(error.expect("an error").is_broken());
}

#[tokio::test]
async fn what_is_too_long_or_misshapen_is_an_error() {
    for answer in [
        || lines(vec![Piece::Text("x".repeat(1000))]),
        || lines(vec![Piece::Text("no JSON\n".to_owned())]),
        || lines(vec![line(json!({"progress": 1}))]),
        || Answer::events(vec![Piece::Text(format!("data: {}", "x".repeat(1000)))]),
        || Answer::events(vec![event("progress", "{}")]),
        || Answer::events(vec![event("result", "{")]),
    ] {
        let (items, error) = heard(answer).await;
        assert!(items.is_empty(), "{items:?}");
        assert!(error.expect("an error").is_answer());
    }
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let (_server, client) =
        server(|| Answer::events(vec![event("message", "1"), Piece::Hang])).await;
    let client = client.idle_deadline(Duration::from_millis(50));
    let (items, error) = all(client.listen_stream("/stream").await.expect("a stream")).await;
    assert_eq!(items.len(), 1);
    assert!(error.expect("an error").is_timeout());
}

#[tokio::test]
async fn refusals_are_told_with_their_status() {
    let refused =
        json!({"jsonrpc": "2.0", "error": {"code": -32602, "message": "`n` is a number"}});
    let (_server, client) = server(move || Answer::json(&refused).status(400)).await;
    let error = client
        .listen_stream("/stream?n=x")
        .await
        .expect_err("refused");
    assert_eq!(error.rpc_code(), Some(-32602));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    assert_eq!(error.to_string(), "`n` is a number (-32602)");

    let (_server, client) = server(|| Answer::text(502, "text/html", "<h1>Bad gateway</h1>")).await;
    let error = client.listen_stream("/stream").await.expect_err("refused");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(502));

    let (_server, client) = server(|| Answer::text(200, "text/html", "<h1>Hello</h1>")).await;
    let error = client
        .listen_stream("/stream")
        .await
        .expect_err("no stream");
    assert!(error.is_answer(), "{error}");
}

#[tokio::test]
async fn a_tools_result_is_read_and_its_failure_told() {
    let (server, client) = server(|| {
        lines(vec![
            line(json!({"type": "progress", "progress": 1})),
            line(json!({"type": "result", "content": [{"type": "text", "text": "hi"}], "isError": true})),
        ])
    })
    .await;
    let stream = client
        .stream_tool("a b/c", json!({"k": 1}))
        .await
        .expect("a stream");
    let result = stream.result().await.expect("a result");
    assert!(result.is_error);
    assert_eq!(result.text(), "hi");
    let seen = server.seen();
    assert_eq!(
        (seen[0].verb.as_str(), &seen[0].body),
        ("POST", &json!({"k": 1}))
    );
    assert_eq!(seen[0].target, "/tools/a%20b%2Fc/stream?log=info");
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_sent() {
    let (server, client) = server(|| lines(vec![])).await;
    let other = client.listen_stream("http://127.0.0.1:1/stream").await;
    assert!(other.expect_err("another server").is_input());
    let no_object = client.stream_tool("echo", json!([1])).await;
    assert!(no_object.expect_err("no object").is_input());
    assert!(PlainClient::at("ftp://x/").is_err());
    assert!(client.header("content-length", "1").is_err());
    assert!(server.seen().is_empty());
}
