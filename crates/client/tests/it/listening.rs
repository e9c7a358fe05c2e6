//! Hearing what changes, in both eras.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use tidegate_client::{Change, Client, Listening, Topics};

use crate::{
    fake::{Answer, Gate, Piece, Seen, notification},
    inside::Inside,
};

fn of(seen: &Seen, mut params: Value) -> Value {
    params["_meta"] = json!({"io.modelcontextprotocol/subscriptionId": seen.body["id"]});
    params
}

/// The acknowledgement of the subscription that `seen` asks for.
pub(crate) fn acknowledged(seen: &Seen, honoured: Value) -> Piece {
    let params = of(seen, json!({"notifications": honoured}));
    Piece::Event(notification("subscriptions/acknowledged", params))
}

/// A change, told on the subscription that `seen` asks for.
pub(crate) fn changed(seen: &Seen, kind: &str, params: Value) -> Piece {
    Piece::Event(notification(kind, of(seen, params)))
}

fn everything() -> Value {
    json!({"toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
        "resourceSubscriptions": ["test://a"]})
}

fn topics() -> Topics {
    Topics::lists().resource("test://a")
}

async fn all(mut listening: Listening) -> Vec<Result<Change, String>> {
    let mut heard = Vec::new();
    while let Some(change) = listening.next().await {
        heard.push(change.map_err(|error| error.to_string()));
    }
    heard
}

/// The next change, which has to come within a minute.
async fn next(listening: &mut Listening) -> Change {
    let heard = tokio::time::timeout(Duration::from_secs(60), listening.next()).await;
    heard.expect("in time").expect("one").expect("no fault")
}

fn resource(uri: &str) -> Change {
    Change::Resource(uri.to_owned())
}

#[tokio::test]
async fn a_modern_subscription_tells_what_is_its_own() {
    let server = Inside::modern(|seen| {
        (seen.method() == "subscriptions/listen").then(|| {
            let mut other = seen.clone();
            other.body["id"] = json!(seen.body["id"].to_string());
            Answer::events(vec![
                acknowledged(seen, everything()),
                changed(seen, "tools/list_changed", json!({})),
                changed(&other, "prompts/list_changed", json!({})),
                changed(seen, "resources/updated", json!({"uri": "test://a/part"})),
                changed(seen, "resources/updated", json!({"uri": "test://b"})),
                Piece::Event(seen.response(of(seen, json!({"resultType": "complete"})))),
            ])
        })
    });
    let client = server.client().connect().await.expect("connects");
    let listening = client.listen(topics()).await.expect("listens");
    assert_eq!(listening.honoured(), &topics());
    assert_eq!(
        all(listening).await,
        [Ok(Change::Tools), Ok(resource("test://a/part"))]
    );
    let listen = &server.all("subscriptions/listen")[0];
    assert_eq!(listen.body["params"]["notifications"], everything());
    assert_eq!(listen.header("mcp-method"), Some("subscriptions/listen"));
}

