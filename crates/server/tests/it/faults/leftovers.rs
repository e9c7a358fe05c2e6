//! Threads and tasks that go on after their call are not held up by a lane nobody reads.

use std::future::pending;

use serde_json::json;
use tidegate_handler::{BlockingContext, Context};
use tidegate_server::{Respond, Server};
use tidegate_testkit::{InMemory, Request, Run, Session, call, server, soon};

use super::tools::{Heard, Nothing, Tell, telling};

/// More than a lane, a connection and its pipe hold.
const MUCH: u32 = 20_000;

/// A tool that talks on a thread until its caller is gone, and then some.
fn talks(tell: Tell) -> impl Fn(Nothing, BlockingContext) -> &'static str + Send + Sync + 'static {
    move |_, cx| {
        tell.say("begun");
        while !cx.is_cancelled() {
            cx.info("still here");
        }
        for number in 0..MUCH {
            cx.info(number);
        }
        tell.say("free");
        "never"
    }
}

/// A tool whose task talks on when the call is over: answered, or waiting for ever.
fn leaves(
    tell: Tell,
    over: Over,
) -> impl Fn(Nothing, Context) -> super::tools::Never + Send + Sync {
    move |_, cx| {
        let tell = tell.clone();
        Box::pin(async move {
            tell.say("begun");
            tokio::spawn(async move {
                for number in 0..MUCH {
                    cx.info(number).await;
                }
                tell.say("free");
            });
            match over {
                Over::Answered => "answered",
                Over::Never => pending().await,
            }
        })
    }
}

#[derive(Clone, Copy)]
enum Over {
    Answered,
    Never,
}

async fn hangs_up_and_frees(server: Server, request: Request, heard: &mut Heard) {
    let door = server.in_memory();
    let mut answer = door.ask(request).await;
    assert!(answer.event().await.is_some());
    assert_eq!(heard.recv().await, Some("begun"));
    drop(answer);
    assert_eq!(soon("the writer", heard.recv()).await, Some("free"));
}

#[tokio::test]
async fn a_thread_that_talks_is_free_when_its_modern_caller_hangs_up() {
    let (tell, mut heard) = telling();
    let server = server().blocking_tool("talks", talks(tell));
    let request = call("talks", json!({})).logs("info");
    hangs_up_and_frees(server, request, &mut heard).await;
}

#[tokio::test]
async fn a_thread_that_talks_is_free_when_its_legacy_call_is_cancelled() {
    let (tell, mut heard) = telling();
    let server = server().blocking_tool("talks", talks(tell)).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    let answer = session.ask(session.call("talks", json!({}))).await;
    assert_eq!(heard.recv().await, Some("begun"));
    session.cancel(1).await;
    answer.rest().await;
    assert_eq!(soon("the thread", heard.recv()).await, Some("free"));
    server.stop().await;
}

#[tokio::test]
async fn a_task_that_talks_on_is_free_when_its_call_was_answered() {
    for respond in [Respond::Auto, Respond::Json, Respond::Sse] {
        let (tell, mut heard) = telling();
        let server = server()
            .tool("leaves", leaves(tell, Over::Answered))
            .respond(respond);
        let server = server.run().await;
        server
            .ask(call("leaves", json!({})).logs("info"))
            .await
            .result()
            .await;
        assert_eq!(heard.recv().await, Some("begun"));
        assert_eq!(
            soon("the task", heard.recv()).await,
            Some("free"),
            "{respond:?}"
        );
        server.stop().await;
    }
}

#[tokio::test]
async fn a_task_that_talks_on_is_free_when_its_callers_hung_up() {
    let (tell, mut heard) = telling();
    let server = server().tool("leaves", leaves(tell, Over::Never));
    let request = call("leaves", json!({})).logs("info");
    hangs_up_and_frees(server, request, &mut heard).await;
}
