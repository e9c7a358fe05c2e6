//! Our client against each server, a request of each kind: it lists, calls with progress, reads a resource,
//! gets a prompt, and cancels a call of which the server then tells that it heard.

use serde_json::json;
use tidegate_integration::{
    AskedClient, Documents, Endpoint, EverythingFront, RmcpMode, TypescriptMode,
    everything_serving, python_1_serving, python_2_serving, rmcp_serving, typescript_1_serving,
    typescript_2_serving,
};

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

const LONG: &str = "trigger-long-running-operation";
const ARCHITECTURE: &str = "demo://resource/static/document/architecture.md";

/// A tool, a prompt and a resource of every server here that was written for these tests.
const OFFERED: &[&str] = &["cancelled", "advice", "tide://level"];

/// Sends all but the call with progress; this is the `times`th visit to the server.
async fn asks_for_the_rest(client: &AskedClient, times: u32) {
    let listed = client.lists().await;
    for name in OFFERED {
        assert!(listed.iter().any(|l| l == name), "{name}: {listed:?}");
    }
    assert_eq!(client.reads("tide://level").await, "high");
    assert_eq!(client.prompts("advice").await, "Mind the tide.");
    client.cancels_a_wait(times).await;
}

pub(crate) async fn asks_for_everything(server: &impl Endpoint, revisions: &[&str]) {
    for (revision, times) in revisions.iter().zip(1..) {
        let client = AskedClient::connect(server, revision).await;
        let seen = client
            .calls("steps", json!({ "n": 5, "delay_ms": 5 }))
            .await;
        seen.speaks(revision).sees_every_step(5);
        asks_for_the_rest(&client, times).await;
    }
}

#[tokio::test]
async fn of_the_first_typescript_server() {
    asks_for_everything(&typescript_1_serving(), &[LEGACY]).await;
}

#[tokio::test]
async fn of_the_second_typescript_server_in_both_eras() {
    let server = typescript_2_serving(&Documents::many(1), TypescriptMode::Both);
    asks_for_everything(&server, &[LEGACY, MODERN]).await;
}

#[tokio::test]
async fn of_the_first_python_server() {
    asks_for_everything(&python_1_serving(), &[LEGACY]).await;
}

#[tokio::test]
async fn of_the_second_python_server_in_both_eras() {
    asks_for_everything(&python_2_serving(), &[LEGACY, MODERN]).await;
}

#[tokio::test]
async fn of_an_rmcp_server_in_both_eras() {
    let documents = Documents::twelve();
    let server = rmcp_serving(&documents, RmcpMode::Both);
    for (revision, times) in [(MODERN, 1), (LEGACY, 2)] {
        let client = AskedClient::connect(&server, revision).await;
        let seen = client.calls("process_files", json!({})).await;
        seen.speaks(revision).sees_progress_over(&documents);
        asks_for_the_rest(&client, times).await;
    }
}

/// What it works on it does not stop when that is cancelled, so nobody can see whether it heard.
pub(crate) async fn asks_server_everything(server: &impl Endpoint) {
    let client = AskedClient::connect(server, LEGACY).await;
    let listed = client.lists().await;
    for name in ["echo", "simple-prompt", ARCHITECTURE] {
        assert!(listed.iter().any(|l| l == name), "{name}: {listed:?}");
    }
    let seen = client
        .calls(LONG, json!({ "duration": 0.2, "steps": 4 }))
        .await;
    let steps: Vec<_> = (1..=4).map(|step| (f64::from(step), Some(4.0))).collect();
    assert_eq!(seen.speaks(LEGACY).progress(), steps);
    seen.ends_with("Long running operation completed. Duration: 0.2 seconds, Steps: 4.");
    let read = client.reads(ARCHITECTURE).await;
    assert!(read.starts_with("# Everything Server"), "{read}");
    let prompt = client.prompts("simple-prompt").await;
    assert_eq!(prompt, "This is a simple prompt without arguments.");
    client
        .cancels(LONG, json!({ "duration": 60, "steps": 600 }))
        .await;
    let seen = client
        .calls("echo", json!({ "message": "still here" }))
        .await;
    seen.ends_with("Echo: still here");
}

#[tokio::test]
async fn of_server_everything() {
    asks_server_everything(&everything_serving(EverythingFront::Http)).await;
}
