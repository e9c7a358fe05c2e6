//! What is written down of requests, and of those who were turned away.

use std::{io, num::NonZeroU32, sync::Arc};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tidegate_server::{Config, Fronts, PerCaller, Rate, Server};
use tidegate_testkit::{InMemory, Old, Request, Run, Session, call, server, soon};
use tracing::{level_filters::LevelFilter, subscriber::DefaultGuard};
use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

use crate::{
    faults::tools::{echo, say, server_with, telling, waiting},
    plain::tools::{get, post},
    websocket::client::Client,
};

/// What was written, an event a line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Writes down what this thread says from now on.
    fn begin() -> (Self, DefaultGuard) {
        let log = Self::default();
        let layer = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(log.clone());
        let subscriber = tracing_subscriber::registry()
            .with(LevelFilter::INFO)
            .with(layer);
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn of(&self, target: &str) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().clone()).expect("UTF-8");
        let events = text.lines().map(serde_json::from_str::<Value>);
        let events = events.map(|event| event.expect("JSON"));
        events.filter(|event| event["target"] == target).collect()
    }

    fn access(&self) -> Vec<Value> {
        self.of("tidegate::access")
    }

    fn audit(&self) -> Vec<Value> {
        self.of("tidegate::audit")
    }

    /// Waits until so many requests are written down.
    async fn requests(&self, count: usize) -> Vec<Value> {
        let all = async {
            while self.access().len() < count {
                tokio::task::yield_now().await;
            }
            self.access()
        };
        soon("what is written down", all).await
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn fields(event: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| event[*name].clone()).collect()
}

fn with_every_front() -> Server {
    server().tool("echo", echo).fronts(Fronts {
        http_sse: true,
        samples: true,
        monitor: true,
        ..Fronts::default()
    })
}

#[tokio::test]
async fn each_request_is_an_event_when_its_answer_has_ended() {
    let (log, _guard) = Log::begin();
    let server = with_every_front().run().await;
    let session = Session::open(&server, "2025-11-25").await;
    let secret = "hunter2";
    let requests: [(Request, Value); 9] = [
        (
            call("echo", say(secret))
                .header("authorization", secret)
                .id("seven"),
            json!([
                "streamable-http",
                "POST",
                "/mcp",
                "tools/call",
                "echo",
                "seven",
                200
            ]),
        ),
        (
            session.call("echo", say(secret)),
            json!([
                "streamable-http",
                "POST",
                "/mcp",
                "tools/call",
                "echo",
                "1",
                200
            ]),
        ),
        (
            session.request(
                "resources/read",
                json!({ "uri": format!("file:///a?key={secret}") }),
            ),
            json!([
                "streamable-http",
                "POST",
                "/mcp",
                "resources/read",
                "file:///a",
                "1",
                200
            ]),
        ),
        (
            session.call("no\nsuch\u{1b}tool", json!({})),
            json!([
                "streamable-http",
                "POST",
                "/mcp",
                "tools/call",
                "nosuchtool",
                "1",
                200
            ]),
        ),
        (
            post("echo", say(secret)),
            json!([
                "tool",
                "POST",
                "/tools/echo/stream",
                "tools/call",
                "echo",
                "-",
                200
            ]),
        ),
        (
            get(&format!("/stream?n=1&key={secret}")),
            json!(["sample", "GET", "/stream", "-", "-", "-", 400]),
        ),
        (
            get("/streams"),
            json!(["streams", "GET", "/streams", "-", "-", "-", 200]),
        ),
        (
            Request::post(json!({})).path(&format!("/messages?key={secret}")),
            json!(["http+sse", "POST", "/messages", "-", "-", "-", 404]),
        ),
        (
            session.delete(),
            json!(["streamable-http", "DELETE", "/mcp", "-", "-", "-", 204]),
        ),
    ];
    let before = log.requests(2).await;
    assert_eq!(before[0]["method"], "initialize");
    let key = before[0]["session"].as_str().expect("a text").to_owned();
    assert_eq!(key.len(), 12);
    for (at, (request, wanted)) in requests.into_iter().enumerate() {
        let mut answer = server.ask(request).await;
        let body = answer.body().await;
        let written = log.requests(3 + at).await;
        let event = &written[2 + at];
        let names = ["front", "http", "path", "method", "name", "id", "status"];
        assert_eq!(fields(event, &names), wanted, "{event}");
        assert_eq!(event["ended"], "whole", "{event}");
        assert_eq!(event["bytes"], body.len(), "{event}");
        assert_eq!(
            (&event["who"], &event["client"]),
            (&json!("-"), &json!("127.0.0.1"))
        );
        assert!(event["ms"].as_f64().is_some_and(|ms| ms >= 0.0), "{event}");
        let of_session = [1, 2, 3, 8].contains(&at);
        assert_eq!(
            event["session"],
            if of_session { &key } else { "-" },
            "{event}"
        );
    }
    let all = String::from_utf8(log.0.lock().clone()).expect("UTF-8");
    assert!(!all.contains(secret), "{all}");
    assert!(!all.contains(session.id()), "an id opens its session");
    server.stop().await;
}

