//! Questions in the middle of a call: for what a user fills in, what a model says, and where the client works.
//! In the modern era those that are open at once are one round, in a session each is a request.

use serde_json::json;
use tidegate_integration::{
    AskedClient, Documents, OfficialClient, Serving, TypescriptMode, asking_server,
    python_1_client, python_1_serving, python_2_client, python_2_serving, typescript_1_client,
    typescript_1_serving, typescript_2_client, typescript_2_serving,
};

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

const FORM: &str = "elicitation/create";
const MODEL: &str = "sampling/createMessage";
const ROOTS: &str = "roots/list";

/// What is called, what the client is asked then, and what comes of the answers.
const CALLS: &[(&str, &[&str], &str)] = &[
    ("greet", &[FORM], "Hello, Ann (42)!"),
    ("think", &[MODEL], "The model says: four"),
    ("look", &[ROOTS], "Roots: file:///harbour"),
    (
        "everything",
        &[FORM, MODEL, ROOTS],
        "Ann (42); four; file:///harbour",
    ),
];

// === their clients, our server ===

fn is_asked(client: OfficialClient, revision: &str) {
    let server = asking_server();
    for (tool, questions, result) in CALLS {
        let seen = client.calls(&server, tool, "{}");
        seen.speaks(revision).is_asked(questions).ends_with(result);
    }
}

#[test]
fn the_first_typescript_client_is_asked() {
    is_asked(typescript_1_client(), LEGACY);
}

#[test]
fn the_second_typescript_client_is_asked_in_the_legacy_era() {
    is_asked(typescript_2_client(), LEGACY);
}

#[test]
fn the_second_typescript_client_is_asked_in_the_modern_era() {
    is_asked(typescript_2_client().modern(), MODERN);
}

#[test]
fn the_first_python_client_is_asked() {
    is_asked(python_1_client(), LEGACY);
}

#[test]
fn the_second_python_client_is_asked_in_the_legacy_era() {
    is_asked(python_2_client(), LEGACY);
}

#[test]
fn the_second_python_client_is_asked_in_the_modern_era() {
    is_asked(python_2_client().modern(), MODERN);
}

// === our client, their servers ===

async fn we_are_asked(server: &Serving, revision: &str) {
    let client = AskedClient::connect(server, revision).await;
    for (tool, questions, result) in CALLS {
        let seen = client.calls(tool, json!({})).await;
        seen.speaks(revision).is_asked(questions).ends_with(result);
    }
}

#[tokio::test]
async fn we_are_asked_by_the_first_typescript_server() {
    let server = typescript_1_serving();
    we_are_asked(&server, LEGACY).await;
}

/// A question that belongs to no call goes on the session's GET stream.
#[tokio::test]
async fn we_are_asked_aside_by_the_first_typescript_server() {
    let server = typescript_1_serving();
    let client = AskedClient::connect(&server, LEGACY).await;
    let seen = client.calls("greet_aside", json!({})).await;
    seen.is_asked(&[FORM]).ends_with("Hello, Ann (42)!");
}

#[tokio::test]
async fn we_are_asked_by_the_second_typescript_server_in_both_eras() {
    let server = typescript_2_serving(&Documents::many(1), TypescriptMode::Both);
    we_are_asked(&server, LEGACY).await;
    we_are_asked(&server, MODERN).await;
}

#[tokio::test]
async fn we_are_asked_by_the_first_python_server() {
    let server = python_1_serving();
    we_are_asked(&server, LEGACY).await;
}

#[tokio::test]
async fn we_are_asked_by_the_second_python_server_in_both_eras() {
    let server = python_2_serving();
    we_are_asked(&server, LEGACY).await;
    we_are_asked(&server, MODERN).await;
}
