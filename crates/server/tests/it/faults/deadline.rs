//! A call that takes too long is stopped, and its caller is told so in words a model can read.

use std::time::Duration;

use serde_json::json;
use tidegate_handler::{HandlerExt, Router, ToolSpec, layer::Timeout};
use tidegate_server::{Config, Server};
use tidegate_testkit::{Door, InMemory, Session, call};

use super::tools::{echo, say, telling, text, waiting};

const LIMIT: Duration = Duration::from_secs(5);

async fn is_stopped(door: &Door) {
    let session = Session::open(door, "2025-11-25").await;
    for request in [
        call("wait", json!({})).logs("info"),
        session.call("wait", json!({})),
    ] {
        let start = tokio::time::Instant::now();
        let result = door.ask(request).await.result().await;
        assert_eq!(result["isError"], true, "{result}");
        assert!(text(&result).contains("5s"), "{result}");
        assert_eq!(start.elapsed().as_secs(), LIMIT.as_secs());
    }
}

#[tokio::test(start_paused = true)]
async fn a_tool_has_its_own_deadline() {
    let (tell, mut heard) = telling();
    let spec = ToolSpec::new("wait").deadline(LIMIT);
    let door = tidegate_testkit::server()
        .tool(spec, waiting(tell))
        .in_memory();
    is_stopped(&door).await;
    let mut all = Vec::new();
    while let Ok(what) = heard.try_recv() {
        all.push(what);
    }
    assert_eq!(all, ["begun", "dropped", "begun", "dropped"]);
}

#[tokio::test(start_paused = true)]
async fn the_server_has_one_for_all() {
    let config = Config {
        call_deadline: LIMIT,
        ..Config::default()
    };
    let generous = ToolSpec::new("wait").deadline(LIMIT * 100);
    let server = tidegate_testkit::server().tool(generous, waiting(telling().0));
    is_stopped(&server.config(config).in_memory()).await;
}

#[tokio::test(start_paused = true)]
async fn a_layer_sets_one_for_all_tools_of_a_handler() {
    let router = Router::new("under test", "1.0.0").tool("wait", waiting(telling().0));
    let door = Server::from_handler(router.layer(Timeout::new(LIMIT))).in_memory();
    is_stopped(&door).await;
}

#[tokio::test(start_paused = true)]
async fn what_ends_in_time_is_not_stopped() {
    let spec = ToolSpec::new("echo").deadline(LIMIT);
    let door = tidegate_testkit::server().tool(spec, echo).in_memory();
    assert_eq!(
        text(&door.ask(call("echo", say("quick"))).await.result().await),
        "quick"
    );
}
