//! A tool that never yields sends 5 000 notifications, and 5 000 arrive: in order, on the call's
//! own stream, before its result. (rmcp 3.9 sends the logs of a legacy call nowhere; tower-mcp 0.25
//! loses nine in ten of a burst, and answers no legacy call with a stream.)

use serde_json::{Value, json};
use tidegate_handler::{BlockingContext, Context};
use tidegate_server::Server;
use tidegate_testkit::{Run, Session, call, server};

use super::tools::{Count, logged, text};

const MANY: u32 = 5_000;
const LEGACY: [&str; 3] = ["2025-03-26", "2025-06-18", "2025-11-25"];

async fn progress(args: Count, cx: Context) -> &'static str {
    for done in 1..=args.n {
        cx.progress(done, f64::from(args.n)).await;
    }
    "counted"
}

async fn talk(args: Count, cx: Context) -> &'static str {
    for number in 1..=args.n {
        cx.info(number).await;
    }
    "counted"
}

fn talk_blocking(args: Count, cx: BlockingContext) -> &'static str {
    for number in 1..=args.n {
        cx.info(number);
    }
    "counted"
}

fn talkers() -> Server {
    server()
        .tool("progress", progress)
        .tool("talk", talk)
        .blocking_tool("talk_blocking", talk_blocking)
}

/// `1`, `2`, … as the tools say them.
fn numbers() -> Vec<String> {
    (1..=MANY).map(|number| number.to_string()).collect()
}

fn the_last_is_the_result(messages: &[Value]) {
    let last = messages.last().expect("a result");
    assert_eq!(text(&last["result"]), "counted");
}

fn all_progress_arrived(messages: &[Value], token: &str) {
    the_last_is_the_result(messages);
    assert_eq!(messages.len(), MANY as usize + 1);
    for (number, message) in (1..=MANY).zip(messages) {
        assert_eq!(message["method"], "notifications/progress");
        assert_eq!(message["params"]["progressToken"], token);
        assert_eq!(
            message["params"]["progress"].as_f64(),
            Some(f64::from(number))
        );
    }
}

#[tokio::test]
async fn all_progress_of_a_modern_call_arrives_in_order() {
    let server = talkers().run().await;
    let answer = server
        .ask(call("progress", json!({ "n": MANY })).progress("tide"))
        .await;
    assert!(answer.is_stream());
    all_progress_arrived(&answer.rest().await.0, "tide");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_logs_of_a_modern_call_arrive_in_order() {
    let server = talkers().run().await;
    for tool in ["talk", "talk_blocking"] {
        let answer = server
            .ask(call(tool, json!({ "n": MANY })).logs("info"))
            .await;
        let (messages, _) = answer.rest().await;
        the_last_is_the_result(&messages);
        assert_eq!(logged(&messages), numbers(), "{tool}");
    }
    server.stop().await;
}

#[tokio::test]
async fn all_logs_of_a_legacy_call_arrive_in_order_on_its_own_stream() {
    let server = talkers().run().await;
    for revision in LEGACY {
        let session = Session::open(&server, revision).await;
        for tool in ["talk", "talk_blocking"] {
            // The session never set a level: it gets `info` and above.
            let answer = session.ask(session.call(tool, json!({ "n": MANY }))).await;
            assert!(answer.is_stream(), "{revision}");
            let (messages, _) = answer.rest().await;
            the_last_is_the_result(&messages);
            assert_eq!(logged(&messages), numbers(), "{revision} {tool}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn all_progress_of_a_legacy_call_arrives_though_a_get_stream_stands_open() {
    let server = talkers().run().await;
    let session = Session::open(&server, "2025-11-25").await;
    let standing = session.ask(session.get()).await;
    let request = session
        .call("progress", json!({ "n": MANY }))
        .progress("tide");
    let answer = session.ask(request).await;
    all_progress_arrived(&answer.rest().await.0, "tide");

    session.ask(session.delete()).await;
    let (elsewhere, _) = standing.rest().await;
    assert_eq!(
        elsewhere,
        <[Value; 0]>::default(),
        "each message goes to one stream"
    );
    server.stop().await;
}

#[tokio::test]
async fn calls_that_talk_at_once_each_hear_themselves_alone() {
    let server = talkers().run().await;
    let session = Session::open(&server, "2025-11-25").await;
    let one = |id: i64, n: u32| {
        let session = &session;
        async move {
            let answer = session
                .ask(session.call("talk", json!({ "n": n })).id(id))
                .await;
            let (messages, _) = answer.rest().await;
            assert_eq!(messages.last().expect("a result")["id"], id);
            assert_eq!(logged(&messages).len(), n as usize);
        }
    };
    tokio::join!(one(1, 700), one(2, 500), one(3, 300), one(4, 100));
    server.stop().await;
}
