//! The server ends a stream before the answer, on purpose, and the client comes back for it
//! (SEP-1699, V16).

use std::time::Duration;

use serde_json::json;
use tidegate_handler::{BlockingContext, Context};
use tidegate_server::Config;
use tidegate_testkit::{Door, Event, InMemory, Session, call};
use tokio::time::sleep;

use super::tools::{Nothing, logged, server_with, stepping, text};

async fn polled(_: Nothing, cx: Context) -> String {
    cx.info("before").await;
    let closed = cx.close_stream_for(Duration::from_millis(250)).await;
    cx.info("between").await;
    sleep(Duration::from_secs(2)).await;
    let again = cx.close_stream().await;
    cx.info("after").await;
    format!("{closed} {again}")
}

async fn silent(_: Nothing, cx: Context) -> String {
    let closed = cx.close_stream().await;
    format!("{closed}")
}

fn blocking(_: Nothing, cx: BlockingContext) -> String {
    // What is ready at the first poll has no stream to end.
    std::thread::sleep(Duration::from_millis(50));
    let closed = cx.close_stream();
    std::thread::sleep(Duration::from_millis(50));
    format!("{closed}")
}

fn door() -> Door {
    let config = Config {
        retry: Duration::from_millis(400),
        ..Config::default()
    };
    server_with("polled", polled)
        .tool("silent", silent)
        .blocking_tool("blocking", blocking)
        .config(config)
        .in_memory()
}

#[tokio::test(start_paused = true)]
async fn a_pending_call_is_primed_from_2025_11_25_on_and_never_before() {
    let (tool, steps) = stepping();
    let door = server_with("count", tool).in_memory();
    for (revision, is_primed) in [
        ("2025-03-26", false),
        ("2025-06-18", false),
        ("2025-11-25", true),
    ] {
        let session = Session::open(&door, revision).await;
        let mut answer = session.ask(session.call("count", json!({ "n": 1 }))).await;
        let first = answer.event().await.expect("an event");
        assert_eq!(first == Event::Empty, is_primed, "{revision}: {first:?}");
        assert_eq!(answer.retry(), is_primed.then_some(1_000));
        assert_eq!(answer.has_event_id(), is_primed);
        steps.add_permits(1);
        let (messages, _) = answer.rest().await;
        assert_eq!(logged(&messages), ["1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_tool_ends_the_stream_and_its_answer_waits_for_a_get() {
    let door = door();
    let session = Session::open(&door, "2025-11-25").await;
    let mut answer = session.ask(session.call("polled", json!({}))).await;
    assert_eq!(answer.event().await, Some(Event::Empty));
    assert_eq!(answer.retry(), Some(400));
    let before = answer.message().await.expect("a word");
    assert_eq!(before["params"]["data"], "before");
    assert_eq!(answer.message().await, None, "the stream ends here");
    assert!(answer.is_whole());
    assert_eq!(answer.retry(), Some(250), "and says when to come back");

    let mut resumed = session.ask(session.resume(answer.last_event_id())).await;
    let between = resumed.message().await.expect("a word");
    assert_eq!(between["params"]["data"], "between");
    assert_eq!(resumed.message().await, None, "the tool ended it again");

    let resumed = session.ask(session.resume(resumed.last_event_id())).await;
    let (messages, _) = resumed.rest().await;
    assert_eq!(logged(&messages), ["after"]);
    assert_eq!(text(&messages[1]["result"]), "true true");
}

#[tokio::test]
async fn so_does_one_that_has_said_nothing() {
    let door = door();
    let session = Session::open(&door, "2025-11-25").await;
    for tool in ["silent", "blocking"] {
        let mut answer = session.ask(session.call(tool, json!({}))).await;
        assert_eq!(answer.event().await, Some(Event::Empty));
        let primed = answer.last_event_id().to_owned();
        assert_eq!(answer.message().await, None, "no answer here");
        let (messages, _) = session.ask(session.resume(&primed)).await.rest().await;
        assert_eq!(messages.len(), 1);
        assert_eq!(text(&messages[0]["result"]), "true");
    }
}

#[tokio::test(start_paused = true)]
async fn for_callers_that_cannot_come_back_nothing_is_ended() {
    let door = door();
    let old = Session::open(&door, "2025-06-18").await;
    let new = Session::open(&door, "2025-11-25").await;
    for request in [
        call("polled", json!({})).logs("info"),
        old.call("polled", json!({})),
        new.call("polled", json!({})).accept("application/json"),
    ] {
        let answer = door.ask(request).await;
        assert_eq!(text(&answer.result().await), "false false");
    }
}
