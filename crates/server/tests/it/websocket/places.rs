//! The connection manager: as many as may be, and one more.

use std::time::Duration;

use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Door, Run, Running, call, soon};
use tokio::task::JoinSet;

use super::client::{Client, handshake, shake};
use crate::faults::tools::{echo, say, text};

const GET: &str = "GET /ws HTTP/1.1";

async fn with(config: Config) -> Running {
    tidegate_testkit::server()
        .tool("echo", echo)
        .config(config)
        .run()
        .await
}

async fn is_turned_away(server: &Running) {
    let mut client = Client::open(server).await;
    let (code, reason) = client.closed().await;
    assert_eq!((code, reason.as_str()), (1013, "try again later"));
}

/// A place that was left is free as soon as the server has noticed.
async fn finds_a_place(server: &Running) -> Client {
    let found = async {
        loop {
            let mut client = Client::open(server).await;
            client.request(1, "ping", json!({})).await;
            if let Some(tokio_tungstenite::tungstenite::Message::Text(_)) = client.next().await {
                return client;
            }
        }
    };
    soon("a place", found).await
}

#[tokio::test]
async fn one_too_many_is_told_why_and_the_others_go_on() {
    let server = with(Config {
        max_websockets: 2,
        ..Config::default()
    })
    .await;
    let mut first = Client::open(&server).await;
    let second = Client::open(&server).await;
    for _ in 0..3 {
        is_turned_away(&server).await;
        first.still_works().await;
    }
    let answer = server.ask(call("echo", say("elsewhere"))).await;
    assert_eq!(
        text(&answer.result().await),
        "elsewhere",
        "/mcp has its own"
    );
    drop(second);
    let mut third = finds_a_place(&server).await;
    third.still_works().await;
    is_turned_away(&server).await;
    drop((first, third));
    server.stop().await;
}

#[tokio::test]
async fn the_thousand_and_first_is_told_to_try_again_later() {
    let server = with(Config::default()).await;
    let mut clients = Vec::new();
    for _ in 0..1_000 {
        clients.push(Client::open(&server).await);
    }
    is_turned_away(&server).await;
    for client in clients.iter_mut().step_by(100) {
        client.still_works().await;
    }
    clients.pop();
    clients.push(finds_a_place(&server).await);
    is_turned_away(&server).await;
    drop(clients);
    server.stop().await;
}

#[tokio::test]
async fn those_who_are_turned_away_are_counted_too() {
    let server = with(Config {
        max_websockets: 0,
        ..Config::default()
    })
    .await;
    // They come at once, do not read why they were closed, and go on waiting.
    let refused = async {
        loop {
            let mut coming = JoinSet::new();
            for _ in 0..150 {
                let door = Door::clone(&server);
                coming.spawn(async move { shake(&door, GET, &[]).await });
            }
            let came = coming.join_all().await;
            let refused = came
                .iter()
                .filter(|(answer, _)| answer.starts_with("http/1.1 503"));
            let refused: Vec<&String> = refused.map(|(answer, _)| answer).collect();
            if let Some(answer) = refused.first() {
                assert!(refused.len() <= 50, "a hundred are told");
                return (*answer).clone();
            }
        }
    };
    let answer = soon("a refusal", refused).await;
    assert!(answer.contains("retry-after: 1"), "{answer}");
    // A moment later they were given up, and the next one is told again.
    let told = async {
        loop {
            let answer = handshake(&server, GET, &[]).await;
            if answer.starts_with("http/1.1 101") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    soon("room", told).await;
    server.stop().await;
}

#[tokio::test]
async fn a_websocket_holds_its_place_among_the_connections() {
    let server = with(Config {
        max_connections: 1,
        ..Config::default()
    })
    .await;
    let mut client = Client::open(&server).await;
    client.still_works().await;
    let door = Door::clone(&server);
    let other = async { door.ask(call("echo", say("me too"))).await };
    let mut other = std::pin::pin!(other);
    let waits = tokio::time::timeout(Duration::from_millis(300), &mut other).await;
    assert!(
        waits.is_err(),
        "it is not accepted while the WebSocket is open"
    );
    client.still_works().await;
    drop(client);
    let answer = soon("its turn", other).await;
    assert_eq!(text(&answer.result().await), "me too");
    server.stop().await;
}
