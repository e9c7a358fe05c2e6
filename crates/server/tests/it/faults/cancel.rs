//! `notifications/cancelled` ends a legacy call, from whatever connection of its session it comes.

use serde_json::json;
use tidegate_server::{Respond, Server};
use tidegate_testkit::{Door, InMemory, Run, Session, call, soon};
use tokio::time::{Duration, sleep};

use super::tools::{Heard, logged, say, server_with, telling, text, waiting};

fn waiter() -> (Server, Heard) {
    let (tell, heard) = telling();
    (server_with("wait", waiting(tell)), heard)
}

#[tokio::test]
async fn a_legacy_call_is_cancelled_from_another_connection() {
    let (server, mut heard) = waiter();
    let server = server.run().await;
    for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let session = Session::open(&server, revision).await;
        let mut answer = session
            .ask(session.call("wait", json!({})).id("seven"))
            .await;
        assert_eq!(
            answer.message().await.expect("a log message")["params"]["data"],
            "waiting"
        );
        assert_eq!(heard.recv().await, Some("begun"));

        session.cancel("seven").await;
        assert_eq!(
            soon("the end of the call", heard.recv()).await,
            Some("dropped")
        );
        // 2025-11-25 cancellation: the receiver sends no response for it.
        assert_eq!(answer.rest().await.0.len(), 0, "{revision}");

        let again = session
            .ask(session.call("echo", say("alive")).id("seven"))
            .await;
        assert_eq!(text(&again.result().await), "alive", "its id is free again");
    }
    server.stop().await;
}

#[tokio::test]
async fn so_is_one_that_answers_with_json() {
    let (server, mut heard) = waiter();
    let server = server.respond(Respond::Json).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    let mut connection = server.connect().await;
    connection
        .write(&session.call("wait", json!({})).bytes())
        .await
        .expect("the server reads");
    assert_eq!(soon("the call", heard.recv()).await, Some("begun"));
    session.cancel(1).await;
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("dropped")
    );
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_caller_hung_up_can_still_be_cancelled() {
    let (server, mut heard) = waiter();
    let door = server.in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let mut answer = session.ask(session.call("wait", json!({}))).await;
    assert!(answer.message().await.is_some());
    assert_eq!(heard.recv().await, Some("begun"));
    drop(answer);
    // Paused time goes on when nobody has anything left to do.
    sleep(Duration::from_secs(1)).await;
    heard.try_recv().expect_err("hanging up does not cancel");

    session.cancel(1).await;
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("dropped")
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_elses_call_is_cancelled() {
    let (server, mut heard) = waiter();
    let door: Door = server.in_memory();
    let ours = Session::open(&door, "2025-11-25").await;
    let theirs = Session::open(&door, "2025-11-25").await;
    let mut answer = ours.ask(ours.call("wait", json!({})).id(7)).await;
    assert!(answer.message().await.is_some());
    assert_eq!(heard.recv().await, Some("begun"));

    theirs.cancel(7).await;
    ours.cancel("7").await; // a text is no number
    ours.cancel(8).await;
    sleep(Duration::from_secs(1)).await;
    heard.try_recv().expect_err("none of these was the call");

    ours.cancel(7).await;
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("dropped")
    );
}

#[tokio::test(start_paused = true)]
async fn a_modern_call_is_not_cancelled_by_a_notification_of_a_session() {
    let (server, mut heard) = waiter();
    let door = server.in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let mut answer = door.ask(call("wait", json!({})).id(7).logs("info")).await;
    let first = answer.message().await.expect("a log message");
    assert_eq!(logged(&[first]), ["waiting"]);
    assert_eq!(heard.recv().await, Some("begun"));

    session.cancel(7).await;
    sleep(Duration::from_secs(1)).await;
    heard
        .try_recv()
        .expect_err("the modern era has no sessions");
}
