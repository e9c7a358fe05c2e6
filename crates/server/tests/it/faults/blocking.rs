//! A tool that blocks holds up its own caller and nobody else, on a runtime of one thread.

use std::{sync::mpsc, thread, time::Duration};

use parking_lot::Mutex;
use serde_json::json;
use tidegate_handler::BlockingContext;
use tidegate_testkit::{Run, Session, call, soon};

use super::tools::{Nothing, Tell, echo, say, telling, text};

#[tokio::test]
async fn a_tool_that_blocks_for_a_second_stalls_no_other_call() {
    let (tell, mut heard) = telling();
    let sleepy = move |_: Nothing, _: BlockingContext| {
        tell.say("asleep");
        thread::sleep(Duration::from_secs(1));
        tell.say("awake");
        "slept"
    };
    let server = tidegate_testkit::server()
        .tool("echo", echo)
        .blocking_tool("sleep", sleepy);
    let server = server.run().await;
    let slept =
        async { text(&server.ask(call("sleep", json!({}))).await.result().await).to_owned() };
    let others = async {
        assert_eq!(soon("sleep", heard.recv()).await, Some("asleep"));
        let session = Session::open(&server, "2025-11-25").await;
        for number in 0..50 {
            let message = number.to_string();
            let modern = server.ask(call("echo", say(&message))).await.result().await;
            let legacy = session
                .ask(session.call("echo", say(&message)))
                .await
                .result()
                .await;
            assert_eq!((text(&modern), text(&legacy)), (&*message, &*message));
        }
        heard
            .try_recv()
            .expect_err("the others were answered while it slept");
    };
    assert_eq!(tokio::join!(slept, others).0, "slept");
    server.stop().await;
}

/// A tool that goes on when the test says so.
fn held(
    tell: Tell,
    go_on: mpsc::Receiver<()>,
) -> impl Fn(Nothing, BlockingContext) -> String + Send + Sync {
    let go_on = Mutex::new(go_on);
    move |_, cx| {
        cx.info("begun");
        tell.say("begun");
        let released = go_on
            .lock()
            .recv_timeout(tidegate_testkit::PATIENCE)
            .is_ok();
        format!("released: {released}")
    }
}

#[tokio::test]
async fn what_a_blocked_tool_said_arrives_before_it_goes_on() {
    let (tell, _heard) = telling();
    let (release, go_on) = mpsc::channel();
    let server = tidegate_testkit::server()
        .blocking_tool("held", held(tell, go_on))
        .run()
        .await;
    let mut answer = server.ask(call("held", json!({})).logs("info")).await;
    let first = answer.message().await.expect("a log message");
    assert_eq!(first["params"]["data"], "begun");
    release.send(()).expect("the tool waits");
    assert_eq!(text(&answer.result().await), "released: true");
    server.stop().await;
}
