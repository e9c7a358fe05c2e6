//! Hearing what changes: on `subscriptions/listen` in the modern era, by `resources/subscribe` and on the
//! session's GET stream in the legacy one.
//!
//! The first change is fired right when the server has said that it is listened to, again and again where the
//! server is ours: one that acknowledges before it listens loses some.

use tidegate_integration::{
    AskedClient, Documents, OfficialClient, Serving, TypescriptMode, asking_server, cutting_at,
    python_1_client, python_1_serving, python_2_client, python_2_serving, typescript_1_client,
    typescript_1_serving, typescript_2_client, typescript_2_serving,
};

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

const TIMES: usize = 50;

/// All that can be listened to.
const EVERYTHING: &[&str] = &["tools", "prompts", "resources", "tide://level"];

// === their clients, our server ===

fn hears_every_change(client: OfficialClient) {
    let server = asking_server();
    client.listens(&server, TIMES).hears(TIMES, EVERYTHING);
}

#[test]
fn the_first_typescript_client_hears_every_change() {
    hears_every_change(typescript_1_client());
}

#[test]
fn the_second_typescript_client_hears_every_change_in_the_legacy_era() {
    hears_every_change(typescript_2_client());
}

#[test]
fn the_second_typescript_client_hears_every_change_in_the_modern_era() {
    hears_every_change(typescript_2_client().modern());
}

#[test]
fn the_first_python_client_hears_every_change() {
    hears_every_change(python_1_client());
}

#[test]
fn the_second_python_client_hears_every_change_in_the_legacy_era() {
    hears_every_change(python_2_client());
}

#[test]
fn the_second_python_client_hears_every_change_in_the_modern_era() {
    hears_every_change(python_2_client().modern());
}

/// The connection breaks in the middle of a change: the stream is taken up, and the change comes again. In
/// the modern era their clients say that the subscription is lost, and leave it to their user to listen anew.
#[test]
fn a_change_that_was_cut_is_heard_in_the_legacy_era() {
    let server = asking_server();
    for client in [
        typescript_1_client(),
        typescript_2_client(),
        python_1_client(),
        python_2_client(),
    ] {
        let way = cutting_at("notifications/tools", &server);
        let heard = client.listens(&way, 1);
        assert_eq!(way.cuts(), 1);
        heard.hears(1, EVERYTHING);
    }
}

// === our client, their servers ===

async fn we_hear(server: &Serving, revision: &str, things: &[&str]) {
    let client = AskedClient::connect(server, revision).await;
    for _ in 0..3 {
        client.listens(things).await.hears(1, things);
    }
}

#[tokio::test]
async fn we_hear_the_first_typescript_server() {
    we_hear(&typescript_1_serving(), LEGACY, EVERYTHING).await;
}

#[tokio::test]
async fn we_hear_the_second_typescript_server_in_both_eras() {
    let server = typescript_2_serving(&Documents::many(1), TypescriptMode::Both);
    we_hear(&server, LEGACY, EVERYTHING).await;
    we_hear(&server, MODERN, EVERYTHING).await;
}

/// Lists alone: this SDK says `subscribe: false` whatever its server can do.
#[tokio::test]
async fn we_hear_the_first_python_server() {
    we_hear(&python_1_serving(), LEGACY, &EVERYTHING[..3]).await;
}

#[tokio::test]
async fn we_hear_the_second_python_server_in_both_eras() {
    let server = python_2_serving();
    we_hear(&server, LEGACY, EVERYTHING).await;
    we_hear(&server, MODERN, EVERYTHING).await;
}

/// The connection breaks in the middle of a change. In the legacy era the stream is taken up where it broke;
/// in the modern one it begins anew, and then all that is listened to counts as changed.
#[tokio::test]
async fn we_hear_of_a_change_that_was_cut() {
    let documents = Documents::many(1);
    let (first, second) = (
        typescript_1_serving(),
        typescript_2_serving(&documents, TypescriptMode::Both),
    );
    let (first_python, second_python) = (python_1_serving(), python_2_serving());
    for (server, revision) in [
        (&first, LEGACY),
        (&second, LEGACY),
        (&second, MODERN),
        (&first_python, LEGACY),
        (&second_python, LEGACY),
        (&second_python, MODERN),
    ] {
        let way = cutting_at("notifications/tools", server);
        let client = AskedClient::connect(&way, revision).await;
        let heard = client.listens(&["tools"]).await;
        assert_eq!(way.cuts(), 1);
        heard.hears(1, &["tools"]);
    }
}
