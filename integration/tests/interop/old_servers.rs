//! Our client against servers that are reached by something older than Streamable HTTP: HTTP+SSE, WebSocket,
//! and stdio. Each is asked for everything, as those in `every_request.rs` are.

use tidegate_integration::{
    EverythingFront, OldFront, everything_serving, everything_to_start, python_1_serving_over,
    python_1_to_start, tidegate_client,
};

use crate::every_request::{asks_for_everything, asks_server_everything};

const LEGACY: &str = "2025-11-25";

#[tokio::test]
async fn the_python_server_over_sse() {
    asks_for_everything(&python_1_serving_over(OldFront::Sse), &[LEGACY]).await;
}

#[tokio::test]
async fn the_python_server_over_websocket() {
    asks_for_everything(&python_1_serving_over(OldFront::WebSocket), &[LEGACY]).await;
}

#[tokio::test]
async fn server_everything_over_sse() {
    asks_server_everything(&everything_serving(EverythingFront::Sse)).await;
}

/// Nobody says which era and which front: the command finds out.
#[test]
fn the_command_finds_out_that_it_is_sse() {
    let server = python_1_serving_over(OldFront::Sse);
    let seen = tidegate_client().calls(&server, "steps", &["n:=4", "delay_ms:=5"]);
    seen.sees_every_step(4);
}

#[tokio::test]
async fn the_python_server_that_we_start() {
    asks_for_everything(&python_1_to_start(), &[LEGACY]).await;
}

#[tokio::test]
async fn server_everything_that_we_start() {
    asks_server_everything(&everything_to_start()).await;
}