#[tokio::test]
async fn a_stream_is_written_down_when_it_ends_and_how() {
    let (log, _guard) = Log::begin();
    let (tell, mut heard) = telling();
    let server = server_with("wait", waiting(tell)).run().await;
    let mut answer = server.ask(call("wait", json!({})).logs("info")).await;
    assert!(answer.message().await.is_some());
    assert_eq!(log.access().len(), 0, "it goes on");
    drop(answer);
    assert_eq!(
        [heard.recv().await, heard.recv().await],
        [Some("begun"), Some("dropped")]
    );
    let event = &log.requests(1).await[0];
    assert_eq!(
        fields(event, &["status", "ended", "name"]),
        json!([200, "cut", "wait"])
    );
    assert!(
        event["bytes"].as_u64().is_some_and(|bytes| bytes > 20),
        "{event}"
    );
    server.stop().await;
}

#[tokio::test]
async fn messages_on_a_connection_are_requests_too() {
    let (log, _guard) = Log::begin();
    let (tell, mut heard) = telling();
    let server = server_with("wait", waiting(tell))
        .fronts(Fronts {
            http_sse: true,
            ..Fronts::default()
        })
        .run()
        .await;
    let mut socket = Client::open(&server).await;
    let opened = log.requests(1).await;
    let names = ["front", "method", "name", "id", "status", "ended", "client"];
    let wanted = json!(["websocket", "-", "-", "-", 101, "whole", "127.0.0.1"]);
    assert_eq!(fields(&opened[0], &names), wanted);
    socket.initialize("2025-11-25", json!({})).await;
    socket.send(call("echo", say("hunter2")).id(1)).await;
    socket.message().await;
    socket
        .send(call("wait", json!({})).logs("info").id(2))
        .await;
    socket.message().await;
    assert_eq!(heard.recv().await, Some("begun"));
    socket.cancel(2).await;
    socket.send(Session::initialize("2025-11-25").id(9)).await;
    socket.message().await;
    let events = log.requests(5).await;
    let events: Vec<_> = events[1..]
        .iter()
        .map(|event| fields(event, &names))
        .collect();
    let client = "127.0.0.1";
    assert_eq!(
        events,
        [
            json!(["websocket", "initialize", "-", "0", 200, "whole", client]),
            json!(["websocket", "tools/call", "echo", "1", 200, "whole", client]),
            json!(["websocket", "tools/call", "wait", "2", 499, "cut", client]),
            json!(["websocket", "initialize", "-", "9", 400, "whole", client]),
        ]
    );
    drop(socket);

    let mut old = Old::connect(&server).await;
    old.shake_hands("2024-11-05", json!({})).await;
    let fronts = || {
        log.access()
            .into_iter()
            .filter(|event| event["front"] == "http+sse")
    };
    let initialize = || fronts().find(|event| event["method"] == "initialize");
    let event = initialize().expect("it is written down");
    assert_eq!(
        fields(&event, &["http", "status", "ended"]),
        json!(["-", 200, "whole"])
    );
    server.stop().await;
}

