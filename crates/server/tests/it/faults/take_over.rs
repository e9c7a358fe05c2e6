//! Whoever resumes a stream has it, at once: from a connection that is stuck, or from an earlier
//! GET. A frame goes to one stream, and a slow reader slows its own call alone. (tower-mcp 0.25
//! sends every frame to both of two GETs; rmcp 3.9 stalls a session behind one reader.)

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tidegate_handler::Context;
use tidegate_server::Server;
use tidegate_testkit::{Answer, InMemory, Session, soon};
use tokio::time::sleep;

use super::tools::{Count, logged, say, server_with, stepping, text};

/// More than connections, pipes and lanes hold, and less than the log keeps.
const MANY: u32 = 9_000;

/// A tool that says much, and how far it has come.
fn flooding() -> (Server, Arc<AtomicU32>) {
    let sent = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&sent);
    let flood = move |args: Count, cx: Context| {
        let counter = Arc::clone(&counter);
        async move {
            let padding = "~".repeat(200);
            for number in 1..=args.n {
                cx.info(format!("{number} {padding}")).await;
                counter.store(number, Ordering::Relaxed);
            }
            "flooded"
        }
    };
    (server_with("flood", flood), sent)
}

/// Waits until the tool waits; returns how far it has come.
async fn stands_still(sent: &AtomicU32) -> u32 {
    let mut last = 0;
    loop {
        sleep(Duration::from_millis(100)).await;
        let now = sent.load(Ordering::Relaxed);
        if now > 0 && now == last {
            return now;
        }
        last = now;
    }
}

/// Reads to the end: all words after `last`, once, in order, and the answer.
async fn reads_the_rest(answer: Answer, last: u32) {
    let (messages, _) = soon("the rest", answer.rest()).await;
    let mut expected = last;
    for word in logged(&messages) {
        expected += 1;
        let number = word.split(' ').next().expect("a number");
        assert_eq!(number.parse(), Ok(expected));
    }
    assert_eq!(expected, MANY);
    let answer = messages.last().expect("an answer");
    assert_eq!(text(&answer["result"]), "flooded");
}

#[tokio::test]
async fn a_call_on_a_connection_that_is_stuck_is_taken_over_at_once() {
    let (server, sent) = flooding();
    let door = server.in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let mut stuck = session
        .ask(session.call("flood", json!({ "n": MANY })))
        .await;
    for _ in 0..10 {
        assert!(stuck.message().await.is_some());
    }
    let id = stuck.last_event_id().to_owned();
    assert!(soon("a stop", stands_still(&sent)).await < MANY);

    let resumed = session.ask(session.resume(&id)).await;
    reads_the_rest(resumed, 10).await;
    assert_eq!(sent.load(Ordering::Relaxed), MANY);
    // What its pipe holds still arrives there; then it ends, without the answer.
    let (messages, _) = soon("the old stream\'s end", stuck.rest()).await;
    assert_eq!(logged(&messages).len(), messages.len());
}

#[tokio::test]
async fn a_reader_that_resumed_and_stops_slows_its_own_call_alone() {
    let (server, sent) = flooding();
    let door = server.in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let mut answer = session
        .ask(session.call("flood", json!({ "n": 5 * MANY })))
        .await;
    assert!(answer.event().await.is_some());
    let id = answer.last_event_id().to_owned();
    let mut resumed = session.ask(session.resume(&id)).await;
    for _ in 0..10 {
        assert!(resumed.message().await.is_some());
    }
    let still = soon("a stop", stands_still(&sent)).await;
    assert!(still < 5 * MANY, "nobody reads, so it has to wait");
    for number in 0..20 {
        let message = number.to_string();
        let echo = session.call("echo", say(&message)).id(100 + number);
        assert_eq!(text(&session.ask(echo).await.result().await), message);
    }
    assert_eq!(stands_still(&sent).await, still);

    // It reads on, and nothing is missing.
    for number in 11..=still {
        let word = resumed.message().await.expect("the next word");
        let word = word["params"]["data"].as_str().expect("text");
        assert!(word.starts_with(&format!("{number} ")), "{word}");
    }
    // It leaves, and the call goes on without waiting for anyone.
    drop(resumed);
    let ended = async {
        while sent.load(Ordering::Relaxed) < 5 * MANY {
            sleep(Duration::from_millis(20)).await;
        }
    };
    soon("the end of the call", ended).await;
}

#[tokio::test(start_paused = true)]
async fn of_two_gets_the_later_has_the_stream() {
    let (tool, steps) = stepping();
    let door = server_with("count", tool).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let mut answer = session.ask(session.call("count", json!({ "n": 6 }))).await;
    assert!(answer.event().await.is_some());
    let primed = answer.last_event_id().to_owned();

    let mut first = session.ask(session.resume(&primed)).await;
    assert_eq!(answer.message().await, None, "the POST has lost it");
    steps.add_permits(3);
    for step in ["1", "2", "3"] {
        let message = first.message().await.expect("a step");
        assert_eq!(message["params"]["data"], step);
    }
    let second = session.ask(session.resume(first.last_event_id())).await;
    assert_eq!(first.message().await, None, "the first GET has lost it");
    assert!(first.is_whole());
    steps.add_permits(3);
    let (messages, _) = second.rest().await;
    assert_eq!(logged(&messages), ["4", "5", "6"]);
    assert_eq!(text(&messages[3]["result"]), "done");
}
