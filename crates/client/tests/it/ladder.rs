//! The ladder of an HTTP URL: every row of how servers answer, and where each leads (checklist §1.4).

use std::time::Duration;

use serde_json::{Value, json};
use tidegate_client::{Client, Error, Revision};

use crate::fake::{Answer, Fake, Feed, Piece, Seen, legacy, modern};
use crate::http_sse::at_messages;

/// What a server answers to each of a client's first requests.
#[derive(Clone)]
struct Row {
    what: &'static str,
    discover: Reply,
    initialize: Reply,
    get: Reply,
    /// The requests that are made, and where they lead.
    leads: (&'static [&'static str], Verdict),
}

#[derive(Clone, Copy)]
enum Reply {
    /// As a modern server.
    Modern,
    /// As a legacy server.
    Legacy,
    /// With a result.
    Result(fn() -> Value),
    /// With a JSON-RPC error.
    Rpc(u16, i64, fn() -> Value),
    /// With a body that is no JSON-RPC.
    Status(u16, &'static str),
    /// With a stream that says nothing.
    Silence,
    /// By breaking the connection.
    Reset,
    /// With the stream of an HTTP+SSE server.
    HttpSse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Revision(Revision),
    HttpSse,
    Auth,
    Timeout,
    Broken,
    Status(u16),
    Rpc(i64),
    /// No common ground, or no MCP server.
    Nothing,
}

use Reply::{HttpSse, Legacy, Modern, Reset, Result as Answered, Rpc, Silence, Status};

const NONE: fn() -> Value = || Value::Null;
const DISCOVER: &[&str] = &["server/discover"];
const TWICE: &[&str] = &["server/discover", "server/discover"];
const SESSION: &[&str] = &["server/discover", "initialize", "notifications/initialized"];
const REFUSED: &[&str] = &["server/discover", "initialize"];
const LADDER: &[&str] = &["server/discover", "initialize", "GET"];
const DOWN: &[&str] = &[
    "server/discover",
    "initialize",
    "GET",
    "initialize",
    "notifications/initialized",
];

fn row(
    what: &'static str,
    [discover, initialize, get]: [Reply; 3],
    methods: &'static [&'static str],
    verdict: Verdict,
) -> Row {
    Row {
        what,
        discover,
        initialize,
        get,
        leads: (methods, verdict),
    }
}

