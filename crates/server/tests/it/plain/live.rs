//! A plain call while it runs: heard at once, cancelled when its caller goes, slowed by its reader.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tidegate_handler::Context;
use tidegate_server::Config;
use tidegate_testkit::{InMemory, Run, soon};

use super::tools::post;
use crate::faults::tools::{Count, server_with, stepping, telling, text, waiting};

const FORMS: [&str; 2] = ["application/x-ndjson", "text/event-stream"];

#[tokio::test]
async fn each_step_is_heard_before_the_next_is_taken() {
    for accept in FORMS {
        let (tool, permits) = stepping();
        let server = server_with("step", tool).run().await;
        permits.add_permits(1);
        let mut answer = server
            .ask(post("step", json!({"n": 3})).accept(accept))
            .await;
        for number in 1..=3 {
            let (kind, log) = answer.typed().await.expect("a step");
            assert_eq!(
                (kind.as_str(), &log["data"]),
                ("log", &json!(number.to_string()))
            );
            permits.add_permits(1);
        }
        let (kinds, result) = answer.typed_rest().await;
        assert_eq!(kinds, ["result"]);
        assert_eq!(text(&result), "done");
        server.stop().await;
    }
}

#[tokio::test]
async fn hanging_up_cancels_the_tool() {
    for accept in FORMS {
        let (tell, mut heard) = telling();
        let server = server_with("wait", waiting(tell)).run().await;
        let mut answer = server.ask(post("wait", json!({})).accept(accept)).await;
        assert_eq!(answer.typed().await.expect("a log").1["data"], "waiting");
        assert_eq!(heard.recv().await, Some("begun"));
        drop(answer);
        assert_eq!(
            soon("the end of the call", heard.recv()).await,
            Some("dropped")
        );
        server.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_call_shows_signs_of_life_in_both_forms() {
    for (accept, ping) in FORMS
        .into_iter()
        .zip(["{\"type\":\"ping\"}\n", ": ping\n\n"])
    {
        let tool = |_: crate::faults::tools::Nothing| async {
            tokio::time::sleep(Duration::from_secs(40)).await;
            "slept"
        };
        let door = server_with("sleep", tool).in_memory_by_path();
        let mut answer = door.ask(post("sleep", json!({})).accept(accept)).await;
        let body = answer.body().await;
        let body = std::str::from_utf8(&body).expect("UTF-8");
        // One when the stream opens, then one every fifteen seconds.
        assert_eq!(body.matches(ping).count(), 3, "{body}");
        assert!(body.contains("slept"));
    }
}

#[tokio::test]
async fn a_reader_that_stops_slows_the_tool_and_loses_nothing() {
    const MANY: u32 = 10_000;
    let sent = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&sent);
    let flood = move |args: Count, cx: Context| {
        let counter = Arc::clone(&counter);
        async move {
            let padding = "~".repeat(200);
            for number in 1..=args.n {
                cx.info(format!("{{\"number\":{number},{padding}}}")).await;
                counter.store(number, Ordering::Relaxed);
            }
            "flooded"
        }
    };
    for accept in FORMS {
        let door = server_with("flood", flood.clone()).in_memory_by_path();
        let mut answer = door
            .ask(post("flood", json!({"n": MANY})).accept(accept))
            .await;
        answer.typed().await.expect("the first");
        let ahead = still(&sent).await;
        assert!(ahead < 3_000, "{ahead} messages wait somewhere");
        for number in 2..=MANY {
            let (_, log) = answer.typed().await.expect("the next");
            let data = log["data"].as_str().expect("a text");
            assert!(data.contains(&format!("\"number\":{number},")), "{data}");
        }
        assert_eq!(answer.typed_rest().await.0, ["result"]);
    }
}

/// Waits until the tool waits.
async fn still(sent: &AtomicU32) -> u32 {
    let mut last = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = sent.load(Ordering::Relaxed);
        if now > 0 && now == last {
            return now;
        }
        last = now;
    }
}

#[tokio::test]
async fn a_reader_that_never_comes_back_is_let_go_of() {
    let (tell, mut heard) = telling();
    let endless = move |_: crate::faults::tools::Nothing, cx: Context| {
        let tell = tell.clone();
        async move {
            let _guard = tell.begun();
            for number in 0..u32::MAX {
                cx.info(number).await;
            }
            "never"
        }
    };
    let config = Config {
        stall_timeout: Duration::from_secs(1),
        ..Config::default()
    };
    let server = server_with("endless", endless).config(config).run().await;
    let answer = server.ask(post("endless", json!({}))).await;
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("dropped")
    );
    drop(answer);
    server.stop().await;
}
