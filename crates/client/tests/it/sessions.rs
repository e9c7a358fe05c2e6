//! Sessions: their headers, their levels, their end and their next beginning.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::future::join_all;
use serde_json::json;
use tidegate_client::{Change, Client, Level, Topics};

use crate::{
    fake::{Answer, Fake, Piece, Seen, legacy},
    inside::Inside,
};

fn answered(seen: &Seen) -> Option<Answer> {
    (seen.method() == "tools/call").then(|| Answer::json(&seen.response(json!({"content": []}))))
}

#[tokio::test]
async fn requests_carry_the_session_and_its_version() {
    let server = Fake::legacy(answered).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    client
        .call_tool("work", json!({"a": 1}))
        .await
        .expect("a result");
    client.close().await.expect("ends");

    let initialize = server.only("initialize");
    assert_eq!(initialize.header("mcp-session-id"), None);
    assert_eq!(initialize.body["params"]["clientInfo"]["name"], "tidegate");
    for method in ["notifications/initialized", "tools/call", "DELETE"] {
        let request = server.only(method);
        assert_eq!(
            request.header("mcp-session-id"),
            Some("session-1"),
            "{method}"
        );
        assert_eq!(
            request.header("mcp-protocol-version"),
            Some("2025-11-25"),
            "{method}"
        );
        assert_eq!(request.header("mcp-method"), None, "{method}");
    }
    let call = server.only("tools/call");
    assert_eq!(
        call.body["params"]["_meta"],
        json!({"progressToken": call.body["id"]}),
        "the modern keys stay out of a session"
    );
}

#[tokio::test]
async fn a_level_is_set_only_if_it_is_not_the_usual_one() {
    let server = Fake::legacy(answered).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    client.call_tool("work", json!({})).await.expect("a result");
    assert!(!server.methods().contains(&"logging/setLevel".to_owned()));

    for _ in 0..2 {
        let call = client
            .call("work")
            .log_level(Level::Debug)
            .start()
            .await
            .expect("starts");
        call.result().await.expect("a result");
    }
    assert_eq!(
        server.only("logging/setLevel").body["params"]["level"],
        "debug"
    );
}

#[tokio::test]
async fn a_level_is_set_at_the_beginning() {
    let server = Fake::legacy(answered).await;
    let builder = Client::builder(&server.url()).log_level(Level::Error);
    builder.connect().await.expect("connects");
    assert_eq!(
        server.only("logging/setLevel").body["params"]["level"],
        "error"
    );
}

