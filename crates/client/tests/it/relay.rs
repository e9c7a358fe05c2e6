//! A relay between a host that speaks lines and a server that does as a test says.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tidegate_client::{Client, Reconnect};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    fake::{Answer, Fake, Feed, Gate, Piece, Seen, log, notification},
    http_sse::{at_messages, old},
    socket::Socket,
    websocket::says,
};

/// The host of a relay.
struct Host {
    to: DuplexStream,
    from: Lines<BufReader<DuplexStream>>,
    running: JoinHandle<Result<(), tidegate_client::Error>>,
}

impl Host {
    fn start(url: &str) -> Self {
        let (to, input) = tokio::io::duplex(1 << 16);
        let (output, from) = tokio::io::duplex(1 << 16);
        let relay = Client::builder(url)
            .reconnect(Reconnect {
                base: Duration::from_millis(10),
                ..Reconnect::default()
            })
            .handshake_deadline(Duration::from_secs(2))
            .token("secret")
            .relay()
            .expect("an address");
        Self {
            to,
            from: BufReader::new(from).lines(),
            running: tokio::spawn(relay.run(input, output)),
        }
    }

    async fn send(&mut self, message: &Value) {
        self.line(&message.to_string()).await;
    }

    async fn line(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.to.write_all(line.as_bytes()).await.expect("sent");
    }

    /// Returns the next line.
    async fn text(&mut self) -> String {
        let line = timeout(Duration::from_secs(10), self.from.next_line()).await;
        line.expect("in time").expect("it reads").expect("a line")
    }

    async fn next(&mut self) -> Value {
        serde_json::from_str(&self.text().await).expect("JSON")
    }

    async fn open(&mut self) -> Value {
        self.send(&initialize()).await;
        let answer = self.next().await;
        assert!(answer["result"].is_object(), "{answer}");
        self.send(&notification("initialized", json!({}))).await;
        answer
    }

    /// Ends, and returns what was said until then.
    async fn end(mut self) -> Vec<String> {
        drop(self.to);
        let mut rest = Vec::new();
        while let Some(line) = timeout(Duration::from_secs(10), self.from.next_line())
            .await
            .expect("it ends")
            .expect("it reads")
        {
            rest.push(line);
        }
        self.running.await.expect("no panic").expect("ends well");
        rest
    }
}

fn initialize() -> Value {
    let info = json!({"name": "host", "version": "7"});
    json!({"jsonrpc": "2.0", "id": "init", "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {"roots": {}}, "clientInfo": info,
    }})
}

