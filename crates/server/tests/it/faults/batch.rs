//! Batches, which 2025-03-26 has and no other revision.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate_handler::Context;
use tidegate_testkit::{Door, InMemory, Session};
use tokio::time::sleep;

use super::tools::{Count, logged, say, server_with, text};

async fn slowly(args: Count, cx: Context) -> String {
    for number in 0..args.n {
        cx.info(format!("{}.{number}", args.n)).await;
        sleep(Duration::from_secs(1)).await;
    }
    format!("{} said", args.n)
}

async fn opened(revision: &str) -> (Door, Session) {
    let door = server_with("slowly", slowly).in_memory();
    let session = Session::open(&door, revision).await;
    (door, session)
}

#[tokio::test(start_paused = true)]
async fn what_is_known_at_once_is_one_array() {
    let (_door, session) = opened("2025-03-26").await;
    let batch = session.batch(&[
        session.request("ping", json!({})).id(1),
        session.call("echo", say("hello")).id("two"),
        session.request("tools/fly", json!({})).id(3),
    ]);
    let answer = session.ask(batch).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let (messages, _) = answer.rest().await;
    let [Value::Array(answers)] = messages.as_slice() else {
        panic!("no array: {messages:?}");
    };
    let of = |id: Value| {
        answers
            .iter()
            .find(|answer| answer["id"] == id)
            .expect("an answer for each")
    };
    assert_eq!(answers.len(), 3);
    assert_eq!(of(json!(1))["result"], json!({}));
    assert_eq!(text(&of(json!("two"))["result"]), "hello");
    assert_eq!(of(json!(3))["error"]["code"], -32601);
}

#[tokio::test(start_paused = true)]
async fn what_takes_time_is_one_stream_of_all_that_is_said() {
    let (_door, session) = opened("2025-03-26").await;
    let batch = session.batch(&[
        session.call("slowly", json!({ "n": 3 })).id(1),
        session.call("echo", say("hello")).id(2),
        session.call("slowly", json!({ "n": 2 })).id(3),
    ]);
    let start = tokio::time::Instant::now();
    let answer = session.ask(batch).await;
    assert!(answer.is_stream());
    let (messages, _) = answer.rest().await;
    assert_eq!(start.elapsed().as_secs(), 3, "they run at the same time");

    let place = |id: i64| {
        messages
            .iter()
            .position(|message| message["id"] == id)
            .expect("an answer")
    };
    let said = |n: &str| -> Vec<&str> {
        logged(&messages)
            .into_iter()
            .filter(|said| said.starts_with(n))
            .collect()
    };
    assert_eq!(text(&messages[place(1)]["result"]), "3 said");
    assert_eq!(text(&messages[place(2)]["result"]), "hello");
    assert_eq!(text(&messages[place(3)]["result"]), "2 said");
    assert!(
        place(2) < place(3) && place(3) < place(1),
        "each as soon as it is known"
    );
    assert_eq!(said("3."), ["3.0", "3.1", "3.2"]);
    assert_eq!(said("2."), ["2.0", "2.1"]);
    assert_eq!(messages.len(), 8);
}

#[tokio::test(start_paused = true)]
async fn only_notifications_need_no_answer() {
    let (_door, session) = opened("2025-03-26").await;
    let note = |method: &str| {
        tidegate_testkit::Request::post(json!({ "jsonrpc": "2.0", "method": method }))
    };
    let notes = [
        note("notifications/initialized"),
        note("notifications/whatever"),
    ];
    let mut answer = session.ask(session.batch(&notes)).await;
    assert_eq!(answer.status, 202);
    assert!(answer.body().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_id_that_comes_twice_is_answered_twice_and_runs_once() {
    let (_door, session) = opened("2025-03-26").await;
    let twice = session.batch(&[
        session.call("slowly", json!({ "n": 1 })).id(1),
        session.call("slowly", json!({ "n": 2 })).id(1),
    ]);
    let (messages, _) = session.ask(twice).await.rest().await;
    assert_eq!(logged(&messages), ["1.0"]);
    let answers: Vec<_> = messages
        .iter()
        .filter(|message| message["id"] == 1)
        .collect();
    assert_eq!(answers.len(), 2);
    let refused = answers
        .iter()
        .filter(|answer| answer["error"]["code"] == -32600);
    assert_eq!(refused.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn other_revisions_refuse_them() {
    for revision in ["2025-06-18", "2025-11-25"] {
        let (_door, session) = opened(revision).await;
        let batch = session.batch(&[session.request("ping", json!({}))]);
        let answer = session.ask(batch).await;
        assert_eq!(answer.status, 400, "{revision}");
        assert_eq!(answer.error().await, -32600);
    }
}
