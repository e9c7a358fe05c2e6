//! Streams of legacy calls that break, and are taken up where they broke.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::json;
use tidegate_client::{Client, EraChoice, Error, Event, Reconnect, Revision};

use crate::{
    fake::{Answer, Piece, Seen, log},
    inside::Inside,
};

/// A log message as an event with an id.
fn event(id: &str, text: &str) -> Piece {
    Piece::Text(format!("id: {id}\ndata: {}\n\n", log("info", text)))
}

/// The id of the call that `seen` is, as its answer on another stream needs it.
fn id(seen: &Seen) -> String {
    seen.body["id"].to_string()
}

/// Answers the first GETs, each by its number, with what `get` says.
fn counted(
    call: impl Fn(&Seen) -> Vec<Piece> + Send + Sync + 'static,
    get: impl Fn(usize, &str) -> Answer + Send + Sync + 'static,
) -> Inside {
    let (gets, call_id) = (AtomicUsize::new(0), parking_lot::Mutex::new(String::new()));
    Inside::legacy(move |seen| match seen.method() {
        "tools/call" => {
            *call_id.lock() = id(seen);
            Some(Answer::events(call(seen)))
        }
        "GET" => {
            let id = call_id.lock().clone();
            Some(get(gets.fetch_add(1, Ordering::Relaxed), &id))
        }
        _ => None,
    })
}

/// The result for the call of this id.
fn done(id: &str) -> Piece {
    let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[]}}}}"#);
    Piece::Text(format!("id: done\ndata: {text}\n\n"))
}

async fn connected(server: &Inside) -> Client {
    server
        .client()
        .era(EraChoice::Legacy(Revision::V2025_11_25))
        .connect()
        .await
        .expect("connects")
}