#[tokio::test]
async fn a_forgotten_session_is_opened_anew_once_for_all() {
    let opened = Arc::new(AtomicUsize::new(0));
    let server = {
        let opened = opened.clone();
        Fake::legacy(move |seen| match seen.method() {
            "initialize" => {
                let nth = opened.fetch_add(1, Ordering::SeqCst) + 1;
                let result = json!({
                    "protocolVersion": "2025-06-18", "capabilities": {},
                    "serverInfo": {"name": "f", "version": "1"},
                });
                let answer = Answer::json(&seen.response(result));
                Some(answer.header("mcp-session-id", &format!("session-{nth}")))
            }
            "tools/call" if seen.header("mcp-session-id") == Some("session-1") => {
                Some(Answer::empty(404))
            }
            _ => answered(seen),
        })
        .await
    };
    let client = Client::connect(&server.url()).await.expect("connects");
    let calls = join_all((0..8).map(|_| client.call_tool("work", json!({})))).await;
    for call in calls {
        call.expect("a result in the second session");
    }
    assert_eq!(opened.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_session_that_is_gone_again_is_an_error() {
    let server =
        Fake::legacy(|seen| (seen.method() == "tools/call").then(|| Answer::empty(404))).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let error = client.call_tool("work", json!({})).await.expect_err("gone");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
    assert_eq!(
        server
            .methods()
            .iter()
            .filter(|name| *name == "initialize")
            .count(),
        2
    );
}

#[tokio::test]
async fn requests_of_the_server_are_answered() {
    let server = Fake::legacy(|seen| {
        (seen.method() == "tools/call").then(|| {
            Answer::events(vec![
                Piece::Event(json!({"jsonrpc": "2.0", "id": "p", "method": "ping"})),
                Piece::Event(json!({"jsonrpc": "2.0", "id": 5, "method": "roots/list"})),
                Piece::Event(seen.response(json!({"content": []}))),
            ])
        })
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    client.call_tool("work", json!({})).await.expect("a result");
    let answers: Vec<_> = server
        .seen()
        .into_iter()
        .filter(|seen| seen.body["method"].is_null() && seen.verb == "POST")
        .collect();
    assert_eq!(
        answers[0].body,
        json!({"jsonrpc": "2.0", "id": "p", "result": {}})
    );
    assert_eq!(answers[1].body["id"], 5);
    assert_eq!(answers[1].body["error"]["code"], -32601);
    assert_eq!(answers[1].header("mcp-session-id"), Some("session-1"));
}

#[tokio::test]
async fn batches_of_answers_are_read() {
    let server = Fake::legacy(|seen| {
        (seen.method() == "tools/call").then(|| {
            let log = crate::fake::log("info", "in the batch");
            Answer::json(&json!([log, seen.response(json!({"content": []}))]))
        })
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let mut call = client.call("work").start().await.expect("starts");
    assert!(call.next().await.is_some());
    call.result().await.expect("a result");
}

#[tokio::test]
async fn a_server_without_sessions_is_fine() {
    let server = Fake::start(|seen| match seen.method() {
        "initialize" => {
            let result = json!({
                "protocolVersion": "2025-03-26", "capabilities": {"logging": true},
                "serverInfo": {"name": "bare", "version": "1"},
            });
            Answer::events(vec![Piece::Event(seen.response(result))])
        }
        "DELETE" => Answer::empty(405),
        _ => answered(seen).unwrap_or_else(|| legacy(seen)),
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    assert_eq!(client.server().name, "bare");
    client.call_tool("work", json!({})).await.expect("a result");
    client.close().await.expect("nothing to end");
    assert_eq!(server.only("tools/call").header("mcp-session-id"), None);
}

/// A legacy server that forgets its first session the moment `forget` is called, and opens others.
fn forgetful() -> (Inside, Arc<AtomicUsize>) {
    let (opened, dead) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let gone = dead.clone();
    let server = Inside::legacy(move |seen| {
        if seen.method() == "initialize" {
            let nth = opened.fetch_add(1, Ordering::SeqCst) + 1;
            let result = json!({
                "protocolVersion": "2025-11-25", "serverInfo": {"name": "f", "version": "1"},
                "capabilities": {"logging": {}, "resources": {"subscribe": true}},
            });
            let answer = Answer::json(&seen.response(result));
            return Some(answer.header("mcp-session-id", &nth.to_string()));
        }
        let session = seen.header("mcp-session-id").and_then(|id| id.parse().ok());
        if session.unwrap_or(0) <= gone.load(Ordering::SeqCst) {
            return Some(Answer::empty(404));
        }
        match seen.method() {
            "GET" => Some(Answer::events(vec![Piece::Hang])),
            "resources/subscribe" => Some(Answer::json(&seen.response(json!({})))),
            _ => answered(seen),
        }
    });
    (server, dead)
}

#[tokio::test]
async fn a_session_comes_back_with_all_that_belonged_to_it() {
    let (server, dead) = forgetful();
    let client = server.client().log_level(Level::Debug).connect().await;
    let client = client.expect("connects");
    let mut listening = client
        .listen(Topics::new().resource("test://a"))
        .await
        .expect("listens");
    dead.store(1, Ordering::SeqCst);
    let calls = join_all((0..8).map(|_| client.call_tool("work", json!({})))).await;
    for call in calls {
        call.expect("a result in the second session");
    }
    assert_eq!(server.all("initialize").len(), 2, "one for all");
    for method in ["logging/setLevel", "resources/subscribe", "GET"] {
        let again = server.until(method, 2).await;
        assert_eq!(again.len(), 2, "{method}");
        assert_eq!(again[1].header("mcp-session-id"), Some("2"), "{method}");
    }
    assert_eq!(server.all("GET")[1].header("last-event-id"), None);
    let change = listening.next().await.expect("one").expect("no fault");
    assert_eq!(
        change,
        Change::Resource("test://a".to_owned()),
        "nobody knows"
    );
}

#[tokio::test(start_paused = true)]
async fn a_standing_stream_whose_session_is_gone_opens_it_anew() {
    let gets = AtomicUsize::new(0);
    let server = Inside::legacy(move |seen| {
        (seen.method() == "GET").then(|| match gets.fetch_add(1, Ordering::SeqCst) {
            0 => Answer::events(vec![Piece::Break]),
            1 => Answer::empty(404),
            _ => Answer::events(vec![Piece::Hang]),
        })
    });
    let client = server.client().roots([]).connect().await;
    let _client = client.expect("connects");
    server.until("GET", 3).await;
    assert_eq!(server.all("initialize").len(), 2);
}

#[tokio::test]
async fn a_session_that_was_ended_stays_ended() {
    let (server, dead) = forgetful();
    let client = server.client().roots([]).connect().await.expect("connects");
    let topics = Topics::new().resource("test://a");
    let mut listening = client.listen(topics).await.expect("listens");
    client.close().await.expect("ended");
    dead.store(1, Ordering::SeqCst);
    assert!(
        listening.next().await.is_none(),
        "it is over, by our own word"
    );
    drop(listening);
    drop(client);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(server.all("initialize").len(), 1);
    assert_eq!(server.all("resources/unsubscribe").len(), 0);
}
