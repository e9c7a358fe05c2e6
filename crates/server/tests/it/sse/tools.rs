//! Servers that old clients meet, and what is left when they have gone.

use serde_json::{Value, json};
use tidegate_handler::Handler;
use tidegate_server::{Config, Fronts, Server};
use tidegate_testkit::{Door, PATIENCE, Request};
use tokio::time::{sleep, timeout};

use crate::faults::tools::{Nothing, echo};

/// The fronts that these tests are about.
fn fronts() -> Fronts {
    Fronts {
        http_sse: true,
        monitor: true,
        ..Fronts::default()
    }
}

/// The server, with its old front.
pub(super) fn old<H: Handler>(server: Server<H>) -> Server<H> {
    server.fronts(fronts())
}

/// Settings that turn the old front on.
pub(super) fn config() -> Config {
    Config {
        fronts: fronts(),
        ..Config::default()
    }
}

/// A server with `echo` and `steps`.
pub(super) fn server() -> Server {
    old(tidegate_testkit::server()
        .tool("echo", echo)
        .tool("steps", steps))
}

/// Tells its progress and its thoughts, three times.
pub(super) async fn steps(_: Nothing, cx: tidegate_handler::Context) -> &'static str {
    for step in 1..=3 {
        cx.progress(step, 3.0).await;
        cx.info(step).await;
        tokio::task::yield_now().await;
    }
    "done"
}

/// Who is here.
pub(super) async fn radar(door: &Door) -> Value {
    let answer = door.ask(Request::new("GET").at("/streams")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.response().await
}

/// How many connections of HTTP+SSE stand open.
pub(super) fn open(radar: &Value) -> &Value {
    let connections = radar["connections"].as_array().expect("a list");
    let old = connections.iter().find(|one| one["front"] == "http+sse");
    &old.expect("it is always told")["open"]
}

/// Waits until nothing is left of anybody: no connection, and nothing under way.
pub(super) async fn nothing_left(door: &Door) {
    let nothing = json!({
        "calls": 0, "questions": 0, "tasks": 0,
        "standing_streams": 0, "resumed_streams": 0, "sessions_with_state": 0,
    });
    let mut last = Value::Null;
    let gone = async {
        loop {
            last = radar(door).await;
            if open(&last) == 0 && last["under_way"] == nothing {
                return;
            }
            sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    assert!(timeout(PATIENCE, gone).await.is_ok(), "left: {last}");
}
