//! What is kept for clients that come back: what costs nothing is not kept, what is kept has
//! bounds, and what is no longer kept is said. (tower-mcp 0.25 answers 200 and silence.)

use std::time::Duration;

use serde_json::{Value, json};
use tidegate_handler::Context;
use tidegate_server::{Config, Respond};
use tidegate_testkit::{Door, Event, InMemory, Session, call, modern};
use tokio::time::sleep;

use super::tools::{Count, Nothing, logged, say, server_with, text};

const SSE: Option<&str> = Some("text/event-stream");
const JSON: Option<&str> = Some("application/json");

async fn talk(args: Count, cx: Context) -> &'static str {
    for number in 1..=args.n {
        cx.info(number).await;
        sleep(Duration::from_millis(1)).await;
    }
    "said"
}

async fn nap(_: Nothing) -> &'static str {
    sleep(Duration::from_millis(100)).await;
    "napped"
}

fn door(change: impl FnOnce(&mut Config)) -> Door {
    let mut config = Config::default();
    change(&mut config);
    server_with("talk", talk)
        .tool("nap", nap)
        .config(config)
        .in_memory()
}

/// Calls `talk`, hears the first word, and hangs up; returns the last event's id.
async fn hears_one(session: &Session, id: impl Into<Value>, n: u32) -> String {
    let request = session.call("talk", json!({ "n": n })).id(id);
    let mut answer = session.ask(request).await;
    assert!(answer.message().await.is_some());
    answer.last_event_id().to_owned()
}

/// Resumes, and returns the error of the one message that says that something is missing.
async fn gap(session: &Session, last: &str) -> Value {
    let resumed = session.ask(session.resume(last)).await;
    assert_eq!(resumed.status, 200);
    let (messages, _) = resumed.rest().await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    let error = &messages[0]["error"];
    assert_eq!(error["code"], -32603);
    let message = error["message"].as_str().expect("a message");
    assert!(message.contains("send the request again"), "{message}");
    messages[0]["id"].clone()
}

#[tokio::test(start_paused = true)]
async fn what_was_pushed_out_is_said_for_its_request() {
    let door = door(|config| {
        if let Some(replay) = &mut config.replay {
            replay.session_frames = 20;
        }
    });
    let session = Session::open(&door, "2025-11-25").await;
    let last = hears_one(&session, "a text: ü", 100).await;
    sleep(Duration::from_secs(5)).await;
    assert_eq!(gap(&session, &last).await, "a text: ü");

    // Its end is still there for whoever heard what came before.
    let (stream, _) = last.rsplit_once('-').expect("a number");
    let late = session.ask(session.resume(&format!("{stream}-99"))).await;
    let (messages, _) = late.rest().await;
    assert_eq!(logged(&messages), ["100"]);
    assert_eq!(text(&messages[1]["result"]), "said");
}

#[tokio::test(start_paused = true)]
async fn what_is_too_old_is_said_for_its_request() {
    let door = door(|_| {});
    let session = Session::open(&door, "2025-06-18").await;
    let last = hears_one(&session, 7, 3).await;
    sleep(Duration::from_secs(4 * 60)).await;
    let (messages, _) = session.ask(session.resume(&last)).await.rest().await;
    assert_eq!(
        logged(&messages),
        ["2", "3"],
        "four minutes are not too long"
    );
    sleep(Duration::from_secs(61)).await;
    assert_eq!(gap(&session, &last).await, 7);
}

#[tokio::test(start_paused = true)]
async fn an_id_of_great_length_stays_at_home() {
    let door = door(|config| {
        config.replay = config.replay.map(|mut replay| {
            replay.age = Duration::from_secs(1);
            replay
        })
    });
    let session = Session::open(&door, "2025-11-25").await;
    let last = hears_one(&session, "x".repeat(500), 1).await;
    assert!(last.len() < 100, "{last}");
    let (messages, _) = session.ask(session.resume(&last)).await.rest().await;
    assert_eq!(messages[0]["id"], "x".repeat(500));
    sleep(Duration::from_secs(5)).await;
    assert_eq!(gap(&session, &last).await, Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_ends_at_once_and_silently_has_no_id() {
    let door = door(|config| config.respond = Respond::Sse);
    let session = Session::open(&door, "2025-11-25").await;
    let mut answer = session.ask(session.call("echo", say("fast"))).await;
    assert_eq!(answer.header("content-type"), SSE);
    assert!(matches!(answer.event().await, Some(Event::Message(_))));
    assert!(!answer.has_event_id());
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_kept_there_are_no_ids_and_all_is_as_it_was() {
    let door = door(|config| config.replay = None);
    let session = Session::open(&door, "2025-11-25").await;
    let napped = session.ask(session.call("nap", json!({}))).await;
    assert_eq!(napped.header("content-type"), JSON);
    let mut answer = session.ask(session.call("talk", json!({ "n": 2 }))).await;
    assert!(answer.message().await.is_some());
    assert!(!answer.has_event_id());
}

#[tokio::test(start_paused = true)]
async fn modern_calls_and_readers_of_json_have_no_ids() {
    let door = door(|_| {});
    let mut answer = door.ask(call("talk", json!({ "n": 2 })).logs("info")).await;
    assert!(answer.message().await.is_some());
    assert!(!answer.has_event_id());

    let session = Session::open(&door, "2025-11-25").await;
    for tool in ["nap", "talk"] {
        let json_only = session
            .call(tool, json!({ "n": 2 }))
            .accept("application/json");
        let answer = session.ask(json_only).await;
        assert_eq!(answer.header("content-type"), JSON);
        answer.result().await;
    }
    let list = door.ask(modern("tools/list", json!({}))).await;
    assert_eq!(list.header("content-type"), JSON);
}