fn request(id: &str, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

fn modern(id: &str, method: &str, mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    request(id, method, params)
}

#[tokio::test]
async fn modern_messages_get_their_headers_and_pass_token_for_token() {
    let server = Fake::modern(|seen| match seen.method() {
        "tools/list" => Some(Answer::json(&seen.response(json!({"resultType": "complete", "tools": [
            {"name": "wörk", "inputSchema": {"type": "object", "properties": {
                "region": {"type": "string", "x-mcp-header": "Region"},
            }}},
        ]})))),
        "tools/call" => {
            let id = &seen.body["id"];
            let text = format!(
                "data: {{\"id\":{id},\n\
                 data: \"big\":1234567890123456789012,  \"jsonrpc\":\"2.0\",\"result\":{{\"x\": 1.50}}}}\n\n"
            );
            Some(Answer::events(vec![Piece::Text(text)]))
        }
        _ => None,
    })
    .await;
    let mut host = Host::start(&server.url());
    host.send(&modern("a", "tools/list", json!({}))).await;
    host.next().await;
    let call = modern(
        "b",
        "tools/call",
        json!({"name": "wörk", "arguments": {"region": "eu west"}}),
    );
    let line = call
        .to_string()
        .replace(":{\"region\"", ": {\"n\":1.50e0, \"region\"");
    host.line(&line).await;
    let answer = host.text().await;
    assert_eq!(
        answer,
        r#"{"id":"b","big":1234567890123456789012,  "jsonrpc":"2.0","result":{"x": 1.50}}"#
    );
    let seen = server.only("tools/call");
    assert_eq!(seen.text, line, "as it came");
    assert_eq!(seen.header("mcp-method"), Some("tools/call"));
    assert_eq!(seen.header("mcp-name"), Some("=?base64?d8O2cms=?="));
    assert_eq!(seen.header("mcp-param-region"), Some("eu west"));
    assert_eq!(seen.header("mcp-protocol-version"), Some("2026-07-28"));
    assert_eq!(seen.header("authorization"), Some("Bearer secret"));
    assert!(host.end().await.is_empty());
}

#[tokio::test]
async fn a_cancelled_modern_request_closes_its_stream_and_is_not_answered() {
    let server = Fake::modern(|seen| {
        (seen.method() == "tools/call")
            .then(|| Answer::events(vec![Piece::Event(log("info", "begun")), Piece::Hang]))
    })
    .await;
    let mut host = Host::start(&server.url());
    host.send(&modern("a", "tools/call", json!({"name": "x"})))
        .await;
    assert_eq!(host.next().await["method"], "notifications/message");
    host.send(&notification("cancelled", json!({"requestId": "a"})))
        .await;
    server.until_closed().await;
    assert!(host.end().await.is_empty());
    assert_eq!(server.methods(), ["tools/call"], "nothing is posted");
}

#[tokio::test]
async fn a_session_carries_everything_and_is_ended() {
    let feed = Feed::default();
    let fed = feed.clone();
    let server = Fake::legacy(move |seen| match seen.method() {
        "GET" => Some(Answer::events(vec![fed.open()])),
        _ => None,
    })
    .await;
    let mut host = Host::start(&server.url());
    host.open().await;
    server.until_seen("GET").await;
    feed.tell(&request("roots-1", "roots/list", json!({})));
    assert_eq!(host.next().await["method"], "roots/list");
    host.send(&json!({"jsonrpc": "2.0", "id": "roots-1", "result": {"roots": []}}))
        .await;
    host.send(&request("p", "ping", json!({}))).await;
    assert_eq!(host.next().await["id"], "p");
    host.send(&notification("cancelled", json!({"requestId": "other"})))
        .await;
    server.until_seen("notifications/cancelled").await;
    host.end().await;
    server.until_seen("DELETE").await;
    for seen in server.seen() {
        let named = seen.header("mcp-session-id");
        let version = seen.header("mcp-protocol-version");
        if seen.method() == "initialize" {
            assert_eq!((named, version), (None, None));
        } else {
            assert_eq!(
                (named, version),
                (Some("session-1"), Some("2025-11-25")),
                "{}",
                seen.verb
            );
        }
    }
    let replies = server
        .seen()
        .iter()
        .filter(|seen| seen.body["id"] == "roots-1")
        .count();
    assert_eq!(replies, 1);
}

#[tokio::test]
async fn a_forgotten_session_is_opened_anew_with_what_it_was_told() {
    let opened = Arc::new(Mutex::new(0));
    let counted = opened.clone();
    let server = Fake::legacy(move |seen| {
        let mut opened = counted.lock();
        if seen.method() == "initialize" {
            *opened += 1;
            let version = &seen.body["params"]["protocolVersion"];
            let result = json!({"protocolVersion": version, "capabilities": {}, "serverInfo": {}});
            let id = format!("session-{opened}");
            return Some(Answer::json(&seen.response(result)).header("mcp-session-id", &id));
        }
        let forgotten = seen.header("mcp-session-id") == Some("session-1");
        (*opened == 1 && seen.method() == "tools/list" && forgotten).then(|| Answer::empty(404))
    })
    .await;
    let mut host = Host::start(&server.url());
    host.open().await;
    host.send(&request("l", "logging/setLevel", json!({"level": "debug"})))
        .await;
    assert_eq!(host.next().await["id"], "l");
    host.send(&request("t", "tools/list", json!({}))).await;
    let answer = host.next().await;
    assert_eq!(
        answer["id"], "t",
        "nothing of the new handshake is told: {answer}"
    );
    let seen: Vec<Seen> = server.seen();
    let asked: Vec<&Seen> = seen
        .iter()
        .filter(|seen| seen.method() == "initialize")
        .collect();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].text, asked[1].text, "the host's own words");
    let levels = seen
        .iter()
        .filter(|seen| seen.method() == "logging/setLevel");
    let levels: Vec<_> = levels.map(|seen| seen.header("mcp-session-id")).collect();
    assert_eq!(levels, [Some("session-1"), Some("session-2")]);
    host.end().await;
}

