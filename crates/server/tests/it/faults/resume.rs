//! A client whose connection broke comes back with `Last-Event-ID` and hears the rest: all of it,
//! once, in order, and nobody else's. (rmcp 3.9 answers 200 and nothing, or repeats an event, or
//! lets another session read; tower-mcp 0.25 keeps neither results nor what nobody listened to.)

use std::time::Duration;

use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Answer, Door, Event, InMemory, Request, Run, Session, server, soon};
use tokio::time::{Instant, sleep};

use super::tools::{logged, server_with, stepping, text};

const REVISIONS: [&str; 3] = ["2025-03-26", "2025-06-18", "2025-11-25"];

/// Reads until the tool has said `number`.
async fn reads_to(answer: &mut Answer, number: &str) {
    loop {
        let message = answer.message().await.expect("more steps");
        if message["params"]["data"] == number {
            return;
        }
    }
}

/// The id of the stream's event `number`, given the id of another.
fn event_id(id: &str, number: usize) -> String {
    let (stream, _) = id.rsplit_once('-').expect("a stream and a number");
    format!("{stream}-{number}")
}

#[tokio::test(start_paused = true)]
async fn what_a_call_says_and_answers_while_its_client_is_away_is_there_when_it_is_back() {
    for revision in REVISIONS {
        let (tool, steps) = stepping();
        let door = server_with("count", tool).in_memory();
        let session = Session::open(&door, revision).await;
        steps.add_permits(2);
        let mut answer = session.ask(session.call("count", json!({ "n": 6 }))).await;
        reads_to(&mut answer, "2").await;
        let last = answer.last_event_id().to_owned();
        drop(answer);
        sleep(Duration::from_secs(1)).await;
        steps.add_permits(4);
        sleep(Duration::from_secs(1)).await;

        // A finished answer is there as often as it is asked for.
        for _ in 0..3 {
            let resumed = session.ask(session.resume(&last)).await;
            assert_eq!(resumed.status, 200);
            assert!(resumed.is_stream());
            let (messages, _) = resumed.rest().await;
            assert_eq!(logged(&messages), ["3", "4", "5", "6"], "{revision}");
            assert_eq!(messages.len(), 5);
            assert_eq!(messages[4]["id"], 1);
            assert_eq!(text(&messages[4]["result"]), "done");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn exactly_what_followed_an_event_is_replayed() {
    let (tool, steps) = stepping();
    let door = server_with("count", tool).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    steps.add_permits(4);
    let other = session.ask(session.call("count", json!({ "n": 1 })).id(2));
    let mut answer = session.ask(session.call("count", json!({ "n": 3 }))).await;
    let other = other.await.rest().await;
    reads_to(&mut answer, "3").await;
    let id = answer.last_event_id().to_owned();
    assert_eq!(text(&answer.result().await), "done");
    assert_eq!(other.0.len(), 2, "another stream of the same session");

    for after in 0..=4 {
        let resumed = session.ask(session.resume(&event_id(&id, after))).await;
        let (messages, _) = resumed.rest().await;
        assert_eq!(messages.len(), 4 - after, "after {after}");
        let steps: Vec<String> = (after + 1..=3).map(|step| step.to_string()).collect();
        assert_eq!(logged(&messages), steps);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_still_runs_is_replayed_and_then_live() {
    let (tool, steps) = stepping();
    let door = server_with("count", tool).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let mut answer = session
        .ask(session.call("count", json!({ "n": 5 })).id("a text"))
        .await;
    assert_eq!(answer.event().await, Some(Event::Empty));
    let primed = answer.last_event_id().to_owned();
    drop(answer);
    sleep(Duration::from_secs(1)).await;
    steps.add_permits(2);
    sleep(Duration::from_secs(1)).await;

    let mut resumed = session.ask(session.resume(&primed)).await;
    reads_to(&mut resumed, "2").await;
    for step in ["3", "4"] {
        steps.add_permits(1);
        reads_to(&mut resumed, step).await;
    }
    // A stream that broke again is resumed where it broke.
    let last = resumed.last_event_id().to_owned();
    drop(resumed);
    let start = Instant::now();
    let mut resumed = session.ask(session.resume(&last)).await;
    let ping = Event::Comment("ping".to_owned());
    assert_eq!(resumed.event().await, Some(ping.clone()), "a sign of life");
    assert_eq!(resumed.event().await, Some(ping));
    assert_eq!(start.elapsed().as_secs(), 15);
    steps.add_permits(1);
    let (messages, _) = resumed.rest().await;
    assert_eq!(logged(&messages), ["5"]);
    assert_eq!(messages[1]["id"], "a text");
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_resumed_in_its_own_session_alone() {
    let (tool, steps) = stepping();
    let door = server_with("count", tool).in_memory();
    let mine = Session::open(&door, "2025-11-25").await;
    let other = Session::open(&door, "2025-11-25").await;
    steps.add_permits(1);
    let mut answer = mine.ask(mine.call("count", json!({ "n": 1 }))).await;
    reads_to(&mut answer, "1").await;
    let id = answer.last_event_id().to_owned();
    answer.result().await;

    assert_eq!(other.ask(other.resume(&id)).await.status, 404);
    let nobody = mine.resume(&id).without("mcp-session-id");
    assert_eq!(door.ask(nobody).await.status, 405);
    let stranger = mine.resume(&id).header("mcp-session-id", "stranger");
    assert_eq!(door.ask(stranger).await.status, 404);
    let forged = id.replacen("c1.", "c2.", 1);
    assert_ne!(forged, id);
    assert_eq!(mine.ask(mine.resume(&forged)).await.status, 404);
    assert_eq!(mine.ask(mine.resume(&id)).await.status, 200);

    assert_eq!(mine.ask(mine.delete()).await.status, 204);
    assert_eq!(mine.ask(mine.resume(&id)).await.status, 404, "it has ended");
}

#[tokio::test(start_paused = true)]
async fn an_id_that_was_never_given_out_is_refused() {
    let (tool, steps) = stepping();
    let door = server_with("count", tool).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    steps.add_permits(1);
    let mut answer = session.ask(session.call("count", json!({ "n": 1 }))).await;
    reads_to(&mut answer, "1").await;
    let beyond = event_id(answer.last_event_id(), 3);
    answer.result().await;
    for id in ["0", "1_0", "garbage", "c1-1", beyond.as_str()] {
        let refused = session.ask(session.resume(id)).await;
        assert_eq!(refused.status, 400, "{id}");
        assert_eq!(refused.error().await, -32600);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_cancelled_is_not_answered_to_whoever_resumed_it() {
    let (tool, steps) = stepping();
    let door = server_with("count", tool).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    steps.add_permits(1);
    let mut answer = session.ask(session.call("count", json!({ "n": 2 }))).await;
    reads_to(&mut answer, "1").await;
    let id = answer.last_event_id().to_owned();
    drop(answer);
    let mut resumed = session.ask(session.resume(&id)).await;
    assert!(resumed.event().await.is_some());
    session.cancel(1).await;
    assert_eq!(resumed.message().await, None);
    assert!(resumed.is_whole());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_session_ends_the_streams_that_were_resumed() {
    let (tool, steps) = stepping();
    let door = server_with("count", tool).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    steps.add_permits(1);
    let mut answer = session.ask(session.call("count", json!({ "n": 2 }))).await;
    reads_to(&mut answer, "1").await;
    let id = answer.last_event_id().to_owned();
    let mut resumed = session.ask(session.resume(&id)).await;
    assert!(resumed.event().await.is_some());
    assert_eq!(session.ask(session.delete()).await.status, 204);
    assert_eq!(resumed.message().await, None);
}

#[tokio::test]
async fn a_server_that_stops_lets_a_resumed_call_come_to_its_end() {
    let (tool, steps) = stepping();
    let mut server = server_with("count", tool).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    steps.add_permits(1);
    let mut answer = session.ask(session.call("count", json!({ "n": 2 }))).await;
    reads_to(&mut answer, "1").await;
    let id = answer.last_event_id().to_owned();
    drop(answer);
    let mut resumed = session.ask(session.resume(&id)).await;
    assert!(resumed.event().await.is_some());
    server.begin_to_stop();
    sleep(Duration::from_millis(50)).await;
    steps.add_permits(1);
    let (messages, _) = resumed.rest().await;
    assert_eq!(logged(&messages), ["2"]);
    assert_eq!(text(&messages[1]["result"]), "done");
    server.stop().await;
}

/// Opens a stream while its session ends, many times over; none may stand open afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_opens_while_its_session_ends_ends_with_it() {
    let server = server().config(Config::default()).run().await;
    let door: &Door = &server;
    for _ in 0..100 {
        let session = Session::open(door, "2025-11-25").await;
        let get: Request = session.get();
        let (opened, ended) = tokio::join!(session.ask(get), session.ask(session.delete()));
        assert_eq!(ended.status, 204);
        if opened.status == 200 {
            soon("the end of the stream", opened.rest()).await;
        } else {
            assert_eq!(opened.status, 404);
        }
    }
    server.stop().await;
}