fn rows() -> Vec<Row> {
    let newest = Verdict::Revision(Revision::V2025_11_25);
    let modern = Verdict::Revision(Revision::V2026_07_28);
    let supported: fn() -> Value = || json!({"supported": ["2026-07-28"], "requested": "x"});
    let older: fn() -> Value = || json!({"supported": ["2025-06-18", "2025-03-26"]});
    let newer: fn() -> Value = || json!({"supported": ["2031-01-01"]});
    let mut rows = vec![
        row("modern", [Modern, Legacy, HttpSse], DISCOVER, modern),
        row(
            "modern, with nothing in common",
            [
                Answered(|| json!({"supportedVersions": ["2031-01-01"]})),
                Legacy,
                HttpSse,
            ],
            DISCOVER,
            Verdict::Nothing,
        ),
        row(
            "discovered to be legacy",
            [
                Answered(|| json!({"supportedVersions": ["2025-06-18"]})),
                Legacy,
                HttpSse,
            ],
            SESSION,
            Verdict::Revision(Revision::V2025_06_18),
        ),
        row(
            "a result of something else",
            [Answered(|| json!({"ok": true})), Legacy, HttpSse],
            SESSION,
            newest,
        ),
    ];
    for status in [200, 400, 404, 500] {
        rows.extend([
            row(
                "-32022 with what was asked for",
                [Rpc(status, -32022, supported), Legacy, HttpSse],
                TWICE,
                Verdict::Nothing,
            ),
            row(
                "-32022 with legacy revisions",
                [Rpc(status, -32022, older), Legacy, HttpSse],
                SESSION,
                Verdict::Revision(Revision::V2025_06_18),
            ),
            row(
                "-32022 with legacy revisions, and no initialize",
                [Rpc(status, -32022, older), Status(404, ""), HttpSse],
                REFUSED,
                Verdict::Status(404),
            ),
            row(
                "-32022 with nothing in common",
                [Rpc(status, -32022, newer), Legacy, HttpSse],
                DISCOVER,
                Verdict::Nothing,
            ),
        ]);
    }
    for code in [-32020, -32021] {
        rows.push(row(
            "an error of the modern era",
            [Rpc(400, code, NONE), Legacy, HttpSse],
            DISCOVER,
            Verdict::Rpc(code),
        ));
    }
    for refusal in [
        Rpc(404, -32601, NONE),
        Rpc(200, -32601, NONE),
        Rpc(400, -32000, NONE),
        Rpc(400, -32001, NONE),
        Rpc(400, -32602, NONE),
        Rpc(400, -32600, NONE),
        Status(400, ""),
        Status(400, "<html>"),
        Status(404, ""),
        Status(405, ""),
        Status(406, "no"),
        Status(410, ""),
        Status(415, "no"),
        Status(422, "{}"),
    ] {
        rows.push(row(
            "a refusal",
            [refusal, Legacy, HttpSse],
            SESSION,
            newest,
        ));
    }
    for status in [400, 404, 405] {
        rows.extend([
            row(
                "HTTP+SSE",
                [Status(status, ""), Status(status, ""), HttpSse],
                DOWN,
                Verdict::HttpSse,
            ),
            row(
                "HTTP+SSE, by words of JSON-RPC",
                [
                    Rpc(status, -32000, NONE),
                    Rpc(status, -32000, NONE),
                    HttpSse,
                ],
                DOWN,
                Verdict::HttpSse,
            ),
            row(
                "nothing at all",
                [Status(status, ""), Status(status, ""), Status(404, "")],
                LADDER,
                Verdict::Nothing,
            ),
            row(
                "a web page",
                [
                    Status(status, ""),
                    Status(status, ""),
                    Status(200, "<html>"),
                ],
                LADDER,
                Verdict::Nothing,
            ),
            row(
                "initialize refused in the modern era's words",
                [Status(status, ""), Rpc(status, -32022, supported), HttpSse],
                REFUSED,
                Verdict::Rpc(-32022),
            ),
        ]);
    }
    for status in [402, 406, 409, 415] {
        rows.push(row(
            "initialize refused otherwise",
            [Status(404, ""), Status(status, ""), HttpSse],
            REFUSED,
            Verdict::Nothing,
        ));
    }
    for (reply, verdict) in no_evidence() {
        rows.push(row(
            "no evidence",
            [reply, Legacy, HttpSse],
            DISCOVER,
            verdict,
        ));
        rows.push(row(
            "none of it",
            [Status(404, ""), reply, HttpSse],
            REFUSED,
            verdict,
        ));
        let get = [Status(404, ""), Status(404, ""), reply];
        rows.push(row("not of it either", get, LADDER, verdict));
    }
    rows
}

/// What says nothing of a server's era.
fn no_evidence() -> Vec<(Reply, Verdict)> {
    let status = |status| (Status(status, "no"), Verdict::Status(status));
    vec![
        (Status(401, "who?"), Verdict::Auth),
        (Status(403, "no"), Verdict::Auth),
        status(408),
        status(429),
        status(500),
        status(502),
        status(503),
        status(504),
        (Silence, Verdict::Timeout),
        (Reset, Verdict::Broken),
    ]
}

impl Row {
    fn answer(&self, seen: &Seen, feed: &Feed) -> Answer {
        if let Some(answer) = at_messages(seen, feed, |seen| said(&legacy(seen))) {
            return answer;
        }
        let reply = match seen.method() {
            "server/discover" => self.discover,
            "initialize" => self.initialize,
            "GET" => self.get,
            _ => Reply::Legacy,
        };
        match reply {
            Modern => modern(seen),
            Legacy => legacy(seen),
            Answered(result) => Answer::json(&seen.response(result())),
            Rpc(status, code, data) => Answer::json(&seen.error(code, data())).status(status),
            Status(status, "") => Answer::empty(status),
            Status(status, text) => Answer::text(status, "text/html", text),
            Silence => Answer::events(vec![Piece::Hang]),
            Reset => Answer::events(vec![Piece::Break]),
            HttpSse => Answer::events(vec![
                Piece::Text("event: endpoint\ndata: /messages?key=1\n\n".to_owned()),
                feed.open(),
            ]),
        }
    }
}

/// The messages of an answer.
fn said(answer: &Answer) -> Vec<Value> {
    let texts = answer.pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) => serde_json::from_str(text).ok(),
        _ => None,
    });
    texts.collect()
}