#[tokio::test]
async fn what_the_server_does_not_tell_is_shown() {
    let honoured = |honoured: Value| {
        Inside::modern(move |seen| {
            (seen.method() == "subscriptions/listen")
                .then(|| Answer::events(vec![acknowledged(seen, honoured.clone()), Piece::Hang]))
        })
    };
    let server = honoured(json!({"toolsListChanged": true}));
    let client = server.client().connect().await.expect("connects");
    let listening = client.listen(topics()).await.expect("listens");
    assert_eq!(listening.honoured(), &Topics::new().tools());
    drop(listening);
    let server_of_none = honoured(json!({}));
    let client = server_of_none.client().connect().await.expect("connects");
    let error = client.listen(topics()).await.expect_err("nothing");
    assert!(
        error.to_string().contains("none of these changes"),
        "{error}"
    );
    for _ in 0..500 {
        if server.closed() == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("dropping a subscription closes its stream");
}

#[tokio::test(start_paused = true)]
async fn a_broken_subscription_is_made_anew_and_all_counts_as_changed() {
    let times = AtomicUsize::new(0);
    let server = Inside::modern(move |seen| {
        (seen.method() == "subscriptions/listen").then(|| {
            let honoured = json!({"toolsListChanged": true, "promptsListChanged": true});
            match times.fetch_add(1, Ordering::Relaxed) {
                0 => Answer::events(vec![acknowledged(seen, honoured), Piece::Break]),
                1 => Answer::empty(502),
                2 => Answer::events(vec![
                    acknowledged(seen, honoured),
                    Piece::Wait(Duration::from_secs(1)),
                    changed(seen, "tools/list_changed", json!({})),
                    Piece::Event(seen.response(json!({}))),
                ]),
                _ => panic!("a subscription that has ended is not made anew"),
            }
        })
    });
    let client = server.client().connect().await.expect("connects");
    let topics = Topics::new().tools().prompts();
    let mut listening = client.listen(topics).await.expect("listens");
    for expected in [Change::Tools, Change::Prompts, Change::Tools] {
        assert_eq!(next(&mut listening).await, expected);
    }
    assert!(listening.next().await.is_none());
    let listens = server.all("subscriptions/listen");
    assert_eq!(listens.len(), 3);
    assert_ne!(listens[0].body["id"], listens[2].body["id"]);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_cannot_be_had_again_says_so() {
    let times = AtomicUsize::new(0);
    let server = Inside::modern(move |seen| {
        (seen.method() == "subscriptions/listen").then(|| {
            match times.fetch_add(1, Ordering::Relaxed) {
                0 => Answer::events(vec![acknowledged(seen, everything())]),
                _ => Answer::empty(503),
            }
        })
    });
    let client = server.client().connect().await.expect("connects");
    let heard = all(client.listen(topics()).await.expect("listens")).await;
    assert!(
        matches!(&heard[..], [Err(said)] if said.contains("503")),
        "{heard:?}"
    );
    assert_eq!(server.all("subscriptions/listen").len(), 4);
}

/// A legacy server that tells everything, on a standing stream that is `stream`.
fn telling(stream: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Inside {
    Inside::legacy(move |seen| match seen.method() {
        "initialize" => {
            let result = json!({
                "protocolVersion": "2025-11-25", "serverInfo": {"name": "f", "version": "1"},
                "capabilities": {"tools": {"listChanged": true}, "prompts": {},
                    "resources": {"listChanged": true, "subscribe": true}},
            });
            Some(Answer::json(&seen.response(result)).header("mcp-session-id", "session-1"))
        }
        "GET" => Some(stream(seen)),
        "resources/subscribe" | "resources/unsubscribe" => {
            Some(Answer::json(&seen.response(json!({}))))
        }
        _ => None,
    })
}

async fn legacy_client(server: &Inside) -> Client {
    server.client().connect().await.expect("connects")
}

#[tokio::test]
async fn a_legacy_subscription_is_a_part_of_the_standing_stream() {
    let gate = Gate::new();
    let shut = gate.clone();
    let server = telling(move |_| {
        Answer::events(vec![
            Piece::Until(shut.clone()),
            Piece::Event(notification("prompts/list_changed", json!({}))),
            Piece::Event(notification("tools/list_changed", json!({}))),
            Piece::Event(notification(
                "resources/updated",
                json!({"uri": "test://a"}),
            )),
            Piece::Hang,
        ])
    });
    let client = legacy_client(&server).await;
    assert!(server.all("GET").is_empty(), "nobody needs it yet");
    let mut one = client.listen(topics()).await.expect("listens");
    let mut two = client
        .listen(Topics::new().resource("test://a"))
        .await
        .expect("listens");
    assert_eq!(
        one.honoured(),
        &Topics::new().tools().resources().resource("test://a")
    );
    assert_eq!(server.all("resources/subscribe").len(), 1, "once for both");
    gate.open();
    assert_eq!(next(&mut one).await, Change::Tools);
    assert_eq!(next(&mut one).await, resource("test://a"));
    assert_eq!(next(&mut two).await, resource("test://a"));
    assert_eq!(server.all("GET").len(), 1, "one stream for all");

    drop(one);
    drop(two);
    let unsubscribed = server.until("resources/unsubscribe", 1).await;
    assert_eq!(unsubscribed[0].body["params"]["uri"], "test://a");
}

/// A legacy server that answers `method` no sooner than the gate opens.
fn slow_to(method: &'static str, gate: &Gate) -> Inside {
    let gate = gate.clone();
    Inside::legacy(move |seen| match seen.method() {
        "initialize" => {
            let result = json!({
                "protocolVersion": "2025-11-25", "serverInfo": {"name": "f", "version": "1"},
                "capabilities": {"resources": {"subscribe": true}},
            });
            Some(Answer::json(&seen.response(result)).header("mcp-session-id", "session-1"))
        }
        "GET" => Some(Answer::events(vec![Piece::Hang])),
        asked if asked == method => Some(Answer::events(vec![
            Piece::Until(gate.clone()),
            Piece::Event(seen.response(json!({}))),
        ])),
        "resources/subscribe" | "resources/unsubscribe" => {
            Some(Answer::json(&seen.response(json!({}))))
        }
        _ => None,
    })
}

/// A listener that comes while the one before it is being signed off: `resources/subscribe` must not
/// overtake `resources/unsubscribe`, or nothing is told any more.
#[tokio::test]
async fn who_listens_again_at_once_is_still_told() {
    let gate = Gate::new();
    let server = slow_to("resources/unsubscribe", &gate);
    let client = legacy_client(&server).await;
    let topics = Topics::new().resource("test://a");
    drop(client.listen(topics.clone()).await.expect("listens"));
    server.until("resources/unsubscribe", 1).await;
    let again = tokio::spawn(async move { client.listen(topics).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.all("resources/subscribe").len(), 1, "not yet");
    gate.open();
    let _listening = again.await.expect("no panic").expect("listens");
    assert_eq!(server.all("resources/subscribe").len(), 2);
    assert_eq!(server.all("resources/unsubscribe").len(), 1);
}

/// Whoever joins a listener listens no sooner than that one: until the server has answered.
#[tokio::test]
async fn nobody_listens_before_the_server_has_said_that_it_tells() {
    let gate = Gate::new();
    let server = slow_to("resources/subscribe", &gate);
    let client = legacy_client(&server).await;
    let listen = || {
        let client = client.clone();
        tokio::spawn(async move { client.listen(Topics::new().resource("test://a")).await })
    };
    let (one, two) = (listen(), listen());
    server.until("resources/subscribe", 1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!one.is_finished() && !two.is_finished());
    gate.open();
    let one = one.await.expect("no panic").expect("listens");
    let two = two.await.expect("no panic").expect("listens");
    assert_eq!(server.all("resources/subscribe").len(), 1, "once for both");
    drop((one, two));
    server.until("resources/unsubscribe", 1).await;
}

#[tokio::test]
async fn a_server_without_the_stream_says_so() {
    let server = telling(|_| Answer::empty(405));
    let client = legacy_client(&server).await;
    let error = client.listen(topics()).await.expect_err("no stream");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(405));
    let error = client
        .listen(Topics::new().prompts())
        .await
        .expect_err("not offered");
    assert!(
        error.to_string().contains("none of these changes"),
        "{error}"
    );
    assert!(
        client
            .listen(Topics::new())
            .await
            .expect_err("nothing")
            .is_input()
    );
}

#[tokio::test(start_paused = true)]
async fn a_standing_stream_is_taken_up_where_it_broke() {
    let times = AtomicUsize::new(0);
    let server = telling(move |seen| match times.fetch_add(1, Ordering::Relaxed) {
        0 => {
            let told = notification("tools/list_changed", json!({}));
            let text = format!("id: 7\nretry: 300\ndata: {told}\n\n");
            Answer::events(vec![Piece::Text(text), Piece::Break])
        }
        1 => {
            assert_eq!(seen.header("last-event-id"), Some("7"));
            // Without ids from here on: what is missed is missed.
            Answer::events(vec![
                Piece::Event(notification("resources/list_changed", json!({}))),
                Piece::Break,
            ])
        }
        _ => Answer::events(vec![Piece::Hang]),
    });
    let client = legacy_client(&server).await;
    let mut listening = client.listen(topics()).await.expect("listens");
    for expected in [Change::Tools, Change::Resources] {
        assert_eq!(next(&mut listening).await, expected);
    }
    let gets = server.until("GET", 2).await;
    assert_eq!(gets[1].at - gets[0].at, Duration::from_millis(300));
}

#[tokio::test(start_paused = true)]
async fn a_standing_stream_without_ids_tells_all_after_a_break() {
    let times = AtomicUsize::new(0);
    let server = telling(move |_| match times.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::events(vec![Piece::Break]),
        _ => Answer::events(vec![Piece::Hang]),
    });
    let client = legacy_client(&server).await;
    let mut listening = client.listen(topics()).await.expect("listens");
    for expected in [Change::Tools, Change::Resources, resource("test://a")] {
        assert_eq!(next(&mut listening).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_standing_stream_that_stays_away_ends_its_subscriptions() {
    let times = AtomicUsize::new(0);
    let server = telling(move |_| match times.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::events(vec![Piece::Wait(Duration::from_secs(1)), Piece::Break]),
        1..4 => Answer::empty(502),
        _ => Answer::events(vec![Piece::Hang]),
    });
    let client = legacy_client(&server).await;
    let heard = all(client.listen(topics()).await.expect("listens")).await;
    assert!(matches!(&heard[..], [Err(_)]), "{heard:?}");
    // The server is back: so is the stream, for whoever asks next.
    drop(client.listen(topics()).await.expect("listens"));
}
