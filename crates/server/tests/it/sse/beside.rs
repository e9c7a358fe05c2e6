//! Old clients and new ones, on one server, at once.

use serde_json::{Map, Value, json};
use tidegate_handler::{Live, Router};
use tidegate_server::Server;
use tidegate_testkit::{Old, Run, Session, call, modern};

use super::tools::{nothing_left, old, open, radar, server};
use crate::faults::tools::{logged, server_with, stepping, text};

#[tokio::test]
async fn each_hears_its_own_call_while_the_other_runs() {
    let (step, permits) = stepping();
    let server = old(server_with("step", step)).run().await;
    let mut old_one = Old::open(&server, "2024-11-05", json!({})).await;
    let session = Session::open(&server, "2025-11-25").await;
    old_one.call(1, "step", json!({ "n": 2 })).await;
    let new_one = call("step", json!({ "n": 2 })).logs("info");
    let between = session.call("step", json!({ "n": 2 }));
    permits.add_permits(6);
    let (new_one, between) = tokio::join!(server.ask(new_one), session.ask(between));
    for answer in [new_one, between] {
        let (messages, _) = answer.rest().await;
        assert_eq!(logged(&messages), ["1", "2"]);
        assert_eq!(text(&messages[2]["result"]), "done");
    }
    let result = old_one.answer(1).await;
    assert_eq!(text(&result["result"]), "done");
    let said = [old_one.message().await, old_one.message().await];
    assert_eq!(logged(&said), ["1", "2"]);
    server.stop().await;
}

#[tokio::test]
async fn both_see_the_same_tools() {
    let server = server().run().await;
    let mut old_one = Old::open(&server, "2024-11-05", json!({})).await;
    old_one
        .send(&tidegate_testkit::lines::request(
            1,
            "tools/list",
            json!({}),
        ))
        .await;
    let names = |list: &Value| -> Vec<Value> {
        let tools = list["tools"].as_array().expect("tools").iter();
        tools.map(|tool| tool["name"].clone()).collect()
    };
    let seen = names(&old_one.answer(1).await["result"]);
    let list = server.ask(modern("tools/list", json!({}))).await;
    assert_eq!(seen, names(&list.result().await));
    assert_eq!(seen.len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn a_change_is_told_to_all() {
    let live = Live::new(Router::new("changing", "1.0.0"));
    let server = old(Server::from_handler(live.clone())).run().await;
    let mut old_one = Old::open(&server, "2024-11-05", json!({})).await;
    let filter = json!({ "notifications": { "toolsListChanged": true } });
    let mut listener = server.ask(modern("subscriptions/listen", filter)).await;
    listener.message().await.expect("an acknowledgement");
    let session = Session::open(&server, "2025-11-25").await;
    let mut standing = session.ask(session.get()).await;
    let here = radar(&server).await;
    assert_eq!(open(&here), 1);
    assert_eq!(here["under_way"]["standing_streams"], 3);

    live.change(|router| router.tool("new", async |_: Map<String, Value>| "ok"))
        .expect("changed");
    for told in [
        old_one.next().await,
        listener.message().await,
        standing.message().await,
    ] {
        let told = told.expect("a change");
        assert_eq!(told["method"], "notifications/tools/list_changed");
    }
    drop((old_one, listener, standing));
    nothing_left(&server).await;
    server.stop().await;
}
