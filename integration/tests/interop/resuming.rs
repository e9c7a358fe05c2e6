//! Calls that go on over a connection that broke or was closed. The modern era has no test here: it has no
//! resumption, a call whose connection breaks is over (2026-07-28 streamable HTTP: disconnecting cancels).

use serde_json::json;
use tidegate_integration::{
    AskedClient, Documents, OfficialClient, Serving, TypescriptMode, asking_server, cutting_at,
    python_1_client, python_1_serving, python_2_client, python_2_serving, typescript_1_client,
    typescript_1_serving, typescript_2_client, typescript_2_serving,
};

const LEGACY: &str = "2025-11-25";

// === their clients, our server ===

const STEPS: &str = r#"{"n": 6, "delay_ms": 40}"#;

/// The connection breaks in the middle of a message: that one is sent again, and each only once.
fn survives_a_cut(client: OfficialClient) {
    let server = asking_server();
    let way = cutting_at("step 3", &server);
    let seen = client.calls(&way, "steps", STEPS);
    assert_eq!(way.cuts(), 1);
    seen.sees_every_step(6);
}

/// The server closes the stream while the tool goes on (SEP-1699): the client asks for the rest.
fn comes_back(client: OfficialClient) {
    let server = asking_server();
    let seen = client.calls(&server, "away", "{}");
    seen.logs(&["before", "after"])
        .ends_with("Done: closed true");
}

/// The connection breaks in the middle of a question: it comes again, and is answered once.
fn is_asked_again(client: OfficialClient) {
    let server = asking_server();
    let way = cutting_at("Who are you", &server);
    let seen = client.calls(&way, "greet", "{}");
    assert_eq!(way.cuts(), 1);
    seen.is_asked(&["elicitation/create"])
        .ends_with("Hello, Ann (42)!");
}

#[test]
fn the_first_typescript_client_goes_on_after_a_cut() {
    survives_a_cut(typescript_1_client());
}

#[test]
fn the_second_typescript_client_goes_on_after_a_cut() {
    survives_a_cut(typescript_2_client());
}

#[test]
fn the_first_python_client_goes_on_after_a_cut() {
    survives_a_cut(python_1_client());
}

#[test]
fn the_second_python_client_goes_on_after_a_cut() {
    survives_a_cut(python_2_client());
}

#[test]
fn the_first_typescript_client_comes_back() {
    comes_back(typescript_1_client());
}

#[test]
fn the_second_typescript_client_comes_back() {
    comes_back(typescript_2_client());
}

#[test]
fn the_first_python_client_comes_back() {
    comes_back(python_1_client());
}

#[test]
fn the_second_python_client_comes_back() {
    comes_back(python_2_client());
}

#[test]
fn the_first_typescript_client_is_asked_again_after_a_cut() {
    is_asked_again(typescript_1_client());
}

#[test]
fn the_second_typescript_client_is_asked_again_after_a_cut() {
    is_asked_again(typescript_2_client());
}

#[test]
fn the_first_python_client_is_asked_again_after_a_cut() {
    is_asked_again(python_1_client());
}

#[test]
fn the_second_python_client_is_asked_again_after_a_cut() {
    is_asked_again(python_2_client());
}

// === our client, their servers ===

/// The connection breaks in the middle of a message, and the server closes one. The steps are slow, so that
/// none falls between what a Python server replays and what it sends from then on: there it loses them.
async fn we_come_back(server: &Serving) {
    let way = cutting_at("step 2", server);
    let client = AskedClient::connect(&way, LEGACY).await;
    let steps = json!({ "n": 4, "delay_ms": 250 });
    client.calls("steps", steps).await.sees_every_step(4);
    assert_eq!(way.cuts(), 1);
    let seen = client.calls("away", json!({})).await;
    seen.logs(&["before", "after"])
        .ends_with("Done: closed true");
}

#[tokio::test]
async fn we_come_back_to_the_first_typescript_server() {
    we_come_back(&typescript_1_serving()).await;
}

#[tokio::test]
async fn we_come_back_to_the_second_typescript_server() {
    we_come_back(&typescript_2_serving(
        &Documents::many(1),
        TypescriptMode::Legacy,
    ))
    .await;
}

#[tokio::test]
async fn we_come_back_to_the_first_python_server() {
    we_come_back(&python_1_serving()).await;
}

#[tokio::test]
async fn we_come_back_to_the_second_python_server() {
    we_come_back(&python_2_serving()).await;
}

/// Not with a Python server: between what it replays and what it sends from then on it loses what comes,
/// and the result comes right after the answer.
#[tokio::test]
async fn we_are_asked_again_after_a_cut() {
    let documents = Documents::many(1);
    for server in [
        typescript_1_serving(),
        typescript_2_serving(&documents, TypescriptMode::Legacy),
    ] {
        let way = cutting_at("Who are you", &server);
        let client = AskedClient::connect(&way, LEGACY).await;
        let seen = client.calls("greet", json!({})).await;
        assert_eq!(way.cuts(), 1);
        seen.is_asked(&["elicitation/create"])
            .ends_with("Hello, Ann (42)!");
    }
}
