//! `/streams`: who is here, and who was.

use serde_json::{Value, json};
use tidegate_testkit::{Old, Request, Run, Session, modern};

use super::tools::{config, nothing_left, old, open, radar, server};
use crate::{
    asks::tools::asking,
    faults::tools::{server_with, telling, waiting},
};

/// What is told of a client, but for when.
fn told<'a>(radar: &'a Value, front: &str, revision: &str) -> Vec<(&'a str, u64)> {
    let clients = radar["clients"].as_array().expect("a list").iter();
    let those = clients.filter(|one| one["front"] == front && one["revision"] == revision);
    those
        .map(|one| {
            let count = one["count"].as_u64().expect("a count");
            (one["client"].as_str().expect("a name"), count)
        })
        .collect()
}

#[tokio::test]
async fn clients_are_counted_by_front_revision_and_name() {
    let server = server().run().await;
    let empty = radar(&server).await;
    assert_eq!(empty["clients"], json!([]));
    assert_eq!(
        empty["connections"],
        json!([{ "front": "http+sse", "open": 0 }, { "front": "websocket", "open": 0 }])
    );

    let one = Old::open(&server, "2024-11-05", json!({})).await;
    let _two = Old::open(&server, "2024-11-05", json!({})).await;
    let _three = Old::open(&server, "2025-06-18", json!({})).await;
    let _nobody = Old::connect(&server).await;
    Session::open(&server, "2025-11-25").await;
    let mut discover = modern("server/discover", json!({}));
    discover = discover.param(
        "_meta",
        json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": { "name": "new", "version": "9" },
        }),
    );
    server.ask(discover).await.result().await;

    let here = radar(&server).await;
    assert_eq!(open(&here), 4);
    assert_eq!(told(&here, "http+sse", "2024-11-05"), [("old 1", 2)]);
    assert_eq!(told(&here, "http+sse", "2025-06-18"), [("old 1", 1)]);
    let endpoint = "streamable-http";
    assert_eq!(told(&here, endpoint, "2025-11-25"), [("testkit 1.0.0", 1)]);
    assert_eq!(told(&here, endpoint, "2026-07-28"), [("new 9", 1)]);
    assert_eq!(here["clients"].as_array().expect("a list").len(), 4);
    for client in here["clients"].as_array().expect("a list") {
        let last = client["last_seen"].as_str().expect("a time");
        let (date, time) = last.split_once('T').expect("RFC 3339");
        assert_eq!((date.len(), time.len()), (10, 9), "{last}");
        assert!(date.starts_with("20") && time.ends_with('Z'), "{last}");
    }

    drop(one);
    let left = async {
        while open(&radar(&server).await) != 3 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tidegate_testkit::soon("one to leave", left).await;
    // Who was seen stays seen.
    let here = radar(&server).await;
    assert_eq!(told(&here, "http+sse", "2024-11-05"), [("old 1", 2)]);
    server.stop().await;
}

#[tokio::test]
async fn what_is_under_way_is_counted() {
    let (tell, mut heard) = telling();
    let server = old(server_with("wait", waiting(tell))).run().await;
    let client = Old::open(&server, "2024-11-05", json!({})).await;
    client.call(1, "wait", json!({})).await;
    assert_eq!(heard.recv().await, Some("begun"));
    let level = json!({ "level": "debug" });
    let level = tidegate_testkit::lines::request(2, "logging/setLevel", level);
    client.send(&level).await;
    assert_eq!(
        radar(&server).await["under_way"],
        json!({
            "calls": 1, "questions": 0, "tasks": 0,
            "standing_streams": 1, "resumed_streams": 0, "sessions_with_state": 1,
        })
    );
    drop(client);
    nothing_left(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn questions_that_wait_are_counted() {
    let server = old(asking()).run().await;
    let mut client = Old::open(&server, "2025-06-18", json!({ "elicitation": {} })).await;
    client.call(1, "greet", json!({})).await;
    client.message().await;
    assert_eq!(radar(&server).await["under_way"]["questions"], 1);
    drop(client);
    nothing_left(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn names_are_cut_and_lose_what_is_no_letter() {
    let server = server().run().await;
    let client = Old::connect(&server).await;
    let params = json!({
        "protocolVersion": "2024-11-05", "capabilities": {},
        "clientInfo": { "name": format!("a\u{1b}[31m\n{}", "b".repeat(10_000)), "version": "1" },
    });
    client
        .send(&tidegate_testkit::lines::request(0, "initialize", params))
        .await;
    let here = radar(&server).await;
    let name = here["clients"][0]["client"].as_str().expect("a name");
    assert!(name.starts_with("a[31mbbb") && name.len() == 64, "{name:?}");
    server.stop().await;
}

#[tokio::test]
async fn it_is_kept_by_nobody_and_off_until_it_is_wanted() {
    let server = server().run().await;
    let answer = server.ask(Request::new("GET").at("/streams")).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    server.stop().await;

    let mut config = config();
    config.fronts.monitor = false;
    let server = tidegate_testkit::server().config(config).run().await;
    assert_eq!(server.ask(Old::get("/streams")).await.status, 404);
    server.stop().await;
}
