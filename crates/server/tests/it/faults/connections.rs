//! Connections that are of no use to anyone are let go of.

use std::time::Duration;

use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Run, Session, call, server};
use tokio::time::sleep;

use super::tools::{Nothing, echo, say, server_with, text};

const SHORT: Duration = Duration::from_secs(1);

#[tokio::test]
async fn one_that_lies_idle_or_never_says_a_word_is_closed() {
    let config = Config {
        idle_timeout: SHORT,
        head_timeout: SHORT,
        ..Config::default()
    };
    let server = server().tool("echo", echo).config(config).run().await;
    server.connect().await.ended().await;
    let (_, used) = server
        .connect()
        .await
        .send(call("echo", say("once")))
        .await
        .rest()
        .await;
    used.ended().await;
    server.stop().await;
}

#[tokio::test]
async fn one_whose_head_only_trickles_is_closed() {
    let config = Config {
        head_timeout: SHORT,
        ..Config::default()
    };
    let server = server().config(config).run().await;
    let mut connection = server.connect().await;
    for byte in b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nX: "
        .iter()
        .chain([b'x'; 1_000].iter())
    {
        if connection.write(&[*byte]).await.is_err() {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    connection
        .write(b"\r\n\r\n")
        .await
        .expect_err("the server has hung up");
    server.stop().await;
}

#[tokio::test]
async fn one_with_a_silent_call_or_an_open_stream_is_not_idle() {
    let nap = |_: Nothing| async {
        sleep(SHORT * 4).await;
        "napped"
    };
    let config = Config {
        idle_timeout: SHORT,
        head_timeout: SHORT,
        ..Config::default()
    };
    let server = server_with("nap", nap).config(config).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    let standing = session.ask(session.get()).await;
    let result = server.ask(call("nap", json!({}))).await.result().await;
    assert_eq!(text(&result), "napped");
    assert_eq!(session.ask(session.delete()).await.status, 204);
    standing.rest().await;
    server.stop().await;
}