/// Calls, and returns what was heard and how it ended.
async fn called(client: &Client) -> (Vec<String>, Result<(), Error>) {
    let mut call = client.call("work").start().await.expect("starts");
    let mut heard = Vec::new();
    while let Some(event) = call.next().await {
        if let Event::Log(log) = event {
            heard.push(log.text());
        }
    }
    (heard, call.result().await.map(drop))
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_taken_up_exactly_when_the_server_says() {
    let primed = |_: &Seen| vec![Piece::Text("id: p1\nretry: 500\ndata: \n\n".to_owned())];
    let server = counted(primed, |_, id| {
        Answer::events(vec![event("2", "later"), done(id)])
    });
    let (heard, outcome) = called(&connected(&server).await).await;
    outcome.expect("a result");
    assert_eq!(heard, ["later"]);
    let (call, get) = (&server.all("tools/call")[0], &server.all("GET")[0]);
    assert_eq!(get.at - call.at, Duration::from_millis(500));
    assert_eq!(get.header("last-event-id"), Some("p1"));
    assert_eq!(get.header("accept"), Some("text/event-stream"));
    assert_eq!(get.header("mcp-session-id"), Some("session-1"));
    assert_eq!(get.header("mcp-protocol-version"), Some("2025-11-25"));
    assert_eq!(
        server.all("tools/call").len(),
        1,
        "a call is never sent twice"
    );
}

#[tokio::test(start_paused = true)]
async fn every_event_comes_once_over_many_breaks() {
    let server = counted(
        |_| vec![event("1", "a"), event("2", "b"), Piece::Break],
        |nth, id| match nth {
            // Half an event is none.
            0 => Answer::events(vec![
                event("3", "c"),
                Piece::Text("id: 4\ndata: {".to_owned()),
                Piece::Break,
            ]),
            // A server that replays too much.
            1 => Answer::events(vec![event("2", "b"), event("3", "c"), event("4", "d")]),
            2 => Answer::events(vec![event("5", "e")]),
            _ => Answer::events(vec![event("6", "f"), done(id)]),
        },
    );
    let (heard, outcome) = called(&connected(&server).await).await;
    outcome.expect("a result");
    assert_eq!(heard, ["a", "b", "c", "d", "e", "f"]);
    let behind: Vec<_> = server
        .all("GET")
        .iter()
        .map(|get| get.header("last-event-id").map(str::to_owned))
        .collect();
    assert_eq!(behind, ["2", "3", "4", "5"].map(|id| Some(id.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_away_is_given_up() {
    let server = counted(|_| vec![event("1", "a")], |_, _| Answer::empty(503));
    let client = connected(&server).await;
    let (heard, outcome) = called(&client).await;
    assert_eq!(heard, ["a"]);
    let error = outcome.expect_err("gone");
    assert!(error.is_broken(), "{error:?}");
    assert!(
        error.to_string().contains("could not be taken up"),
        "{error}"
    );
    assert_eq!(server.all("GET").len(), 3);
    server.until("notifications/cancelled", 1).await;

    let server = counted(|_| vec![event("1", "a")], |_, _| Answer::empty(503));
    let settings = Reconnect {
        attempts: 1,
        ..Reconnect::default()
    };
    let client = server.client().reconnect(settings).connect().await;
    let (_, outcome) = called(&client.expect("connects")).await;
    outcome.expect_err("gone");
    assert_eq!(server.all("GET").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_arrives_starts_the_count_anew() {
    let server = counted(
        |_| vec![event("0", "0")],
        |nth, id| match nth {
            10 => Answer::events(vec![done(id)]),
            // The server polls: it primes and closes, again and again.
            nth if nth % 3 == 2 => {
                Answer::events(vec![Piece::Text(format!("id: p{nth}\ndata:\n\n"))])
            }
            _ => Answer::empty(502),
        },
    );
    let (_, outcome) = called(&connected(&server).await).await;
    outcome.expect("a result");
    assert_eq!(server.all("GET").len(), 11);
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_ids_is_lost() {
    let server = counted(
        |_| vec![Piece::Event(log("info", "a"))],
        |_, _| panic!("there is no place to take it up"),
    );
    let (heard, outcome) = called(&connected(&server).await).await;
    assert_eq!(heard, ["a"]);
    let error = outcome.expect_err("lost");
    assert!(error.to_string().contains("where to take it up"), "{error}");
    assert_eq!(server.all("tools/call").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn refusals_to_take_a_stream_up_end_the_call() {
    for (status, said) in [
        (400, "does not take it up"),
        (404, "the session has ended"),
        (405, "could not be taken up"),
    ] {
        let server = counted(|_| vec![event("1", "a")], move |_, _| Answer::empty(status));
        let (_, outcome) = called(&connected(&server).await).await;
        let error = outcome.expect_err("refused");
        assert!(error.to_string().contains(said), "{status}: {error}");
        assert_eq!(server.all("GET").len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_told_as_the_server_tells_it() {
    let server = counted(
        |_| vec![event("1", "a")],
        |_, id| {
            let error = json!({"code": -32603, "message": "the log no longer has it"});
            let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#);
            Answer::events(vec![Piece::Text(format!("data: {text}\n\n"))])
        },
    );
    let (_, outcome) = called(&connected(&server).await).await;
    assert_eq!(outcome.expect_err("a gap").rpc_code(), Some(-32603));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_only_primes_runs_into_the_idle_deadline() {
    let prime = |nth| Piece::Text(format!("id: {nth}\nretry: 1000\ndata:\n\n"));
    let server = counted(
        move |_| vec![prime(0)],
        move |nth, _| Answer::events(vec![prime(nth + 1)]),
    );
    let client = server
        .client()
        .idle_deadline(Duration::from_secs(20))
        .connect()
        .await;
    let (_, outcome) = called(&client.expect("connects")).await;
    assert!(outcome.expect_err("silent").is_timeout());
}

#[tokio::test(start_paused = true)]
async fn modern_streams_are_not_taken_up() {
    let server = Inside::modern(|seen| {
        (seen.method() == "tools/call").then(|| Answer::events(vec![event("1", "a"), Piece::Break]))
    });
    let client = server.client().connect().await.expect("connects");
    let (_, outcome) = called(&client).await;
    assert!(outcome.expect_err("lost").is_broken());
    assert!(server.all("GET").is_empty());
    assert_eq!(server.all("tools/call").len(), 1);
    assert_eq!(server.all("server/discover").len(), 1);
}
