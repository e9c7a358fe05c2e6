//! Whether an answer is one JSON object or a stream is decided as late as can be: a fast call costs
//! what plain HTTP costs, and a slow one says that it lives.

use std::time::Duration;

use serde_json::json;
use tidegate_handler::Context;
use tidegate_testkit::{Answer, Door, Event, InMemory, Request, Session, call};
use tokio::time::{Instant, sleep};

use super::tools::{Count, Nothing, logged, say, text};

async fn sleepy(args: Count) -> String {
    sleep(Duration::from_secs(args.n.into())).await;
    format!("slept {} s", args.n)
}

async fn says_and_sleeps(args: Count, cx: Context) -> &'static str {
    cx.info("good night").await;
    sleep(Duration::from_secs(args.n.into())).await;
    "slept"
}

async fn says_and_ends(_: Nothing, cx: Context) -> &'static str {
    cx.info("one").await;
    cx.info("two").await;
    "three"
}

fn door() -> Door {
    super::tools::server_with("sleepy", sleepy)
        .tool("says_and_sleeps", says_and_sleeps)
        .tool("says_and_ends", says_and_ends)
        .in_memory()
}

/// The same call, asked for in both eras. From 2025-11-25 on a legacy call that is pending is a
/// stream at once: see `replay`.
async fn both_eras(door: &Door, tool: &str, arguments: serde_json::Value) -> [Request; 2] {
    let session = Session::open(door, "2025-06-18").await;
    [
        call(tool, arguments.clone()).logs("info"),
        session.call(tool, arguments),
    ]
}

fn is_a_stream(answer: &Answer) {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(
        answer.header("cache-control"),
        Some("no-cache, no-transform")
    );
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    assert_eq!(answer.header("content-encoding"), None);
}

#[tokio::test(start_paused = true)]
async fn a_fast_call_is_one_json_object_with_its_length() {
    let door = door();
    for request in both_eras(&door, "echo", say("hello")).await {
        let mut answer = door.ask(request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("transfer-encoding"), None);
        let length: usize = answer
            .header("content-length")
            .expect("a length")
            .parse()
            .expect("a number");
        assert_eq!(answer.body().await.len(), length);
    }
}

#[tokio::test(start_paused = true)]
async fn so_is_one_that_is_silent_for_less_than_half_a_second() {
    let door = super::tools::server_with("nap", |_: Nothing| async {
        sleep(Duration::from_millis(400)).await;
        "napped"
    });
    let answer = door.in_memory().ask(call("nap", json!({}))).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(text(&answer.result().await), "napped");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_silent_for_longer_becomes_a_stream_that_lives_at_once() {
    let door = door();
    for request in both_eras(&door, "sleepy", json!({ "n": 2 })).await {
        let start = Instant::now();
        let mut answer = door.ask(request).await;
        is_a_stream(&answer);
        assert_eq!(
            answer.event().await,
            Some(Event::Comment("ping".to_owned()))
        );
        assert_eq!(start.elapsed().as_millis() / 100, 5, "after half a second");
        assert_eq!(text(&answer.result().await), "slept 2 s");
        assert_eq!(start.elapsed().as_secs(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_says_something_becomes_a_stream_before_it_waits() {
    let door = door();
    for request in both_eras(&door, "says_and_sleeps", json!({ "n": 2 })).await {
        let start = Instant::now();
        let mut answer = door.ask(request).await;
        is_a_stream(&answer);
        let first = answer.message().await.expect("a log message");
        assert_eq!(logged(&[first]), ["good night"]);
        assert!(
            start.elapsed() < Duration::from_millis(100),
            "live: {:?}",
            start.elapsed()
        );
        assert_eq!(text(&answer.result().await), "slept");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_says_all_at_once_is_a_whole_stream() {
    let door = door();
    for request in both_eras(&door, "says_and_ends", json!({})).await {
        let answer = door.ask(request).await;
        is_a_stream(&answer);
        let (messages, _) = answer.rest().await;
        assert_eq!(logged(&messages), ["one", "two"]);
        assert_eq!(text(&messages[2]["result"]), "three");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_says_every_quarter_of_a_minute_that_it_lives() {
    let door = door();
    let mut answer = door.ask(call("sleepy", json!({ "n": 50 }))).await;
    let mut pings = 0;
    while let Some(Event::Comment(_)) = answer.event().await {
        pings += 1;
    }
    assert_eq!(pings, 4, "at once, and after 15, 30 and 45 seconds");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_keeps_its_status() {
    let door = door();
    let unknown = door
        .ask(tidegate_testkit::modern("tools/fly", json!({})))
        .await;
    assert_eq!(
        (unknown.status, unknown.header("content-type")),
        (404, Some("application/json"))
    );
    assert_eq!(unknown.error().await, -32601);

    let mismatch = door
        .ask(call("sleepy", json!({ "n": 1 })).header("mcp-name", "echo"))
        .await;
    assert_eq!(mismatch.status, 400);
    assert_eq!(mismatch.error().await, -32020);
}
