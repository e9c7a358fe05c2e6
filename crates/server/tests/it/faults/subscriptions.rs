//! What a session subscribes to is told on its GET stream, once, whichever stream that is.
//! (tower-mcp 0.25 tells each of two GET streams.)

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tidegate_handler::{Bulletin, Capabilities, Change, Lists};
use tidegate_server::Config;
use tidegate_testkit::{Answer, Door, InMemory, Session};
use tokio::time::sleep;

use super::changing::{TOLD, changed, changing, everything, resource};

fn door() -> (Door, Arc<Bulletin>) {
    let (server, bulletin) = changing(everything());
    (server.in_memory(), bulletin)
}

async fn subscribe(session: &Session, uri: &str) -> Value {
    let request = session.request("resources/subscribe", json!({ "uri": uri }));
    session.ask(request).await.response().await
}

async fn unsubscribe(session: &Session, uri: &str) -> Value {
    let request = session.request("resources/unsubscribe", json!({ "uri": uri }));
    session.ask(request).await.response().await
}

/// Reads the next change, as a session is told it.
async fn next(stream: &mut Answer) -> String {
    let message = stream.message().await.expect("a change");
    assert_eq!(message.get("id"), None);
    assert_eq!(message["params"].get("_meta"), None, "{message}");
    changed(&message).to_owned()
}

#[tokio::test(start_paused = true)]
async fn every_revision_is_told_of_lists_and_of_what_it_subscribes_to() {
    for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let (door, bulletin) = door();
        let session = Session::open(&door, revision).await;
        let mut stream = session.ask(session.get()).await;
        let taken = subscribe(&session, "memo://a").await;
        assert_eq!(taken, json!({ "jsonrpc": "2.0", "id": 1, "result": {} }));
        for (change, told) in [
            (Change::Tools, "tools"),
            (Change::Resources, "resources"),
            (Change::Prompts, "prompts"),
            (resource("memo://a"), "memo://a"),
        ] {
            bulletin.tell(resource("memo://somebody else's"));
            bulletin.tell(change);
            assert_eq!(next(&mut stream).await, told, "{revision}");
        }
        assert_eq!(unsubscribe(&session, "memo://a").await["result"], json!({}));
        assert_eq!(unsubscribe(&session, "memo://a").await["result"], json!({}));
        bulletin.tell(resource("memo://a"));
        bulletin.tell(Change::Tools);
        assert_eq!(next(&mut stream).await, "tools", "{revision}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_lists_that_promise_it_are_told_of() {
    let (server, bulletin) = changing(Capabilities {
        tools: Some(Lists::default()),
        prompts: Some(TOLD),
        resources: Some(Lists::default()),
        ..Capabilities::default()
    });
    let door = server.in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let mut stream = session.ask(session.get()).await;
    let unknown = subscribe(&session, "memo://a").await;
    assert_eq!(unknown["error"]["code"], -32601);
    assert_eq!(unsubscribe(&session, "a").await["error"]["code"], -32601);
    bulletin.tell(Change::Tools);
    bulletin.tell(Change::Resources);
    bulletin.tell(resource("memo://a"));
    bulletin.tell(Change::Prompts);
    assert_eq!(next(&mut stream).await, "prompts");
}

#[tokio::test(start_paused = true)]
async fn two_streams_of_a_session_tell_each_change_once() {
    let (door, bulletin) = door();
    let session = Session::open(&door, "2025-11-25").await;
    let other = Session::open(&door, "2025-11-25").await;
    assert_eq!(subscribe(&session, "memo://a").await["result"], json!({}));
    let first = session.ask(session.get()).await;
    let second = session.ask(session.get()).await;
    let theirs = other.ask(other.get()).await;
    for _ in 0..50 {
        bulletin.tell(Change::Tools);
        bulletin.tell(resource("memo://a"));
        sleep(Duration::from_millis(1)).await;
    }
    let mut told = Vec::new();
    assert_eq!(session.ask(session.delete()).await.status, 204);
    for stream in [first, second] {
        let (messages, _) = stream.rest().await;
        told.extend(messages.iter().map(|one| changed(one).to_owned()));
    }
    for what in ["tools", "memo://a"] {
        let times = told.iter().filter(|one| *one == what).count();
        assert_eq!(times, 50, "{what}");
    }
    assert_eq!(told.len(), 100);
    assert_eq!(other.ask(other.delete()).await.status, 204);
    let (messages, _) = theirs.rest().await;
    assert!(messages.iter().all(|one| changed(one) == "tools"));
    assert_eq!(messages.len(), 50, "sessions share nothing");
}

#[tokio::test(start_paused = true)]
async fn the_stream_that_is_left_goes_on_where_the_other_stopped() {
    let (door, bulletin) = door();
    let session = Session::open(&door, "2025-11-25").await;
    let mut first = session.ask(session.get()).await;
    let mut second = session.ask(session.get()).await;
    // Both are being read: their first events are here.
    assert!(first.event().await.is_some() && second.event().await.is_some());
    drop(first);
    sleep(Duration::from_millis(1)).await;
    bulletin.tell(Change::Prompts);
    assert_eq!(next(&mut second).await, "prompts");
    drop(second);
    sleep(Duration::from_millis(1)).await;
    // Whoever opens a new stream begins with what comes.
    bulletin.tell(Change::Tools);
    let mut third = session.ask(session.get()).await;
    assert!(third.event().await.is_some());
    bulletin.tell(Change::Resources);
    assert_eq!(next(&mut third).await, "resources");
}

#[tokio::test(start_paused = true)]
async fn subscriptions_are_counted_and_need_a_uri() {
    let mut config = Config::default();
    config.sessions.subscriptions = 2;
    config.sessions.states = 1;
    let (server, _bulletin) = changing(everything());
    let door = server.config(config).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        for params in [json!({}), json!({ "uri": 7 }), json!({ "uri": "" })] {
            let answer = session.ask(session.request(method, params)).await;
            assert_eq!(answer.error().await, -32602, "{method}");
        }
    }
    for uri in ["a", "b", "a"] {
        assert_eq!(subscribe(&session, uri).await["result"], json!({}));
    }
    assert_eq!(subscribe(&session, "c").await["error"]["code"], -32602);
    unsubscribe(&session, "a").await;
    assert_eq!(subscribe(&session, "c").await["result"], json!({}));

    let late = Session::open(&door, "2025-11-25").await;
    let request = late.request("resources/subscribe", json!({ "uri": "a" }));
    let full = late.ask(request).await;
    assert_eq!((full.status, full.header("retry-after")), (503, Some("10")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_right_after_the_subscription_is_told() {
    let (door, bulletin) = door();
    let session = Session::open(&door, "2025-06-18").await;
    let mut stream = session.ask(session.get()).await;
    for number in 0..500 {
        let uri = format!("memo://{number}");
        // The stream is busy with something else meanwhile.
        bulletin.tell(Change::Tools);
        assert_eq!(subscribe(&session, &uri).await["result"], json!({}));
        bulletin.tell(resource(&uri));
        while next(&mut stream).await != uri {}
        unsubscribe(&session, &uri).await;
    }
}
