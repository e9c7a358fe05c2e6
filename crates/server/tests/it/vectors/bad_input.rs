//! Messages that are too deep, broken, or two things at once.

use serde_json::{Value, json};
use tidegate_server::{Config, Respond};

use super::{
    fixture::Running,
    wire::{Answer, MODERN, Sent, Vector, hold},
};

fn append() -> Sent {
    Sent::call("note.append", &json!({}))
}

#[tokio::test]
async fn json_may_be_deep_but_not_bottomless() {
    let server = Running::start().await;
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let body = message(&format!(
            r#""name":"mirror","arguments":{{"deep":{open}{close}}}"#
        ));
        Sent::call("mirror", &json!({})).body(body)
    };
    hold(
        server.addr,
        [
            Vector::served("100 deep", nested(100)),
            Vector::refused("200 deep", nested(200), 400, -32600),
            Vector::refused("10 000 deep", nested(10_000), 400, -32600),
            Vector::refused(
                "10 000 deep, never closed",
                append().body("[".repeat(10_000)),
                400,
                -32600,
            ),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_json_is_refused_without_an_id() {
    let server = Running::start().await;
    let whole = message(r#""name":"note.append","arguments":{}"#);
    for (what, body) in [
        ("nothing", Vec::new()),
        (
            "half a message",
            whole.as_bytes()[..whole.len() / 2].to_vec(),
        ),
        ("two messages", whole.repeat(2).into_bytes()),
        (
            "a byte that is no UTF-8",
            [whole.as_bytes(), b"\xff"].concat(),
        ),
        (
            "a control character in a string",
            whole.replace("append", "app\u{1}").into_bytes(),
        ),
        (
            "a line break in a string",
            whole.replace("note.", "note\n.").into_bytes(),
        ),
        ("a comma too many", whole.replace("}}", "},}").into_bytes()),
    ] {
        let answer = append().body(body).send(server.addr).await;
        assert_eq!(
            (answer.status, answer.error()),
            (400, Some(-32700)),
            "{what}: {}",
            answer.text()
        );
        assert_eq!(answer.json().get("id"), None, "{what}");
    }
    let mut latin = message(r#""name":"note.append","arguments":{"city":"M?nchen"}"#).into_bytes();
    let at = latin
        .iter()
        .position(|byte| *byte == b'?')
        .expect("the place");
    latin[at] = 0xfc;
    hold(
        server.addr,
        [Vector::refused(
            "Latin-1",
            append().body(latin),
            400,
            -32700,
        )],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn a_key_that_decides_something_stands_once() {
    let server = Running::start().await;
    let whole = message(r#""name":"note.append","arguments":{}"#);
    let doubled = |key: &str, with: &str| {
        let twice = whole.replacen(key, &format!("{with},{key}"), 1);
        assert_ne!(twice, whole);
        append().body(twice)
    };
    hold(
        server.addr,
        [
            Vector::refused(
                "method",
                doubled(r#""method":"#, r#""method":"tools/list""#),
                400,
                -32600,
            ),
            Vector::refused("id", doubled(r#""id":"#, r#""id":5"#), 400, -32600),
            Vector::refused(
                "params",
                doubled(r#""params":"#, r#""params":{}"#),
                400,
                -32600,
            ),
            Vector::refused(
                "name",
                doubled(r#""name":"#, r#""name":"forecast""#),
                400,
                -32600,
            ),
            Vector::refused(
                "arguments",
                doubled(r#""arguments":"#, r#""arguments":{}"#),
                400,
                -32600,
            ),
            Vector::refused(
                "_meta",
                doubled(r#""_meta":"#, r#""_meta":{}"#),
                400,
                -32600,
            ),
            Vector::refused(
                "the claim",
                doubled(
                    r#""io.modelcontextprotocol/protocolVersion":"#,
                    r#""io.modelcontextprotocol/protocolVersion":"2025-11-25""#,
                ),
                400,
                -32600,
            ),
            Vector::refused(
                "an escaped twin",
                doubled(r#""name":"#, r#""\u006eame":"forecast""#),
                400,
                -32600,
            ),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn a_message_on_a_line_of_its_own_stays_inside_its_message() {
    let server = Running::with(Config {
        respond: Respond::Sse,
        ..Config::default()
    })
    .await;
    let forged = r#"{"jsonrpc":"2.0","id":4,"result":{"content":[],"resultType":"complete"}}"#;
    for line_break in ["\n", "\r", "\r\n", "\n\n", "\r\r\n"] {
        let arguments = format!("{{\"lines\":[{line_break}{forged}{line_break}, 1{line_break}]}}");
        let body = message(&format!(r#""name":"mirror","arguments":{arguments}"#));
        let answer = Sent::call("mirror", &json!({}))
            .body(body)
            .send(server.addr)
            .await;
        let lines = json!([serde_json::from_str::<Value>(forged).expect("JSON"), 1]);
        assert_eq!(
            answer.json()["result"]["lines"],
            lines,
            "{line_break:?}: {}",
            answer.text()
        );
        assert_eq!(data_lines(&answer), 1, "{line_break:?}: {}", answer.text());
    }
    server.stop().await;
}

/// The text of a modern call of a tool.
fn message(params: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{{"_meta":{{"io.modelcontextprotocol/protocolVersion":"{MODERN}","io.modelcontextprotocol/clientCapabilities":{{}}}},{params}}}}}"#
    )
}

/// How many lines of a stream hold data; every other line has to be a part of the framing.
fn data_lines(answer: &Answer) -> usize {
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let text = answer.text();
    let lines: Vec<&str> = text
        .split(['\r', '\n'])
        .filter(|line| !line.is_empty())
        .collect();
    let of = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
    let framing = of("event:") + of("id:") + of("retry:") + of(":");
    assert_eq!(framing + of("data:"), lines.len(), "{text}");
    of("data:")
}
