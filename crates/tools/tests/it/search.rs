//! `secure_data_stream`: what it finds, and for whom.

use std::sync::Arc;

use serde_json::json;
use tidegate_handler::Principal;

use crate::harness::Tools;

fn alice() -> Arc<Principal> {
    Arc::new(Principal::new(*b"alice", "alice"))
}

#[tokio::test]
async fn each_line_that_matches_is_told_and_who_asked_is_named() {
    let long = "x".repeat(100_000) + " Tide\n tide again\n";
    let tools = Tools::with(&[
        ("a.txt", b"low tide\nnothing\nTIDE high\n"),
        ("b.bin", b"tide\0tide"),
        ("c.txt", long.as_bytes()),
    ]);
    let called = tools
        .call_by(alice(), "secure_data_stream", json!({ "query": "tide" }))
        .await;
    let mut told: Vec<_> = called
        .messages
        .iter()
        .filter_map(|(_, message)| message["params"]["data"].as_str())
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "a.txt:1: low tide",
            "a.txt:3: TIDE high",
            "c.txt:2:  tide again"
        ]
    );
    let found = called.structured();
    assert_eq!(
        found,
        json!({ "asked_by": "alice", "files": 2, "matches": 3, "skipped": 1 })
    );
}

#[tokio::test]
async fn there_is_an_end_to_what_is_told() {
    let many = "tide\n".repeat(2_000);
    let tools = Tools::with(&[("a.txt", many.as_bytes()), ("b.txt", many.as_bytes())]);
    let called = tools
        .call_by(alice(), "secure_data_stream", json!({ "query": "tide" }))
        .await;
    assert_eq!(called.structured()["matches"], 1_000);
}

#[tokio::test]
async fn who_is_not_known_is_told_nothing() {
    let tools = Tools::with(&[("a.txt", b"tide")]);
    let called = tools
        .call("secure_data_stream", json!({ "query": "tide" }))
        .await;
    assert!(called.failure().contains("known"), "{called:?}");
    let empty = tools
        .call_by(alice(), "secure_data_stream", json!({ "query": "" }))
        .await;
    assert!(empty.failure().contains("query"), "{empty:?}");
}
