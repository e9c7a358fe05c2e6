//! The GET stream of a session: it lives, and it ends when the session does.

use std::time::Duration;

use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Door, Event, InMemory, Request, Session, server, soon};
use tokio::time::{Instant, sleep};

use super::tools::{echo, server_with, telling, waiting};

fn door() -> Door {
    server().tool("echo", echo).in_memory()
}

#[tokio::test(start_paused = true)]
async fn it_says_at_once_and_every_quarter_of_a_minute_that_it_lives() {
    let door = door();
    let session = Session::open(&door, "2025-06-18").await;
    let start = Instant::now();
    let mut standing = session.ask(session.get()).await;
    assert_eq!(standing.status, 200);
    assert_eq!(standing.header("content-type"), Some("text/event-stream"));
    assert_eq!(
        standing.header("cache-control"),
        Some("no-cache, no-transform")
    );
    assert_eq!(standing.header("x-accel-buffering"), Some("no"));
    for seconds in [0, 15, 30, 45] {
        assert_eq!(
            standing.event().await,
            Some(Event::Comment("ping".to_owned()))
        );
        assert_eq!(start.elapsed().as_secs(), seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_it_is_old_and_its_client_opens_another() {
    let config = Config {
        stream_age: Duration::from_secs(40),
        ..Config::default()
    };
    let door = server().config(config).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let start = Instant::now();
    session.ask(session.get()).await.rest().await;
    assert_eq!(start.elapsed().as_secs(), 40);
    assert_eq!(session.ask(session.get()).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn delete_ends_it_and_cancels_the_sessions_calls_and_no_others() {
    let (tell, mut heard) = telling();
    let door = server_with("wait", waiting(tell)).in_memory();
    let ended = Session::open(&door, "2025-11-25").await;
    let other = Session::open(&door, "2025-11-25").await;
    let mut theirs = other.ask(other.get()).await;
    let ours = ended.ask(ended.get()).await;
    let call = ended.ask(ended.call("wait", json!({}))).await;
    let mut spared = other.ask(other.call("wait", json!({}))).await;
    assert_eq!([heard.recv().await, heard.recv().await], [Some("begun"); 2]);

    assert_eq!(ended.ask(ended.delete()).await.status, 204);
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("dropped")
    );
    ours.rest().await;
    call.rest().await;
    for gone in [
        ended.get(),
        ended.delete(),
        ended.request("ping", json!({})),
    ] {
        assert_eq!(ended.ask(gone).await.status, 404);
    }

    assert!(theirs.event().await.is_some());
    assert!(spared.message().await.is_some());
    sleep(Duration::from_secs(1)).await;
    heard.try_recv().expect_err("the other session goes on");
}

#[tokio::test(start_paused = true)]
async fn delete_cancels_a_call_whose_caller_hung_up() {
    let (tell, mut heard) = telling();
    let door = server_with("wait", waiting(tell)).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let mut answer = session.ask(session.call("wait", json!({}))).await;
    assert!(answer.message().await.is_some());
    drop(answer);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(session.ask(session.delete()).await.status, 204);
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("dropped")
    );
}

#[tokio::test(start_paused = true)]
async fn get_needs_a_session_and_a_reader_of_events() {
    let door = door();
    let session = Session::open(&door, "2025-11-25").await;
    let nobody = door
        .ask(Request::new("GET").accept("text/event-stream"))
        .await;
    assert_eq!(nobody.status, 405);
    assert!(
        nobody
            .header("allow")
            .expect("what is allowed")
            .contains("POST")
    );
    let stranger = session.get().header("mcp-session-id", "nobody");
    assert_eq!(door.ask(stranger).await.status, 404);
    assert_eq!(
        door.ask(session.get().accept("application/json"))
            .await
            .status,
        406
    );
    // The modern era has no GET streams (2026-07-28 streamable-http).
    let claimed = Request::new("GET")
        .accept("text/event-stream")
        .header("mcp-protocol-version", "2026-07-28");
    assert_eq!(door.ask(claimed).await.status, 405);
}

#[tokio::test(start_paused = true)]
async fn streams_are_counted() {
    let config = Config {
        max_streams: 2,
        ..Config::default()
    };
    let door = server().config(config).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let first = session.ask(session.get()).await;
    let _second = session.ask(session.get()).await;
    let full = session.ask(session.get()).await;
    assert_eq!(full.status, 503);
    assert!(full.header("retry-after").is_some());
    drop(first);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(
        session.ask(session.get()).await.status,
        200,
        "there is room again"
    );
}
