//! Requests that fail: which are sent again, and which never.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use tidegate_client::Builder;

use crate::{
    fake::{Answer, Piece, Seen},
    inside::Inside,
};

/// Breaks the first `times` requests of `method`, and answers the others with `result`.
fn breaks(
    method: &'static str,
    times: usize,
    result: Value,
) -> impl Fn(&Seen) -> Option<Answer> + Send + Sync {
    let seen_so_far = AtomicUsize::new(0);
    move |seen| {
        if seen.method() == "tools/list" && method != "tools/list" {
            return Some(Answer::json(&seen.response(tools())));
        }
        if seen.method() != method {
            return None;
        }
        if seen_so_far.fetch_add(1, Ordering::Relaxed) < times {
            return Some(Answer::events(vec![Piece::Break]));
        }
        Some(Answer::json(&seen.response(result.clone())))
    }
}

fn tools() -> Value {
    let schema = json!({"type": "object"});
    json!({"tools": [
        {"name": "plain", "inputSchema": schema},
        {"name": "reads", "inputSchema": schema, "annotations": {"readOnlyHint": true}},
        {"name": "sets", "inputSchema": schema, "annotations": {"idempotentHint": true}},
        {"name": "writes", "inputSchema": schema, "annotations": {"idempotentHint": false}},
    ]})
}

#[tokio::test(start_paused = true)]
async fn what_may_be_repeated_is() {
    for server in [
        Inside::modern(breaks("tools/list", 3, tools())),
        Inside::legacy(breaks("tools/list", 3, tools())),
    ] {
        let client = server.client().connect().await.expect("connects");
        assert_eq!(client.list_tools().await.expect("tools").len(), 4);
        let lists = server.all("tools/list");
        let mut ids: Vec<_> = lists
            .iter()
            .map(|list| list.body["id"].to_string())
            .collect();
        ids.dedup();
        assert_eq!(ids.len(), 4, "a new id each time");
    }
    let server = Inside::modern(breaks("resources/read", 4, json!({"contents": []})));
    let client = server.client().connect().await.expect("connects");
    assert!(client.read("test://a").await.expect_err("gone").is_broken());
    assert_eq!(
        server.all("resources/read").len(),
        4,
        "three times more than once"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_is_repeated_only_if_its_tool_is_trusted_to_bear_it() {
    let times = |trust: bool, tool: &'static str| async move {
        let server = Inside::modern(breaks("tools/call", 1, json!({"content": []})));
        let client = server.client().trust_annotations(trust).connect().await;
        let client = client.expect("connects");
        client.list_tools().await.expect("tools");
        let outcome = client.call_tool(tool, json!({})).await;
        let times = server.all("tools/call").len();
        assert_eq!(outcome.is_ok(), times == 2, "{tool}");
        times
    };
    for tool in ["plain", "reads", "sets", "writes", "unknown"] {
        assert_eq!(times(false, tool).await, 1, "{tool}");
    }
    for (tool, expected) in [
        ("plain", 1),
        ("reads", 2),
        ("sets", 2),
        ("writes", 1),
        ("unknown", 1),
    ] {
        assert_eq!(times(true, tool).await, expected, "{tool}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_left_alone_as_long_as_it_says() {
    for status in [429, 503] {
        let calls = AtomicUsize::new(0);
        let server = Inside::modern(move |seen| {
            (seen.method() == "tools/call").then(|| match calls.fetch_add(1, Ordering::Relaxed) {
                0 => Answer::empty(status).header("retry-after", "7"),
                _ => Answer::json(&seen.response(json!({"content": []}))),
            })
        });
        let client = server.client().connect().await.expect("connects");
        client.call_tool("work", json!({})).await.expect("a result");
        let calls = server.all("tools/call");
        assert_eq!(
            calls[1].at - calls[0].at,
            Duration::from_secs(7),
            "{status}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_busy_for_too_long_is_told_at_once() {
    let busy = |after: &'static str| {
        Inside::modern(move |seen| {
            let refusal = || Answer::json(&seen.error(-32603, Value::Null)).status(503);
            (seen.method() == "tools/call").then(|| refusal().header("retry-after", after))
        })
    };
    let ten_seconds = |builder: Builder| builder.deadline(Duration::from_secs(10));
    for (after, builder) in [
        ("10", ten_seconds as fn(Builder) -> Builder),
        ("3600", |builder| builder),
    ] {
        let server = busy(after);
        let client = builder(server.client()).connect().await.expect("connects");
        let error = client.call_tool("work", json!({})).await.expect_err("busy");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
        let told = error.retry_after().map(|after| after.as_secs().to_string());
        assert_eq!(told.as_deref(), Some(after));
        assert_eq!(server.all("tools/call").len(), 1);
    }
    let server = busy("");
    let client = server.client().connect().await.expect("connects");
    client.call_tool("work", json!({})).await.expect_err("busy");
    assert_eq!(server.all("tools/call").len(), 1, "it does not say when");
}

#[tokio::test(start_paused = true)]
async fn a_refused_version_is_tried_once_more_if_it_is_spoken() {
    for (supported, times) in [("2026-07-28", 2), ("2025-11-25", 1)] {
        let server = Inside::modern(move |seen| {
            let data = json!({"supported": [supported], "requested": "2026-07-28"});
            (seen.method() == "tools/call")
                .then(|| Answer::json(&seen.error(-32022, data)).status(400))
        });
        let client = server.client().connect().await.expect("connects");
        let error = client
            .call_tool("work", json!({}))
            .await
            .expect_err("refused");
        assert_eq!(error.rpc_code(), Some(-32022));
        assert_eq!(server.all("tools/call").len(), times, "{supported}");
        assert!(
            server.all("initialize").is_empty(),
            "a modern server stays modern"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_modern_server_is_never_demoted() {
    for status in [400, 401, 403, 404, 405, 500, 502] {
        let server = Inside::modern(move |seen| {
            (seen.method() == "tools/call").then(|| Answer::text(status, "text/html", "<html>"))
        });
        let client = server.client().connect().await.expect("connects");
        client
            .call_tool("work", json!({}))
            .await
            .expect_err("refused");
        assert_eq!(server.all("tools/call").len(), 1, "{status}");
        client.ping().await.expect("there");
        assert!(server.all("initialize").is_empty(), "{status}");
    }
}
