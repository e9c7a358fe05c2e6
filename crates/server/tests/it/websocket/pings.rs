//! Pings, of clients and of the server.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Run, call};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use super::client::{Client, alone};
use crate::faults::tools::{echo, server_with, stepping, text};

#[tokio::test]
async fn a_ping_is_answered_behind_a_busy_call() {
    let (tool, permits) = stepping();
    let server = server_with("busy", tool).run().await;
    let mut client = Client::open(&server).await;
    client.initialize("2025-11-25", json!({})).await;
    for number in 0..20 {
        let busy = call("busy", json!({ "n": 1 })).id(number);
        client.send(busy).await;
    }
    client.still_works().await;
    // The calls are under way, and none can end before it is let: a pong that comes now did not
    // wait for them.
    let mut longest = Duration::ZERO;
    for number in 0..100_u8 {
        let asked = Instant::now();
        client.frame(Message::Ping(vec![number].into())).await;
        let pong = client.next().await;
        assert_eq!(pong, Some(Message::Pong(vec![number].into())));
        longest = longest.max(asked.elapsed());
    }
    assert_eq!(permits.available_permits(), 0);
    eprintln!("the slowest of 100 pongs behind 20 busy calls took {longest:?}");
    permits.add_permits(20);
    for _ in 0..20 {
        let answer = client.message().await;
        assert_eq!(text(&answer["result"]), "done");
    }
    drop(client);
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_pings_of_a_client_that_does_not_read_fill_nothing() {
    let server = tidegate_testkit::server().tool("echo", echo);
    let (mut client, _server) = alone(server).await;
    // What is sent and not read is no more than what the pipes hold: 13 MB are not taken.
    let flood = async {
        for _ in 0..100_000 {
            let ping = Message::Ping(vec![7; 125].into());
            client.socket.send(ping).await.expect("it reads");
        }
    };
    // Time is not real: it passes when nobody has anything to do.
    let flooded = tokio::time::timeout(Duration::from_millis(300), flood).await;
    flooded.expect_err("the server has stopped reading");
    // And it is all answered once it is read. Some answers stand for several pings, as they may.
    let mut pongs = 0;
    while let Ok(Some(Ok(frame))) =
        tokio::time::timeout(Duration::from_millis(300), client.socket.next()).await
    {
        assert_eq!(frame, Message::Pong(vec![7; 125].into()));
        pongs += 1;
    }
    assert!(pongs > 100, "{pongs}");
    client.still_works().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_pings_stays() {
    let server = tidegate_testkit::server().tool("echo", echo);
    let (mut client, server) = alone(server).await;
    let began = Instant::now();
    let mut pings = 0;
    while began.elapsed() < Duration::from_secs(3600) {
        // Reading a ping answers it.
        let frame = tokio::time::timeout(Duration::from_secs(16), client.next()).await;
        assert!(matches!(frame, Ok(Some(Message::Ping(_)))), "{frame:?}");
        pings += 1;
    }
    assert_eq!(pings, 240, "one each 15 s");
    client.still_works().await;
    assert!(!server.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_gone_without_a_word_is_given_up() {
    let server = tidegate_testkit::server().tool("echo", echo);
    let (client, server) = alone(server).await;
    let began = Instant::now();
    // Its socket is open, and nobody is there: the first ping leaves after 15 s, and waits for 60.
    // Longer than `soon` waits: time is not real here.
    let ended = tokio::time::timeout(Duration::from_secs(3600), server).await;
    ended.expect("it ends").expect("no panic");
    assert_eq!(began.elapsed().as_secs(), 75);
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn whatever_a_client_says_shows_that_it_lives() {
    let config = Config {
        ping_every: Duration::from_secs(1),
        pong_timeout: Duration::from_secs(3),
        ..Config::default()
    };
    let server = tidegate_testkit::server().tool("echo", echo).config(config);
    let (mut client, server) = alone(server).await;
    for number in 0..60_u32 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        // Written past the client's own state machine, which would answer pings.
        let frame = [0x8a, 0x80, 0, 0, 0, number as u8];
        let written = tokio::io::AsyncWriteExt::write_all(client.socket.get_mut(), &frame);
        written.await.expect("it is open");
    }
    assert!(!server.is_finished());
    client.still_works().await;
}