#[tokio::test]
async fn a_broken_stream_is_taken_up_and_tells_nothing_twice() {
    let server = Fake::legacy(|seen| match (seen.method(), seen.header("last-event-id")) {
        ("tools/call", _) => Some(Answer::events(vec![
            Piece::Text("id: 1\nretry: 5\ndata:\n\n".to_owned()),
            Piece::Text(format!("id: 2\ndata: {}\n\n", log("info", "one"))),
            // The head is out before it breaks.
            Piece::Wait(Duration::from_millis(50)),
            Piece::Break,
        ])),
        ("GET", Some("2")) => Some(Answer::events(vec![
            Piece::Text(format!("id: 3\ndata: {}\n\n", log("info", "two"))),
            Piece::Text(r#"data: {"jsonrpc":"2.0","id":"c","result":{}}"#.to_owned() + "\n\n"),
        ])),
        _ => None,
    })
    .await;
    let mut host = Host::start(&server.url());
    host.open().await;
    host.send(&request("c", "tools/call", json!({"name": "x"})))
        .await;
    for text in ["one", "two"] {
        let told = host.next().await;
        assert_eq!(told["params"]["data"], text, "{told}");
    }
    assert_eq!(host.next().await["id"], "c");
    assert!(host.end().await.is_empty());
}

#[tokio::test]
async fn what_breaks_on_the_way_is_an_error_of_its_request() {
    for (answer, said) in [
        (Answer::events(vec![Piece::Break]), "broke"),
        (Answer::events(vec![]), "ended the stream"),
        (Answer::text(503, "text/plain", "later"), "503"),
        (Answer::text(401, "text/plain", "who?"), "401"),
        (Answer::text(200, "text/html", "<html>"), "no message"),
        (Answer::empty(404), "404"),
    ] {
        let server = Fake::start(move |_| answer.clone()).await;
        let mut host = Host::start(&server.url());
        for message in [
            modern("m", "tools/call", json!({"name": "x"})),
            request("l", "tools/list", json!({})),
            initialize(),
        ] {
            host.send(&message).await;
            let told = host.next().await;
            assert_eq!(
                (&told["id"], &told["error"]["code"]),
                (&message["id"], &json!(-32603))
            );
            let why = told["error"]["message"].as_str().expect("words");
            assert!(why.contains(said), "{said}: {why}");
        }
        host.end().await;
    }
}

#[tokio::test]
async fn an_error_that_names_no_request_gets_its_name() {
    let error =
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32020,"message":"no","data":{"n":1.0}}}"#;
    let server = Fake::start(move |_| Answer::text(400, "application/json", error)).await;
    let mut host = Host::start(&server.url());
    host.send(&modern("m", "tools/list", json!({}))).await;
    let expected =
        r#"{"jsonrpc":"2.0","id":"m","error":{"code":-32020,"message":"no","data":{"n":1.0}}}"#;
    assert_eq!(host.text().await, expected);
    host.end().await;
}

