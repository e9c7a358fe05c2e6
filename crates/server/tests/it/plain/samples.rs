//! The samples: so many messages, and a calculation, each event in its time.

use serde_json::{Value, json};
use tidegate_server::{Config, Fronts};
use tidegate_testkit::{Answer, InMemory, Run, server, soon};
use tokio::time::Instant;

use super::tools::get;

const FRONTS: Fronts = Fronts {
    samples: true,
    http_sse: false,
    websocket: true,
    tools: true,
    monitor: false,
};

async fn ask(path: &str) -> Answer {
    server()
        .fronts(FRONTS)
        .in_memory_by_path()
        .ask(get(path))
        .await
}

async fn timed(answer: &mut Answer) -> Vec<(u128, String, Value)> {
    let begin = Instant::now();
    let mut events = Vec::new();
    while let Some((kind, data)) = answer.typed().await {
        events.push((begin.elapsed().as_millis(), kind, data));
    }
    events
}

#[tokio::test(start_paused = true)]
async fn messages_come_one_at_a_time_and_the_end_is_said() {
    let mut answer = ask("/stream?n=3&interval_ms=200").await;
    assert!(answer.is_stream());
    let events = timed(&mut answer).await;
    let shape: Vec<_> = events
        .iter()
        .map(|(at, kind, _)| (*at, kind.as_str()))
        .collect();
    assert_eq!(
        shape,
        [
            (0, "message"),
            (200, "message"),
            (400, "message"),
            (400, "end")
        ]
    );
    assert_eq!(events[1].2["message"], "Stream message 2");
    assert_eq!(events[1].2["data"], json!({"number": 2, "of": 3}));
    assert_eq!(events[3].2, json!({"sent": 3}));
}

#[tokio::test(start_paused = true)]
async fn ten_a_second_apart_where_nothing_is_said() {
    let events = timed(&mut ask("/stream").await).await;
    assert_eq!(events.len(), 11);
    assert_eq!(events[9].0, 9_000);
}

#[tokio::test(start_paused = true)]
async fn text_is_plain_lines() {
    let mut answer = ask("/stream?n=2&interval_ms=0&format=text").await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.body().await, "Message 1\nMessage 2\n");
}

#[tokio::test(start_paused = true)]
async fn a_long_interval_has_signs_of_life() {
    let mut answer = ask("/stream?n=2&interval_ms=60000").await;
    let body = answer.body().await;
    let pings = body.windows(6).filter(|bytes| bytes == b": ping").count();
    // The look after fifteen seconds finds that a message was sent meanwhile.
    assert!((2..=3).contains(&pings), "{pings} in a minute");
}

#[tokio::test(start_paused = true)]
async fn a_calculation_is_announced_and_a_second_later_done() {
    for (query, result) in [
        ("a=6&b=7&op=multiply", json!(42)),
        ("a=6&b=-7.5&op=add", json!(-1.5)),
        ("a=1&b=0&op=divide", json!("NaN")),
    ] {
        let events = timed(&mut ask(&format!("/calculate?{query}")).await).await;
        let shape: Vec<_> = events
            .iter()
            .map(|(at, kind, _)| (*at, kind.as_str()))
            .collect();
        assert_eq!(shape, [(0, "info"), (1_000, "result")]);
        assert_eq!(events[1].2["result"], result, "{query}");
    }
}

#[tokio::test]
async fn a_server_that_stops_ends_its_samples() {
    let config = Config {
        fronts: FRONTS,
        ..Config::default()
    };
    let server = server().config(config).run().await;
    let mut answer = server.ask(get("/stream?interval_ms=60000")).await;
    assert!(answer.typed().await.is_some());
    soon("the server's end", server.stop()).await;
    assert_eq!(answer.typed().await, None);
    assert!(answer.is_whole());
}

#[tokio::test]
async fn ten_thousand_messages_keep_their_order() {
    let mut answer = ask("/stream?n=10000&interval_ms=0&format=text").await;
    let body = soon("all of it", answer.body()).await;
    let text = std::str::from_utf8(&body).expect("UTF-8");
    for (line, number) in text.lines().zip(1..) {
        assert_eq!(line, format!("Message {number}"));
    }
    assert_eq!(text.lines().count(), 10_000);
}
