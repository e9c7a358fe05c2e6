//! V8, V9, V13, V15 and V19 as a client with a session meets them.

use std::net::SocketAddr;

use hyper::Method;
use serde_json::{Value, json};

use super::{
    fixture::Running,
    wire::{Answer, MODERN, Sent, Vector, hold},
};

const NEWEST: &str = "2025-11-25";

/// A session that has shaken hands.
struct Session {
    id: String,
    revision: String,
}

fn initialize(revision: &str) -> Sent {
    let message = json!({ "jsonrpc": "2.0", "id": 8, "method": "initialize", "params": {
        "protocolVersion": revision,
        "capabilities": {},
        "clientInfo": { "name": "t", "version": "0" },
    } });
    Sent::post(message.to_string())
}

fn request(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 9, "method": method, "params": params })
}

#[tokio::test]
async fn v8_the_handshake_agrees_on_a_revision_with_sessions() {
    let server = Running::start().await;
    for (asked, agreed) in [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2025-03-26", "2025-03-26"),
        (MODERN, NEWEST),
        ("1999-01-01", NEWEST),
    ] {
        let answer = initialize(asked).send(server.addr).await;
        assert_eq!(answer.status, 200, "{asked}: {}", answer.text());
        let result = &answer.json()["result"];
        assert_eq!(result["protocolVersion"], agreed, "{asked}");
        assert_eq!(result["serverInfo"]["name"], "vectors");
        assert_eq!(result.get("resultType"), None, "a word of the modern era");
        let id = answer.header("mcp-session-id").expect("a session's id");
        assert!(id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "{id}");
    }
    hold(
        server.addr,
        [
            Vector::served(
                "a version header of the same era",
                initialize(NEWEST).header("mcp-protocol-version", NEWEST),
            ),
            Vector::refused(
                "a version header of the modern era",
                initialize(NEWEST).header("mcp-protocol-version", MODERN),
                400,
                -32020,
            ),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn v9_a_ping_is_answered_with_nothing() {
    let server = Running::start().await;
    let session = Session::open(server.addr, NEWEST).await;
    let ping = json!({ "jsonrpc": "2.0", "id": 9, "method": "ping" });
    let answer = session.post(&ping).send(server.addr).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({ "jsonrpc": "2.0", "id": 9, "result": {} })
    );
    server.stop().await;
}

#[tokio::test]
async fn v13_an_unknown_resource_is_an_error_that_names_it() {
    let server = Running::start().await;
    for revision in ["2025-03-26", "2025-06-18", NEWEST] {
        let session = Session::open(server.addr, revision).await;
        let read = request("resources/read", &json!({ "uri": "memo://nobody" }));
        let answer = session.post(&read).send(server.addr).await;
        assert_eq!(
            (answer.status, answer.error()),
            (200, Some(-32002)),
            "{revision}"
        );
        assert_eq!(answer.json()["error"]["data"]["uri"], "memo://nobody");
    }
    server.stop().await;
}

#[tokio::test]
async fn v15_a_session_is_asked_for_and_ends() {
    let server = Running::start().await;
    let list = request("tools/list", &json!({}));
    let session = Session::open(server.addr, NEWEST).await;
    let status = |sent: Sent| async { sent.send(server.addr).await.status };

    let served = session.post(&list);
    assert_eq!(status(served.clone()).await, 200);
    assert_eq!(status(served.clone().without("mcp-session-id")).await, 400);
    assert_eq!(
        status(served.clone().header("mcp-session-id", "nobody")).await,
        404
    );
    let mut forged = session.id.clone();
    let last = forged.pop().expect("a long id");
    forged.push(if last == 'A' { 'B' } else { 'A' });
    assert_eq!(
        status(served.clone().header("mcp-session-id", &forged)).await,
        404
    );
    let unknown = served.clone().header("mcp-protocol-version", "1999-01-01");
    assert_eq!(status(unknown).await, 400);
    // Clients from before 2025-06-18 do not send the version.
    assert_eq!(
        status(served.clone().without("mcp-protocol-version")).await,
        200
    );

    let end = session.sent(Method::DELETE);
    assert!(matches!(status(end.clone()).await, 200 | 204));
    assert_eq!(status(served).await, 404, "the session has ended");
    assert_eq!(status(end).await, 404, "and ends once");
    server.stop().await;
}

#[tokio::test]
async fn v15_arrays_are_batches_in_the_oldest_revision_alone() {
    let server = Running::start().await;
    let batch = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "ping" },
        { "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 77 } },
        { "jsonrpc": "2.0", "id": "two", "method": "tools/list" },
    ]);
    let oldest = Session::open(server.addr, "2025-03-26").await;
    let answer = oldest.post(&batch).send(server.addr).await;
    assert_eq!(answer.status, 200);
    let ids: Vec<Value> = replies(&answer)
        .iter()
        .map(|reply| reply["id"].clone())
        .collect();
    assert!(
        ids.len() == 2 && ids.contains(&json!(1)) && ids.contains(&json!("two")),
        "{ids:?}"
    );

    let empty = oldest.post(&json!([])).send(server.addr).await;
    assert_eq!((empty.status, empty.error()), (400, Some(-32600)));
    for revision in ["2025-06-18", NEWEST] {
        let session = Session::open(server.addr, revision).await;
        let answer = session.post(&batch).send(server.addr).await;
        assert_eq!(
            (answer.status, answer.error()),
            (400, Some(-32600)),
            "{revision}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn v19_what_is_no_request() {
    let server = Running::start().await;
    let session = Session::open(server.addr, NEWEST).await;
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 5 } });
    let accepted = session.post(&notification).send(server.addr).await;
    assert_eq!(
        (accepted.status, accepted.body.len()),
        (202, 0),
        "{}",
        accepted.text()
    );

    let broken = session.post(&notification).body("{\"jsonrpc\":");
    let answer = broken.send(server.addr).await;
    assert_eq!((answer.status, answer.error()), (400, Some(-32700)));
    assert_eq!(answer.json().get("id"), None, "{}", answer.text());

    let stream = session
        .sent(Method::GET)
        .header("accept", "text/event-stream");
    let opened = stream.clone().head(server.addr).await;
    assert_eq!(opened.status, 200);
    assert_eq!(opened.header("content-type"), Some("text/event-stream"));
    let stranger = stream.without("mcp-session-id").head(server.addr).await;
    assert!(matches!(stranger.status, 400 | 405), "{}", stranger.status);
    server.stop().await;
}

/// The replies of a batch: one array, or an event each.
fn replies(answer: &Answer) -> Vec<Value> {
    match answer.json() {
        Value::Array(replies) => replies,
        _ => answer
            .text()
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .filter_map(|data| serde_json::from_str(data).ok())
            .collect(),
    }
}

// === impl Session ===

impl Session {
    async fn open(addr: SocketAddr, revision: &str) -> Self {
        let answer = initialize(revision).send(addr).await;
        let session = Self {
            id: answer
                .header("mcp-session-id")
                .expect("a session's id")
                .to_owned(),
            revision: revision.to_owned(),
        };
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(session.post(&initialized).send(addr).await.status, 202);
        session
    }

    fn post(&self, message: &Value) -> Sent {
        self.inside(Sent::post(message.to_string()))
    }

    fn sent(&self, method: Method) -> Sent {
        self.inside(Sent::new(method, ""))
    }

    fn inside(&self, sent: Sent) -> Sent {
        sent.header("mcp-session-id", &self.id)
            .header("mcp-protocol-version", &self.revision)
    }
}
