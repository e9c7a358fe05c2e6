//! The official clients against `tidegate serve` by something else than Streamable HTTP.

use std::thread;

use tidegate_integration::{
    Documents, Endpoint, Front, OfficialClient, Serving, python_1_client, python_2_client,
    rmcp_sse_client, tidegate_serving, tidegate_serving_sse, tidegate_to_start,
    typescript_1_client, typescript_2_client,
};

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

/// What is agreed on over HTTP+SSE by clients that would speak newer revisions.
const REVISION_OVER_SSE: &str = LEGACY;

const TOOLS: &[&str] = &["process_files", "calculate", "echo", "count"];

/// Three notifications, each a while before what comes after it, on a loaded machine too.
const SLOW_COUNT: &str = r#"{"n": 3, "delay_ms": 250}"#;

/// The TypeScript clients lose the progress that they read in one piece with the result: all of it is asked for
/// where the result comes a while later.
fn sees_what_it_keeps(
    client: OfficialClient,
    revision: &str,
    server: &impl Endpoint,
    documents: &Documents,
) {
    let seen = client.calls(server, "process_files", "{}");
    seen.speaks(revision).sees_every_log_over(documents);
    client
        .calls(server, "count", SLOW_COUNT)
        .sees_the_count_to(3);
}

#[test]
fn the_typescript_clients_start_us() {
    let documents = Documents::twelve();
    let server = tidegate_to_start(&documents);
    for (client, revision) in [
        (typescript_1_client(), LEGACY),
        (typescript_2_client(), LEGACY),
        (typescript_2_client().modern(), MODERN),
    ] {
        sees_what_it_keeps(client, revision, &server, &documents);
    }
}

#[test]
fn the_python_clients_start_us() {
    let documents = Documents::many(300);
    let server = tidegate_to_start(&documents);
    for (client, revision) in [
        (python_1_client(), LEGACY),
        (python_2_client(), LEGACY),
        (python_2_client().modern(), MODERN),
    ] {
        let seen = client.calls(&server, "process_files", "{}");
        seen.speaks(revision).sees_every_one_of(&documents);
    }
}

/// Runs `old` against a front, while a client of 2026-07-28 sees everything at `/mcp`.
fn while_a_new_one_calls(server: &Serving, documents: &Documents, old: impl FnOnce() + Send) {
    thread::scope(|scope| {
        scope.spawn(old);
        let seen = typescript_2_client()
            .modern()
            .calls(server, "process_files", "{}");
        seen.speaks(MODERN).sees_every_one_of(documents);
    });
}

fn sees_everything(client: OfficialClient, front: &Front, documents: &Documents) {
    let seen = client.calls(front, "process_files", "{}");
    seen.lists(TOOLS).sees_every_one_of(documents);
}

#[test]
fn the_first_typescript_client_calls_over_sse() {
    let documents = Documents::twelve();
    let server = tidegate_serving_sse(&documents);
    let front = server.front("http", "/sse");
    while_a_new_one_calls(&server, &documents, || {
        sees_what_it_keeps(typescript_1_client(), REVISION_OVER_SSE, &front, &documents);
    });
}

#[test]
fn the_first_python_client_calls_over_sse() {
    let documents = Documents::many(300);
    let server = tidegate_serving_sse(&documents);
    let front = server.front("http", "/sse");
    while_a_new_one_calls(&server, &documents, || {
        sees_everything(python_1_client(), &front, &documents);
    });
}

#[test]
fn the_rmcp_client_calls_over_sse() {
    let documents = Documents::many(300);
    let server = tidegate_serving_sse(&documents);
    let front = server.front("http", "/sse");
    while_a_new_one_calls(&server, &documents, || {
        sees_everything(rmcp_sse_client(), &front, &documents);
    });
}

#[test]
fn the_first_typescript_client_calls_over_websocket() {
    let documents = Documents::twelve();
    let server = tidegate_serving(&documents);
    let front = server.front("ws", "/ws");
    while_a_new_one_calls(&server, &documents, || {
        sees_what_it_keeps(typescript_1_client(), LEGACY, &front, &documents);
    });
}