#[tokio::test]
async fn a_legacy_host_of_a_modern_server_is_told_why() {
    let server = Fake::modern(|seen| {
        let supported = json!({"supported": ["2026-07-28"]});
        (seen.method() == "initialize")
            .then(|| Answer::json(&seen.error(-32022, supported)).status(400))
    })
    .await;
    let mut host = Host::start(&server.url());
    host.send(&initialize()).await;
    let answer = host.next().await;
    assert_eq!(answer["error"]["code"], -32022);
    assert_eq!(answer["error"]["data"]["supported"][0], "2026-07-28");
    assert!(
        answer["error"]["message"]
            .as_str()
            .expect("words")
            .contains("2026-07-28 alone")
    );
    assert_eq!(
        server.methods(),
        ["initialize"],
        "and no other door is tried"
    );
    host.end().await;
}

#[tokio::test]
async fn http_sse_is_found_and_spoken() {
    for forced in [false, true] {
        let feed = Feed::default();
        let server = Fake::start(move |seen| {
            at_messages(seen, &feed, old).unwrap_or_else(|| match seen.verb.as_str() {
                "GET" => Answer::events(vec![
                    Piece::Text("event: endpoint\ndata: /messages?key=1\n\n".to_owned()),
                    feed.open(),
                ]),
                _ => Answer::empty(405),
            })
        })
        .await;
        let scheme = if forced { "sse+" } else { "" };
        let mut host = Host::start(&format!("{scheme}{}", server.url()));
        let opened = host.open().await;
        assert_eq!(opened["result"]["protocolVersion"], "2024-11-05");
        host.send(&request(
            "c",
            "tools/call",
            json!({"name": "work", "_meta": {"progressToken": 9}}),
        ))
        .await;
        let mut told = Vec::new();
        loop {
            let message = host.next().await;
            if message["id"] == "c" {
                break;
            }
            told.push(message["method"].clone());
        }
        assert_eq!(told.len(), 5, "{told:?}");
        host.end().await;
    }
}

#[tokio::test]
async fn a_websocket_is_relayed_in_both_eras() {
    let server = Socket::start(|message| says(true, message)).await;
    let mut host = Host::start(&server.url());
    let mut call = modern("m", "tools/call", json!({"name": "work"}));
    call["params"]["_meta"]["progressToken"] = json!("m");
    call["params"]["_meta"]["io.modelcontextprotocol/logLevel"] = json!("info");
    host.send(&call).await;
    let mut told = 0;
    while host.next().await["id"] != "m" {
        told += 1;
    }
    assert_eq!(told, 5);
    host.end().await;

    let server = Socket::start(|message| says(false, message)).await;
    let mut host = Host::start(&server.url());
    host.open().await;
    host.send(&request("p", "ping", json!({}))).await;
    assert_eq!(host.next().await["id"], "p");
    host.end().await;
}

#[tokio::test]
async fn answers_under_way_are_waited_for_at_the_end_and_no_longer() {
    let gate = Gate::new();
    let held = gate.clone();
    let server = Fake::modern(move |seen| match seen.method() {
        "tools/call" => {
            let answer = seen.response(json!({"resultType": "complete"}));
            let pieces = vec![Piece::Until(held.clone()), Piece::Event(answer)];
            Some(Answer::events(pieces))
        }
        "subscriptions/listen" => Some(Answer::events(vec![Piece::Hang])),
        _ => None,
    })
    .await;
    let mut host = Host::start(&server.url());
    host.send(&modern(
        "s",
        "subscriptions/listen",
        json!({"notifications": {}}),
    ))
    .await;
    host.send(&modern("c", "tools/call", json!({"name": "x"})))
        .await;
    server.until_seen("tools/call").await;
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        gate.open();
    });
    let rest = host.end().await;
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert!(rest[0].contains(r#""id":"c""#), "{rest:?}");
}

#[tokio::test]
async fn lines_that_cannot_be_relayed_are_answered() {
    let server = Fake::modern(|_| None).await;
    let mut host = Host::start(&server.url());
    for (line, code) in [
        ("hello", -32700),
        ("{}", -32600),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600),
    ] {
        host.line(line).await;
        assert_eq!(host.next().await["error"]["code"], code, "{line}");
    }
    host.end().await;
    assert_eq!(server.methods(), [""; 0]);
}
