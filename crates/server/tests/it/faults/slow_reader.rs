//! A client that stops reading slows its own call and nobody else: memory stays flat, the session's
//! other calls are answered, and when it reads on, everything is there, in order.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tidegate_handler::Context;
use tidegate_server::{Config, Server};
use tidegate_testkit::{
    Answer, Door, Event, InMemory, PATIENCE, Run, Session, call, in_a_process_of_its_own,
    resident_bytes, soon,
};
use tokio::time::sleep;

use super::tools::{Count, say, server_with, telling, text};

const MANY: u32 = 100_000;

/// How far the tool has come.
type Sent = Arc<AtomicU32>;

fn flooding() -> (Server, Sent) {
    let sent = Sent::default();
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

/// Waits until the tool waits.
async fn stands_still(sent: &Sent) -> u32 {
    let still = async {
        let mut last = 0;
        loop {
            sleep(Duration::from_millis(100)).await;
            let now = sent.load(Ordering::Relaxed);
            if now > 0 && now == last {
                return now;
            }
            last = now;
        }
    };
    tokio::time::timeout(PATIENCE, still)
        .await
        .expect("nobody reads, so the tool has to wait")
}

/// Reads the next `many` messages, which have to be the ones after `last`.
async fn reads(answer: &mut Answer, last: u32, many: u32) {
    let mut next = last + 1;
    while next <= last + many {
        let event = answer.event().await.expect("the next message");
        let Event::Message(event) = event else {
            continue;
        };
        let start = event.find("\"data\":\"").expect("a log message") + 8;
        let number = event[start..].split(' ').next().expect("a number");
        assert_eq!(number.parse(), Ok(next));
        next += 1;
    }
}

async fn others_are_answered(door: &Door, session: &Session) {
    for number in 0..20 {
        let message = number.to_string();
        let legacy = session
            .ask(session.call("echo", say(&message)).id(100 + number))
            .await;
        assert_eq!(text(&legacy.result().await), message);
        let modern = door.ask(call("echo", say(&message))).await;
        assert_eq!(text(&modern.result().await), message);
    }
}

#[tokio::test]
async fn a_session_whose_reader_stops_serves_its_other_calls_and_loses_nothing() {
    let (server, sent) = flooding();
    let door = server.in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let mut answer = session
        .ask(session.call("flood", json!({ "n": MANY })))
        .await;
    reads(&mut answer, 0, MANY / 2).await;

    let ahead = stands_still(&sent).await - MANY / 2;
    assert!(ahead < 5_000, "{ahead} messages wait somewhere");
    others_are_answered(&door, &session).await;
    assert_eq!(stands_still(&sent).await - MANY / 2, ahead);

    reads(&mut answer, MANY / 2, MANY / 2).await;
    assert_eq!(text(&answer.result().await), "flooded");
}

#[test]
fn memory_stays_flat_while_a_modern_reader_stops() {
    let name = "faults::slow_reader::memory_stays_flat_while_a_modern_reader_stops";
    in_a_process_of_its_own(name, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(async {
            let (server, sent) = flooding();
            let server = server.run().await;
            let session = Session::open(&server, "2025-11-25").await;
            others_are_answered(&server, &session).await;

            let before = resident_bytes();
            let mut answer = server
                .ask(call("flood", json!({ "n": MANY })).logs("info"))
                .await;
            reads(&mut answer, 0, 1_000).await;
            stands_still(&sent).await;
            let grown = resident_bytes().saturating_sub(before);
            // All of it would be 30 MB. What waits in the sockets is the system's.
            assert!(grown < 4_000_000, "{grown} bytes");
            others_are_answered(&server, &session).await;
            reads(&mut answer, 1_000, MANY - 1_000).await;
            assert_eq!(text(&answer.result().await), "flooded");
            server.stop().await;
        });
    });
}

#[tokio::test]
async fn a_reader_that_never_comes_back_is_let_go_of() {
    let (tell, mut heard) = telling();
    let endless = move |_: super::tools::Nothing, cx: Context| {
        let tell = tell.clone();
        async move {
            let guard = tell.begun();
            for number in 0..u32::MAX {
                cx.info(number).await;
            }
            guard.end();
            "never"
        }
    };
    let config = Config {
        stall_timeout: Duration::from_secs(1),
        ..Config::default()
    };
    let server = server_with("endless", endless).config(config).run().await;
    let answer = server.ask(call("endless", json!({})).logs("info")).await;
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("dropped")
    );
    drop(answer);
    server.stop().await;
}