fn verdict(connected: Result<Client, Error>, methods: &[String]) -> Verdict {
    let error = match connected {
        Ok(_) if methods.iter().any(|method| method == "GET") => return Verdict::HttpSse,
        Ok(client) => return Verdict::Revision(client.server().revision),
        Err(error) => error,
    };
    match error {
        error if error.is_timeout() => Verdict::Timeout,
        error if error.is_auth() => Verdict::Auth,
        error if error.is_broken() => Verdict::Broken,
        error => match (error.rpc_code(), error.status()) {
            (Some(code), _) => Verdict::Rpc(code),
            (None, Some(status)) => Verdict::Status(status.as_u16()),
            (None, None) => Verdict::Nothing,
        },
    }
}

#[tokio::test]
async fn every_row_leads_where_it_says() {
    for row in rows() {
        let (feed, script) = (Feed::default(), row.clone());
        let server = Fake::start(move |seen| script.answer(seen, &feed)).await;
        let connecting = Client::builder(&server.url())
            .handshake_deadline(Duration::from_millis(300))
            .connect();
        let connected = connecting.await;
        let shown = format!("{}: {connected:?}", row.what);
        let methods = server.until_as_many(row.leads.0.len()).await;
        let found = verdict(connected, &methods);
        let led = (methods.as_slice(), found);
        assert_eq!(led, (&owned(row.leads.0)[..], row.leads.1), "{shown}");
    }
}

fn owned(methods: &[&str]) -> Vec<String> {
    methods.iter().map(|&method| method.to_owned()).collect()
}

/// E-30: a server that was found to be modern is not asked for a session because a call failed.
#[tokio::test]
async fn a_modern_server_stays_modern_when_it_fails() {
    let server = Fake::modern(|seen| {
        (seen.method() == "tools/list").then(|| Answer::text(404, "text/html", "<html>"))
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    for _ in 0..2 {
        let error = client.list_tools().await.expect_err("it is gone");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
    }
    assert!(!server.methods().iter().any(|method| method == "initialize"));
}

/// E-31: who has nothing in common is told what each speaks.
#[tokio::test]
async fn nothing_in_common_is_said() {
    let server = Fake::start(|seen| {
        let supported = json!({"supported": ["2031-01-01", "2032-01-01"]});
        Answer::json(&seen.error(-32022, supported)).status(400)
    })
    .await;
    let error = Client::connect(&server.url()).await.expect_err("nothing");
    let said = error.to_string();
    assert!(
        said.contains("2031-01-01, 2032-01-01") && said.contains("2026-07-28"),
        "{said}"
    );
}

#[tokio::test]
async fn http_sse_is_remembered_and_looked_up_anew_when_it_is_gone() {
    let feed = Feed::default();
    let old = row(
        "",
        [Status(405, ""), Status(405, ""), HttpSse],
        DOWN,
        Verdict::HttpSse,
    );
    let is_new = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let server = {
        let is_new = is_new.clone();
        Fake::start(
            move |seen| match is_new.load(std::sync::atomic::Ordering::Acquire) {
                true if seen.verb == "GET" => Answer::empty(405),
                true => modern(seen),
                false => old.answer(seen, &feed),
            },
        )
        .await
    };
    let url = server.url();
    let connect = || Client::connect(&url);
    connect().await.expect("the ladder");
    server.until_as_many(DOWN.len()).await;
    connect().await.expect("the memory");
    let again = &["GET", "initialize", "notifications/initialized"];
    let expected = [DOWN, again].concat();
    assert_eq!(server.until_as_many(expected.len()).await, owned(&expected));

    is_new.store(true, std::sync::atomic::Ordering::Release);
    let client = connect().await.expect("anew");
    assert_eq!(client.server().revision, Revision::V2026_07_28);
    let expected = [&expected[..], &["GET", "server/discover"]].concat();
    assert_eq!(server.methods(), owned(&expected));
}

#[tokio::test]
async fn the_modern_era_alone_is_not_looked_for_further_down() {
    let (feed, old) = (
        Feed::default(),
        row(
            "",
            [Status(404, ""), Status(404, ""), HttpSse],
            DOWN,
            Verdict::HttpSse,
        ),
    );
    let server = Fake::start(move |seen| old.answer(seen, &feed)).await;
    let builder = Client::builder(&server.url()).era(tidegate_client::EraChoice::Modern);
    let error = builder.connect().await.expect_err("it is old");
    assert!(error.to_string().contains("2026-07-28"), "{error}");
    assert_eq!(server.methods(), DISCOVER);
}
