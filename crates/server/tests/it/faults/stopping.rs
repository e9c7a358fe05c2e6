//! A server that is told to stop lets calls end and streams go. (rmcp 3.9 cuts both.)

use std::time::Duration;

use serde_json::json;
use tidegate_handler::Context;
use tidegate_server::Config;
use tidegate_testkit::{Door, Run, Session, call, soon};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::tools::{Nothing, Tell, echo, logged, say, server_with, telling, text, waiting};

/// A tool that says "waiting" and goes on when the test says so.
fn held(
    tell: Tell,
    go_on: UnboundedReceiver<()>,
) -> impl Fn(Nothing, Context) -> super::tools::Never + Send + Sync {
    let go_on = std::sync::Arc::new(tokio::sync::Mutex::new(go_on));
    move |_, cx| {
        let (tell, go_on) = (tell.clone(), go_on.clone());
        Box::pin(async move {
            let guard = tell.begun();
            cx.info("waiting").await;
            go_on.lock().await.recv().await;
            cx.info("going on").await;
            guard.end();
            "done"
        })
    }
}

#[tokio::test]
async fn a_running_call_ends_and_get_streams_are_closed() {
    let (tell, mut heard) = telling();
    let (release, go_on) = unbounded_channel();
    let mut server = server_with("held", held(tell, go_on)).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    let standing = session.ask(session.get()).await;
    let idle = server
        .connect()
        .await
        .send(call("echo", say("idle")))
        .await
        .rest()
        .await
        .1;
    let modern = server.ask(call("held", json!({})).logs("info")).await;
    let legacy = session.ask(session.call("held", json!({}))).await;
    assert_eq!([heard.recv().await, heard.recv().await], [Some("begun"); 2]);

    server.begin_to_stop();
    standing.rest().await;
    let late = tokio::net::TcpStream::connect(server.addr());
    assert!(
        soon("a refusal", late).await.is_err(),
        "nobody listens any more"
    );
    heard.try_recv().expect_err("the calls go on");

    release.send(()).expect("a call waits");
    release.send(()).expect("a call waits");
    for answer in [modern, legacy] {
        let (messages, _) = answer.rest().await;
        assert_eq!(logged(&messages), ["waiting", "going on"]);
        assert_eq!(text(&messages[2]["result"]), "done");
    }
    server.stop().await;
    drop(idle);
}

#[tokio::test]
async fn calls_that_do_not_end_are_not_waited_for_for_ever() {
    let (tell, mut heard) = telling();
    let config = Config {
        drain: Duration::from_millis(50),
        ..Config::default()
    };
    let server = server_with("wait", waiting(tell))
        .config(config)
        .run()
        .await;
    let answer = server.ask(call("wait", json!({})).logs("info")).await;
    assert_eq!(heard.recv().await, Some("begun"));
    server.stop().await;
    drop(answer);
}

#[tokio::test(start_paused = true)]
async fn a_service_inside_another_program_closes_its_streams_when_told_to() {
    let service = tidegate_testkit::server().tool("echo", echo).service();
    let door = Door::Memory(service.clone());
    let session = Session::open(&door, "2025-11-25").await;
    let standing = session.ask(session.get()).await;
    service.stop();
    standing.rest().await;
    assert_eq!(session.ask(session.get()).await.status, 503);
    let result = door
        .ask(call("echo", say("still here")))
        .await
        .result()
        .await;
    assert_eq!(text(&result), "still here");
}

#[tokio::test]
async fn a_connection_that_never_said_a_word_holds_nobody_back() {
    let config = Config {
        drain: Duration::from_secs(3600),
        ..Config::default()
    };
    let mut server = tidegate_testkit::server()
        .tool("echo", echo)
        .config(config)
        .run()
        .await;
    let silent = server.connect().await;
    // The server has accepted it once it answers somebody who came later.
    let answered = server.ask(call("echo", say("late"))).await;
    assert_eq!(answered.status, 200);
    server.begin_to_stop();
    silent.ended().await;
    server.stop().await;
}
