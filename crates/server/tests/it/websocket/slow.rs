//! A client that stops reading is closed, alone.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use tidegate_handler::Context;
use tidegate_server::{Config, Server};
use tidegate_testkit::{Run, call, soon};
use tokio::time::Instant;

use super::client::{Client, alone};
use crate::faults::tools::{Heard, Nothing, server_with, telling};

/// A tool that talks without end.
fn talking() -> (Server, Heard) {
    let (tell, heard) = telling();
    let talk = move |_: Nothing, cx: Context| {
        let tell = tell.clone();
        async move {
            let _guard = tell.begun();
            let padding = "~".repeat(1_000);
            loop {
                cx.info(&padding).await;
            }
            #[expect(unreachable_code, reason = "it says what a tool answers")]
            "never"
        }
    };
    (server_with("talk", talk), heard)
}

#[tokio::test]
async fn a_client_that_stops_reading_is_closed_and_another_goes_on() {
    let (server, mut heard) = talking();
    let config = Config {
        stall_timeout: Duration::from_millis(500),
        ping_every: Duration::from_millis(100),
        ..Config::default()
    };
    let server = server.config(config).run().await;
    let mut slow = Client::open(&server).await;
    let mut other = Client::open(&server).await;
    slow.send(call("talk", json!({})).logs("info")).await;
    assert_eq!(soon("its begin", heard.recv()).await, Some("begun"));
    let gone = async {
        assert_eq!(soon("its end", heard.recv()).await, Some("dropped"));
    };
    let mut gone = std::pin::pin!(gone);
    loop {
        tokio::select! {
            biased;
            () = &mut gone => break,
            () = other.still_works() => {}
        }
    }
    other.still_works().await;
    // What the sockets held is there to be read, and then it is over.
    let rest = async { while let Some(Ok(_)) = slow.socket.next().await {} };
    soon("the end", rest).await;
    drop(other);
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn it_has_two_minutes() {
    let (server, mut heard) = talking();
    let (mut client, server) = alone(server).await;
    client.send(call("talk", json!({})).logs("info")).await;
    let began = Instant::now();
    // Longer than `soon` waits: time is not real here.
    let ended = tokio::time::timeout(Duration::from_secs(3600), server).await;
    ended.expect("it ends").expect("no panic");
    assert_eq!(began.elapsed().as_secs(), 120);
    assert_eq!(
        [heard.recv().await, heard.recv().await],
        [Some("begun"), Some("dropped")]
    );
}

#[tokio::test(start_paused = true)]
async fn one_that_reads_slowly_stays() {
    let (server, mut heard) = talking();
    let (mut client, server) = alone(server).await;
    client.send(call("talk", json!({})).logs("info")).await;
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_secs(100)).await;
        for _ in 0..20 {
            client.message().await;
        }
    }
    assert!(!server.is_finished());
    assert_eq!(heard.recv().await, Some("begun"));
    heard.try_recv().expect_err("it is still talking");
}
