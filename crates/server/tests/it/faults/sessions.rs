//! Sessions cost nothing until they have state, and their number is bounded then. (Two thousand
//! strangers that say `initialize` leave rmcp 3.9 with 100 MB and 6 000 tasks.)

use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{
    Connection, Door, Run, Session, in_a_process_of_its_own, resident_bytes, server,
};

use super::tools::{echo, say, text};

/// Opens `many` sessions over one connection and forgets them.
async fn strangers(door: &Door, many: usize) {
    let mut connection: Connection = door.connect().await;
    for _ in 0..many {
        let answer = connection.send(Session::initialize("2025-11-25")).await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("mcp-session-id").is_some());
        connection = answer.rest().await.1;
    }
}

#[test]
fn two_thousand_strangers_leave_nothing() {
    in_a_process_of_its_own(
        "faults::sessions::two_thousand_strangers_leave_nothing",
        || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(async {
                let server = server().tool("echo", echo).run().await;
                strangers(&server, 200).await;
                let before = resident_bytes();
                strangers(&server, 2_000).await;
                let grown = resident_bytes().saturating_sub(before);
                assert!(grown < 1_000_000, "{grown} bytes, {} each", grown / 2_000);

                let session = Session::open(&server, "2025-11-25").await;
                let result = session
                    .ask(session.call("echo", say("room")))
                    .await
                    .result()
                    .await;
                assert_eq!(text(&result), "room");
                server.stop().await;
            });
        },
    );
}

#[tokio::test]
async fn a_request_without_a_session_opens_none() {
    let server = server().tool("echo", echo).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    let stray = session
        .request("tools/list", json!({}))
        .without("mcp-session-id");
    let answer = server.ask(stray).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("mcp-session-id"), None);
    assert_eq!(answer.error().await, -32600);
    server.stop().await;
}

#[tokio::test]
async fn sessions_with_state_are_counted_and_those_without_never_refused() {
    let mut config = Config::default();
    config.sessions.states = 2;
    let server = server().tool("echo", echo).config(config).run().await;
    let set_level =
        |session: &Session| session.request("logging/setLevel", json!({ "level": "debug" }));
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(Session::open(&server, "2025-11-25").await);
    }
    for session in &open[..2] {
        assert_eq!(
            session.ask(set_level(session)).await.result().await,
            json!({})
        );
    }
    let full = open[2].ask(set_level(&open[2])).await;
    assert_eq!((full.status, full.header("retry-after")), (503, Some("10")));
    // One that has its place keeps it; one that has none works without.
    assert_eq!(open[0].ask(set_level(&open[0])).await.status, 200);
    let result = open[2]
        .ask(open[2].call("echo", say("works")))
        .await
        .result()
        .await;
    assert_eq!(text(&result), "works");

    assert_eq!(open[0].ask(open[0].delete()).await.status, 204);
    assert_eq!(
        open[2].ask(set_level(&open[2])).await.status,
        200,
        "there is room again"
    );
    server.stop().await;
}

/// Bridges carry clients of 2024-11-05 here, which hang up on any other revision.
#[tokio::test]
async fn the_oldest_revision_is_spoken_over_http_too() {
    let server = server().tool("echo", echo).run().await;
    let session = Session::open(&server, "2024-11-05").await;
    let said = session.call("echo", json!({ "message": "ahoy" }));
    assert_eq!(text(&session.ask(said).await.result().await), "ahoy");
}
