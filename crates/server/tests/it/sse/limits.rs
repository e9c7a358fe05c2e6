//! How much one may take, and that whoever takes too much stands alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tidegate_handler::Context;
use tidegate_server::{Config, HttpSse};
use tidegate_testkit::{Event, Old, PATIENCE, Run, lines::request, soon};
use tokio::time::{sleep, timeout};

use super::tools::{config, nothing_left, old, open, radar, server};
use crate::faults::tools::{Nothing, say, server_with, telling, text, waiting};

#[tokio::test]
async fn so_many_connections_and_no_more() {
    let http_sse = HttpSse {
        max_connections: 2,
        ..HttpSse::default()
    };
    let config = Config {
        http_sse,
        ..config()
    };
    let server = server().config(config).run().await;
    let first = Old::open(&server, "2024-11-05", json!({})).await;
    let mut second = Old::open(&server, "2024-11-05", json!({})).await;
    let third = server.ask(Old::get("/sse")).await;
    assert_eq!(third.status, 503);
    assert_eq!(third.header("retry-after"), Some("5"));
    assert_eq!(open(&radar(&server).await), 2);
    second.call(1, "echo", say("still")).await;
    assert_eq!(text(&second.answer(1).await["result"]), "still");
    drop(first);
    let again = async {
        loop {
            let answer = server.ask(Old::get("/sse")).await;
            if answer.status == 200 {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    soon("the place", again).await;
    server.stop().await;
}

#[tokio::test]
async fn calls_beyond_the_limit_are_refused_on_the_stream() {
    let (tell, mut heard) = telling();
    let config = Config {
        max_calls: 1,
        ..config()
    };
    let server = server_with("wait", waiting(tell))
        .config(config)
        .run()
        .await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    client.call(1, "wait", json!({})).await;
    assert_eq!(heard.recv().await, Some("begun"));
    client.call(2, "wait", json!({})).await;
    let refused = client.answer(2).await;
    assert_eq!(refused["error"]["code"], -32603, "{refused}");
    client.call(3, "echo", say("x")).await;
    assert_eq!(text(&client.answer(3).await["result"]), "x");
    drop(client);
    nothing_left(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_stream_that_is_silent_says_that_it_lives() {
    let config = Config {
        ping_every: Duration::from_millis(20),
        // Old clients cannot resume: age is no reason to end their stream.
        stream_age: Duration::from_millis(20),
        ..config()
    };
    let server = server().config(config).run().await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    for _ in 0..5 {
        assert_eq!(
            client.event().await,
            Some(Event::Comment("ping".to_owned()))
        );
    }
    client.call(1, "echo", say("on")).await;
    assert_eq!(text(&client.answer(1).await["result"]), "on");
    server.stop().await;
}

/// A tool that talks for ever, and how far it has come.
fn endless(
    tell: crate::faults::tools::Tell,
) -> (
    impl Fn(Nothing, Context) -> crate::faults::tools::Never + Send + Sync + 'static,
    Arc<AtomicU32>,
) {
    let sent = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&sent);
    let tool = move |_: Nothing, cx: Context| {
        let (tell, counter) = (tell.clone(), Arc::clone(&counter));
        Box::pin(async move {
            let _guard = tell.begun();
            let padding = "~".repeat(200);
            for number in 0..u32::MAX {
                cx.info(format!("{number} {padding}")).await;
                counter.store(number, Ordering::Relaxed);
            }
            "never"
        }) as crate::faults::tools::Never
    };
    (tool, sent)
}

async fn stands_still(sent: &AtomicU32) {
    let still = async {
        let mut last = 0;
        loop {
            sleep(Duration::from_millis(100)).await;
            let now = sent.load(Ordering::Relaxed);
            if now > 0 && now == last {
                return;
            }
            last = now;
        }
    };
    let still = timeout(PATIENCE, still).await;
    still.expect("nobody reads, so the tool has to wait");
}

/// Posts a message whose answer needs room, and returns the status once there is one.
fn post_a_ping(client: &Old) -> impl Future<Output = u16> + use<> {
    let posted = client.post(client.posting(&request("p", "ping", json!({}))));
    async move { soon("whether it was taken", posted).await.status }
}

#[tokio::test]
async fn whoever_does_not_read_stands_still_alone_and_is_let_go() {
    let (tell, mut heard) = telling();
    let (tool, sent) = endless(tell);
    let config = Config {
        stall_timeout: Duration::from_secs(2),
        ..config()
    };
    let server = server_with("endless", tool).config(config).run().await;
    let stuck = Old::open(&server, "2024-11-05", json!({})).await;
    let mut other = Old::open(&server, "2024-11-05", json!({})).await;
    stuck.call(1, "endless", json!({})).await;
    assert_eq!(heard.recv().await, Some("begun"));
    stands_still(&sent).await;
    for id in 0..20 {
        other.call(id, "echo", say("meanwhile")).await;
        assert_eq!(text(&other.answer(id).await["result"]), "meanwhile");
    }
    // A message whose answer has no room waits to be taken, and in the end is told why it was not.
    // Until there is none: the system finds some for the first ones, here and there.
    let refused = loop {
        match post_a_ping(&stuck).await {
            202 => {}
            other => break other,
        }
    };
    assert_eq!(refused, 404);
    assert_eq!(soon("the call's end", heard.recv()).await, Some("dropped"));
    other.call(99, "echo", say("after")).await;
    assert_eq!(text(&other.answer(99).await["result"]), "after");
    drop(other);
    nothing_left(&server).await;
    drop(stuck);
    server.stop().await;
}

#[tokio::test]
async fn a_message_that_waits_for_a_reader_ends_with_its_connection() {
    let (tell, mut heard) = telling();
    let (tool, sent) = endless(tell);
    let server = old(server_with("endless", tool)).run().await;
    let stuck = Old::open(&server, "2024-11-05", json!({})).await;
    stuck.call(1, "endless", json!({})).await;
    assert_eq!(heard.recv().await, Some("begun"));
    stands_still(&sent).await;
    let waiting = loop {
        let mut posted = Box::pin(post_a_ping(&stuck));
        match timeout(Duration::from_millis(500), &mut posted).await {
            // The system has found some more room.
            Ok(status) => assert_eq!(status, 202),
            Err(_) => break posted,
        }
    };
    drop(stuck);
    assert_eq!(soon("the wait's end", waiting).await, 404);
    assert_eq!(soon("the call's end", heard.recv()).await, Some("dropped"));
    nothing_left(&server).await;
    server.stop().await;
}
