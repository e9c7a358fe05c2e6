//! What lies idle is forgotten; what works is not idle, however silent. (rmcp 3.9 cuts a silent
//! tool, tower-mcp 0.25 ends a session whose GET stream stands open.)

use std::time::Duration;

use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Run, Session};
use tokio::time::sleep;

use super::tools::{Nothing, server_with, text};

/// Longer than the idle limit, and than the table is looked through.
const LONG: Duration = Duration::from_secs(12);

async fn silent(_: Nothing) -> &'static str {
    sleep(LONG).await;
    "done"
}

/// The one test that waits: the table counts the seconds of the wall.
#[tokio::test]
async fn idle_state_is_dropped_but_never_under_a_running_call_or_an_open_stream() {
    let mut config = Config::default();
    config.sessions.idle = 1;
    let server = server_with("silent", silent).config(config).run().await;
    let with_state = || async {
        let session = Session::open(&server, "2025-11-25").await;
        let request = session.request("logging/setLevel", json!({ "level": "debug" }));
        assert_eq!(session.ask(request).await.status, 200);
        session
    };
    let ping = |session: &Session| session.request("ping", json!({})).id("ping");
    let (idle, calling, listening) = (with_state().await, with_state().await, with_state().await);

    let mut standing = listening.ask(listening.get()).await;
    assert!(standing.event().await.is_some());
    let call = calling.ask(calling.call("silent", json!({})));
    let sweep = async {
        sleep(LONG - Duration::from_secs(1)).await;
        // Whoever sets a level makes the server look through its table.
        with_state().await;
        assert_eq!(idle.ask(ping(&idle)).await.status, 404);
        assert_eq!(calling.ask(ping(&calling)).await.status, 200);
        assert_eq!(listening.ask(ping(&listening)).await.status, 200);
    };
    let (answer, ()) = tokio::join!(call, sweep);
    assert_eq!(text(&answer.result().await), "done");

    listening.ask(listening.delete()).await;
    assert_eq!(standing.message().await, None);
    assert!(standing.is_whole());
    server.stop().await;
}
