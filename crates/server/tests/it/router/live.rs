//! A router that changes while it serves.

use serde_json::{Map, Value, json};
use tidegate_handler::Live;
use tidegate_handler::{Failure, Router};
use tidegate_server::Server;
use tidegate_testkit::{Door, InMemory, Session, call, modern};

type Any = Map<String, Value>;

async fn tools(door: &Door) -> Vec<String> {
    let list = door
        .ask(modern("tools/list", json!({})))
        .await
        .result()
        .await;
    let tools = list["tools"].as_array().expect("tools").iter();
    tools
        .map(|tool| tool["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn tools_come_and_go_and_sessions_hear_of_it() {
    let live = Live::new(Router::new("changing", "1.0.0"));
    let door = Server::from_handler(live.clone()).in_memory();
    assert_eq!(tools(&door).await, [""; 0]);
    let session = Session::open(&door, "2025-11-25").await;
    let mut standing = session.ask(session.get()).await;

    live.change(|router| router.tool("echo", async |_: Any| "echo"))
        .expect("changed");
    let told = standing.message().await.expect("a change");
    assert_eq!(told["method"], "notifications/tools/list_changed");
    assert_eq!(tools(&door).await, ["echo"]);
    let answer = session
        .ask(session.call("echo", json!({})))
        .await
        .result()
        .await;
    assert_eq!(answer["content"][0]["text"], "echo");

    live.change(|router| router.without_tool("echo"))
        .expect("changed");
    let told = standing.message().await.expect("a change");
    assert_eq!(told["method"], "notifications/tools/list_changed");
    assert_eq!(
        door.ask(call("echo", json!({}))).await.error().await,
        -32602
    );
}

#[tokio::test]
async fn a_tool_adds_tools() {
    let live = Live::new(Router::new("growing", "1.0.0"));
    let handle = live.handle();
    let learn = move |args: Any| {
        let handle = handle.clone();
        async move {
            let name = args["name"].as_str().unwrap_or_default().to_owned();
            handle.change(|router| router.tool(name, async |_: Any| "learnt"))?;
            Ok::<_, Failure>("more tools")
        }
    };
    live.change(|router| router.tool("learn", learn))
        .expect("changed");
    let door = Server::from_handler(live).in_memory();
    let taught = door
        .ask(call("learn", json!({"name": "fly"})))
        .await
        .result()
        .await;
    assert_eq!(taught["content"][0]["text"], "more tools");
    assert_eq!(tools(&door).await, ["learn", "fly"]);
    let refused = door
        .ask(call("learn", json!({"name": "fly"})))
        .await
        .result()
        .await;
    assert_eq!(refused["isError"], true);
    let why = refused["content"][0]["text"].as_str().expect("words");
    assert!(why.contains("there twice"), "{why}");
}

#[tokio::test]
async fn a_cursor_of_the_list_before_is_refused() {
    let live = Live::new(Router::new("pages", "1.0.0").page_size(1));
    for name in ["a", "b"] {
        live.change(|router| router.tool(name, async |_: Any| ""))
            .expect("changed");
    }
    let door = Server::from_handler(live.clone()).in_memory();
    let first = door
        .ask(modern("tools/list", json!({})))
        .await
        .result()
        .await;
    let next = json!({"cursor": first["nextCursor"]});
    live.change(|router| router.without_tool("a"))
        .expect("changed");
    assert_eq!(
        door.ask(modern("tools/list", next)).await.error().await,
        -32602
    );
}
