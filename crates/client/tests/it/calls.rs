//! Calls: what goes out, what arrives and in which order.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, future::join_all};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tidegate_client::{Client, Content, Event, Level, Message};

use crate::fake::{Answer, Fake, Piece, Seen, log};

/// Answers `tools/call` with three logs, three steps of progress and a result.
fn talkative(seen: &Seen) -> Option<Answer> {
    if seen.method() != "tools/call" {
        return None;
    }
    let mut pieces = vec![Piece::Text(": keep-alive\n\nid: 1-0\ndata:\n\n".to_owned())];
    for nth in 1..=3 {
        pieces.push(Piece::Event(log("info", &format!("item {nth}"))));
        pieces.push(Piece::Event(seen.progress(nth)));
    }
    pieces.push(Piece::Event(seen.response(done())));
    Some(Answer::events(pieces))
}

fn done() -> Value {
    json!({
        "resultType": "complete",
        "content": [{"type": "text", "text": "Done"}, {"type": "hologram", "light": 1}],
        "structuredContent": {"n": 3},
    })
}

fn shown(event: &Event) -> String {
    match event {
        Event::Log(log) => format!("{} {}", log.level, log.text()),
        Event::Progress(progress) => format!("{}/{:?}", progress.progress, progress.total),
        other => panic!("{other:?}"),
    }
}

const EXPECTED: [&str; 6] = [
    "info item 1",
    "1/Some(3.0)",
    "info item 2",
    "2/Some(3.0)",
    "info item 3",
    "3/Some(3.0)",
];

#[tokio::test]
async fn events_come_in_order_before_the_result_in_both_eras() {
    for server in [Fake::modern(talkative).await, Fake::legacy(talkative).await] {
        let client = Client::connect(&server.url()).await.expect("connects");
        let mut call = client
            .call("work")
            .arguments(json!({"a": 1}))
            .start()
            .await
            .expect("starts");
        let mut events = Vec::new();
        while let Some(event) = call.next().await {
            events.push(shown(&event));
        }
        assert_eq!(events, EXPECTED);
        let result = call.result().await.expect("a result");
        assert_eq!(result.content[0], Content::text("Done"));
        assert!(matches!(&result.content[1], Content::Other(block) if block["light"] == 1));
        assert_eq!(result.text(), "Done");
        assert_eq!(result.structured, Some(json!({"n": 3})));
        assert!(!result.is_error);
        assert!(result.raw.as_str().contains("hologram"));
        assert_eq!(server.closed(), 0, "a stream that ended was not closed");
    }
}

#[tokio::test]
async fn a_call_is_a_stream_too() {
    let server = Fake::modern(talkative).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let call = client.call("work").start().await.expect("starts");
    let events: Vec<String> = call.map(|event| shown(&event)).collect().await;
    assert_eq!(events, EXPECTED);
}

#[tokio::test]
async fn handlers_see_everything_in_order() {
    let server = Fake::modern(talkative).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = |seen: &Arc<Mutex<Vec<String>>>| {
        let seen = seen.clone();
        move |text: String| seen.lock().push(text)
    };
    let (on_log, on_progress, on_message) = (note(&seen), note(&seen), note(&seen));
    let client = Client::builder(&server.url())
        .on_log(move |log| on_log(format!("log {}", log.text())))
        .on_progress(move |progress| on_progress(format!("progress {}", progress.progress)))
        .on_message(move |message| {
            on_message(match message {
                Message::Notification(notification) => notification.method.clone(),
                Message::Response(response) => format!("response {}", response.outcome.is_ok()),
                other => panic!("{other:?}"),
            });
        })
        .connect()
        .await
        .expect("connects");
    client.call_tool("work", json!({})).await.expect("a result");
    let mut expected = vec!["response true".to_owned()];
    for nth in 1..=3 {
        expected.push("notifications/message".to_owned());
        expected.push(format!("log item {nth}"));
        expected.push("notifications/progress".to_owned());
        expected.push(format!("progress {nth}"));
    }
    expected.push("response true".to_owned());
    assert_eq!(*seen.lock(), expected);
}

#[tokio::test]
async fn a_modern_request_says_all_that_it_is() {
    let server = Fake::modern(talkative).await;
    let client = Client::builder(&server.url())
        .info("tester", "7")
        .header("x-team", "blue")
        .token("secret")
        .connect()
        .await
        .expect("connects");
    let call = client
        .call("naïve-name")
        .arguments(json!({"a": 1}))
        .meta(json!({"traceparent": "00-1-2-01"}))
        .log_level(Level::Debug)
        .start()
        .await
        .expect("starts");
    call.result().await.expect("a result");

    let request = server.only("tools/call");
    assert_eq!(request.header("mcp-protocol-version"), Some("2026-07-28"));
    assert_eq!(request.header("mcp-method"), Some("tools/call"));
    assert_eq!(
        request.header("mcp-name"),
        Some("=?base64?bmHDr3ZlLW5hbWU=?=")
    );
    assert_eq!(request.header("x-team"), Some("blue"));
    assert_eq!(request.header("authorization"), Some("Bearer secret"));
    let params = &request.body["params"];
    assert_eq!(params["name"], "naïve-name");
    assert_eq!(params["arguments"], json!({"a": 1}));
    let meta = &params["_meta"];
    assert_eq!(meta["io.modelcontextprotocol/logLevel"], "debug");
    assert_eq!(
        meta["io.modelcontextprotocol/clientInfo"],
        json!({"name": "tester", "version": "7"})
    );
    assert_eq!(meta["traceparent"], "00-1-2-01");
    assert_eq!(meta["progressToken"], request.body["id"]);
}