#[tokio::test]
async fn nothing_is_written_where_nobody_listens() {
    let log = Log::default();
    let layer = tracing_subscriber::fmt::layer()
        .json()
        .with_writer(log.clone());
    let targets = tracing_subscriber::filter::Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("tidegate::access", LevelFilter::OFF)
        .with_target("tidegate::audit", LevelFilter::OFF);
    let subscriber = tracing_subscriber::registry().with(targets).with(layer);
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = with_every_front().run().await;
    Session::open(&server, "2025-11-25").await;
    let evil = call("echo", json!({})).header("host", "evil.example");
    assert_eq!(server.ask(evil).await.status, 403);
    server.stop().await;
    let text = String::from_utf8(log.0.lock().clone()).expect("UTF-8");
    assert!(text.contains("introduced itself"), "{text}");
    assert!(!text.contains("tidegate::a"), "{text}");
}

#[tokio::test]
async fn who_is_turned_away_is_written_down_with_the_reason() {
    let (log, _guard) = Log::begin();
    let config = Config {
        per_caller: PerCaller {
            initializes: Some(Rate::per_minute(NonZeroU32::MIN)),
            ..PerCaller::default()
        },
        ..Config::default()
    };
    let server = server().tool("echo", echo).config(config).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    for (request, reason, front, status) in [
        (
            call("echo", json!({})).header("host", "evil.example"),
            "guard",
            "streamable-http",
            403,
        ),
        (
            call("echo", json!({})).header("origin", "null"),
            "guard",
            "streamable-http",
            403,
        ),
        (
            get("/ws").header("sec-fetch-site", "cross-site"),
            "guard",
            "websocket",
            403,
        ),
        (
            call("echo", json!({})).path("http://a.example/mcp"),
            "guard",
            "-",
            400,
        ),
        (
            session
                .request("ping", json!({}))
                .header("mcp-session-id", "x"),
            "session",
            "streamable-http",
            404,
        ),
        (
            Session::initialize("2025-11-25"),
            "limit",
            "streamable-http",
            429,
        ),
    ] {
        let what = format!("{request:?}");
        assert_eq!(server.ask(request).await.status, status, "{what}");
        let events = log.audit();
        let event = events.last().expect("an event");
        let wanted = json!([reason, front, status, "127.0.0.1", "-", "WARN"]);
        let names = ["reason", "front", "status", "client", "who", "level"];
        if front != "-" {
            assert_eq!(fields(event, &names), wanted, "{what}");
        }
        assert!(event["message"].is_string(), "{event}");
    }
    let mut socket = Client::open(&server).await;
    socket.send(Session::initialize("2025-11-25")).await;
    socket.message().await;
    let event = log.audit().pop().expect("an event");
    assert_eq!(
        fields(&event, &["reason", "front"]),
        json!(["limit", "websocket"])
    );
    let count = log.audit().len();
    assert_eq!(server.ask(call("nope", json!({}))).await.status, 200);
    assert_eq!(server.ask(Request::new("PUT")).await.status, 405);
    assert_eq!(log.audit().len(), count, "mistakes are no refusals");
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_refusals_is_counted_and_not_written() {
    let (log, _guard) = Log::begin();
    let door = server().tool("echo", echo).in_memory();
    let mut connection = door.connect().await;
    for _ in 0..500 {
        let evil = call("echo", json!({})).header("host", "evil.example");
        (_, connection) = connection.send(evil).await.rest().await;
    }
    let written = log.audit();
    assert_eq!(written.len(), 20);
    // The flood is over, and is told of all the same.
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    let events = log.audit();
    let last = events.last().expect("an event");
    assert_eq!(
        (events.len(), &last["left_out"]),
        (21, &json!(480)),
        "{last}"
    );
}
