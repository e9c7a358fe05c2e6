//! Hanging up cancels a modern call and does not cancel a legacy one. Each era says so itself
//! (2026-07-28 streamable-http §Cancellation; 2025-11-25 transports §Sending Messages).

use std::{thread, time::Duration};

use serde_json::json;
use tidegate_handler::{BlockingContext, Context};
use tidegate_testkit::{InMemory, Run, Session, call, in_a_process_of_its_own, soon};
use tokio::time::sleep;

use super::tools::{Nothing, Tell, logged, say, server_with, telling, text, waiting};

#[tokio::test]
async fn a_modern_call_whose_caller_hangs_up_is_dropped() {
    let (tell, mut heard) = telling();
    let server = server_with("wait", waiting(tell)).run().await;
    let mut answer = server.ask(call("wait", json!({})).logs("info")).await;
    assert_eq!(
        answer.message().await.expect("a log message")["params"]["data"],
        "waiting"
    );
    assert_eq!(heard.recv().await, Some("begun"));
    drop(answer);
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("dropped")
    );
    server.stop().await;
}

#[tokio::test]
async fn so_is_one_that_has_not_said_anything() {
    let (tell, mut heard) = telling();
    let server = server_with("wait", waiting(tell)).run().await;
    let mut connection = server.connect().await;
    connection
        .write(&call("wait", json!({})).bytes())
        .await
        .expect("the server reads");
    assert_eq!(soon("the call", heard.recv()).await, Some("begun"));
    drop(connection);
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("dropped")
    );
    server.stop().await;
}

#[tokio::test]
async fn a_blocking_tool_learns_that_its_caller_hung_up() {
    let (tell, mut heard) = telling();
    let search = move |_: Nothing, cx: BlockingContext| {
        tell.say("begun");
        while !cx.is_cancelled() {
            thread::sleep(Duration::from_millis(1));
        }
        tell.say("noticed");
        "never"
    };
    let server = tidegate_testkit::server()
        .blocking_tool("search", search)
        .run()
        .await;
    let mut connection = server.connect().await;
    connection
        .write(&call("search", json!({})).bytes())
        .await
        .expect("the server reads");
    assert_eq!(soon("the call", heard.recv()).await, Some("begun"));
    drop(connection);
    assert_eq!(soon("the tool", heard.recv()).await, Some("noticed"));
    server.stop().await;
}

#[tokio::test]
async fn a_task_that_a_tool_started_learns_it_too() {
    let (tell, mut heard) = telling();
    let delegate = move |_: Nothing, cx: Context| {
        let tell = tell.clone();
        async move {
            let watching = cx.clone();
            let watch = tokio::spawn(async move {
                tell.say("begun");
                watching.cancelled().await;
                tell.say("noticed");
            });
            watch.await.map_or("broken", |()| "never")
        }
    };
    let server = server_with("delegate", delegate).run().await;
    let mut connection = server.connect().await;
    connection
        .write(&call("delegate", json!({})).bytes())
        .await
        .expect("the server reads");
    assert_eq!(soon("the call", heard.recv()).await, Some("begun"));
    drop(connection);
    assert_eq!(soon("the task", heard.recv()).await, Some("noticed"));
    server.stop().await;
}

/// Says "waiting", works for ten seconds, says much, and ends.
fn long_work(
    tell: Tell,
) -> impl Fn(Nothing, Context) -> super::tools::Never + Send + Sync + 'static {
    move |_, cx| {
        let tell = tell.clone();
        Box::pin(async move {
            let guard = tell.begun();
            cx.info("waiting").await;
            sleep(Duration::from_secs(10)).await;
            // More than any lane holds: with nobody to read it must not wait.
            for number in 0..5_000 {
                cx.info(number).await;
            }
            guard.end();
            "done"
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_legacy_call_whose_caller_hangs_up_goes_on_to_its_end() {
    let (tell, mut heard) = telling();
    let door = server_with("work", long_work(tell)).in_memory();
    let session = Session::open(&door, "2025-11-25").await;

    let mut answer = session.ask(session.call("work", json!({}))).await;
    assert_eq!(
        answer.message().await.expect("a log message")["params"]["data"],
        "waiting"
    );
    let heard_last = answer.last_event_id().to_owned();
    drop(answer);
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("ended")
    );

    // V14: the result is there for whoever comes back, and nothing else than what was missed.
    let (missed, _) = session.ask(session.resume(&heard_last)).await.rest().await;
    let expected: Vec<String> = (0..5_000).map(|number| number.to_string()).collect();
    assert_eq!(logged(&missed), expected);
    assert_eq!(missed.len(), 5_001);
    assert_eq!(text(&missed[5_000]["result"]), "done");

    let next = session
        .ask(session.call("echo", say("still here")))
        .await
        .result()
        .await;
    assert_eq!(text(&next), "still here");
}

#[tokio::test(start_paused = true)]
async fn so_does_one_that_has_not_said_anything() {
    let (tell, mut heard) = telling();
    let quiet = move |_: Nothing| {
        let tell = tell.clone();
        async move {
            let guard = tell.begun();
            sleep(Duration::from_secs(10)).await;
            guard.end();
            "done"
        }
    };
    let door = server_with("quiet", quiet).in_memory();
    let session = Session::open(&door, "2025-06-18").await;
    let mut connection = door.connect().await;
    connection
        .write(&session.call("quiet", json!({})).bytes())
        .await
        .expect("the server reads");
    assert_eq!(heard.recv().await, Some("begun"));
    drop(connection);
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("ended")
    );
}

#[test]
fn a_runtime_may_end_under_a_legacy_call() {
    let name = "faults::hang_up::a_runtime_may_end_under_a_legacy_call";
    in_a_process_of_its_own(name, || {
        let (tell, mut heard) = telling();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        let answers = runtime.block_on(async {
            let server = server_with("wait", waiting(tell)).run().await;
            let session = Session::open(&server, "2025-11-25").await;
            let read = session.ask(session.call("wait", json!({})).id(1)).await;
            let left = session.ask(session.call("wait", json!({})).id(2)).await;
            drop(left);
            [read]
        });
        // Both what is still read and what goes on in a task of its own.
        drop(runtime);
        drop(answers);
        let mut all = Vec::new();
        while let Ok(what) = heard.try_recv() {
            all.push(what);
        }
        assert_eq!(all, ["begun", "begun", "dropped", "dropped"]);
    });
}