#[tokio::test]
async fn calls_run_side_by_side() {
    let server = Fake::modern(|seen| {
        (seen.method() == "tools/call").then(|| {
            let nth = seen.body["params"]["arguments"]["nth"].clone();
            let text = json!({"content": [{"type": "text", "text": nth.to_string()}]});
            Answer::events(vec![
                Piece::Wait(Duration::from_millis(300)),
                Piece::Event(seen.response(text)),
            ])
        })
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let begun = Instant::now();
    let results = join_all((0..32).map(|nth| {
        let client = client.clone();
        async move {
            client
                .call_tool("slow", json!({"nth": nth}))
                .await
                .expect("a result")
                .text()
        }
    }))
    .await;
    let expected: Vec<String> = (0..32).map(|nth| nth.to_string()).collect();
    assert_eq!(results, expected);
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "32 calls of 0.3 s, one after the other"
    );
}

#[tokio::test]
async fn connections_serve_again_after_a_stream() {
    let server = Fake::modern(talkative).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    for _ in 0..20 {
        client.call_tool("work", json!({})).await.expect("a result");
    }
    // The end of a stream may come a moment after its answer, and a second connection meanwhile.
    assert!(
        server.connections() <= 3,
        "{} connections for 21 requests",
        server.connections()
    );
}

#[tokio::test]
async fn a_json_answer_and_a_tool_that_did_not_succeed() {
    let server = Fake::modern(|seen| {
        (seen.method() == "tools/call").then(|| {
            let result =
                json!({"content": [{"type": "text", "text": "no such file"}], "isError": true});
            Answer::json(&seen.response(result))
        })
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let result = client.call_tool("open", json!({})).await.expect("a result");
    assert!(result.is_error);
    assert_eq!(result.text(), "no such file");
}

#[tokio::test]
async fn log_messages_below_what_was_asked_for_are_left_aside() {
    let server = Fake::legacy(talkative).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let mut call = client
        .call("work")
        .log_level(None)
        .start()
        .await
        .expect("starts");
    let mut events = Vec::new();
    while let Some(event) = call.next().await {
        events.push(shown(&event));
    }
    assert_eq!(events, ["1/Some(3.0)", "2/Some(3.0)", "3/Some(3.0)"]);
}

#[tokio::test]
async fn reads_and_prompts() {
    let server = Fake::modern(|seen| {
        let result = match seen.method() {
            "resources/read" => {
                json!({"contents": [{"uri": seen.body["params"]["uri"], "text": "hello"}]})
            }
            "prompts/get" => {
                let content =
                    json!({"type": "text", "text": seen.body["params"]["arguments"]["who"]});
                json!({"messages": [{"role": "user", "content": content}]})
            }
            _ => return None,
        };
        Some(Answer::json(&seen.response(result)))
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let read = client.read("test://a").await.expect("contents");
    assert_eq!(read.contents[0].text.as_deref(), Some("hello"));
    assert_eq!(
        server.only("resources/read").header("mcp-name"),
        Some("test://a")
    );

    let prompt = client
        .get_prompt("greet", json!({"who": "Ada"}))
        .await
        .expect("a prompt");
    assert_eq!(prompt.messages[0].content, Content::text("Ada"));
    assert_eq!(server.only("prompts/get").header("mcp-name"), Some("greet"));
    client.ping().await.expect("there");
}

#[tokio::test]
async fn five_thousand_events_arrive_in_order_at_a_slow_caller() {
    const MANY: u32 = 5000;
    let burst = |seen: &Seen| {
        (seen.method() == "tools/call").then(|| {
            let events = (1..=MANY).map(|nth| Piece::Event(seen.progress(nth)));
            let result = Piece::Event(seen.response(json!({"content": []})));
            Answer::events(events.chain([result]).collect())
        })
    };
    for server in [Fake::modern(burst).await, Fake::legacy(burst).await] {
        let client = Client::connect(&server.url()).await.expect("connects");
        let mut call = client.call("burst").start().await.expect("starts");
        tokio::time::sleep(Duration::from_millis(200)).await;
        for nth in 1..=MANY {
            let Some(Event::Progress(progress)) = call.next().await else {
                panic!("lost {nth}")
            };
            assert!((progress.progress - f64::from(nth)).abs() < f64::EPSILON);
        }
        assert_eq!(call.next().await, None);
        call.result().await.expect("a result");
    }
}
