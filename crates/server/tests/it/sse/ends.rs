//! How connections end: the client goes, or the server stops.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tidegate_handler::{BlockingContext, Context};
use tidegate_server::Config;
use tidegate_testkit::{Door, Old, Run, lines::request, soon};
use tokio::sync::Semaphore;

use super::tools::{config, nothing_left, old, server};
use crate::{
    asks::tools::asking,
    faults::tools::{Never, Nothing, Tell, logged, server_with, telling, text, waiting},
};

/// A tool that says "waiting" and goes on when the test says so.
fn held(
    tell: Tell,
) -> (
    impl Fn(Nothing, Context) -> Never + Send + Sync + 'static,
    Arc<Semaphore>,
) {
    let permits = Arc::new(Semaphore::new(0));
    let go_on = Arc::clone(&permits);
    let tool = move |_: Nothing, cx: Context| {
        let (tell, go_on) = (tell.clone(), Arc::clone(&go_on));
        Box::pin(async move {
            let guard = tell.begun();
            cx.info("waiting").await;
            go_on.acquire().await.expect("it is never closed").forget();
            cx.info("going on").await;
            guard.end();
            "done"
        }) as Never
    };
    (tool, permits)
}

#[tokio::test]
async fn a_client_that_goes_takes_its_calls_with_it_and_no_others() {
    let (tell, mut heard) = telling();
    let server = old(server_with("wait", waiting(tell))).run().await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    let mut other = Old::open(&server, "2025-11-25", json!({})).await;
    for id in 0..3 {
        client.call(id, "wait", json!({})).await;
        assert_eq!(heard.recv().await, Some("begun"));
        assert_eq!(logged(&[client.message().await]), ["waiting"]);
    }
    other.call(0, "wait", json!({})).await;
    assert_eq!(heard.recv().await, Some("begun"));
    drop(client);
    for _ in 0..3 {
        assert_eq!(soon("the call's end", heard.recv()).await, Some("dropped"));
    }
    other.message().await;
    other.send(&request(1, "ping", json!({}))).await;
    assert_eq!(other.message().await["id"], 1);
    heard.try_recv().expect_err("the other call goes on");
    drop(other);
    assert_eq!(soon("the call's end", heard.recv()).await, Some("dropped"));
    nothing_left(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_tool_that_blocks_learns_that_its_client_is_gone() {
    let (tell, mut heard) = telling();
    let search = move |_: Nothing, cx: BlockingContext| {
        tell.say("begun");
        while !cx.is_cancelled() {
            std::thread::sleep(Duration::from_millis(1));
        }
        tell.say("noticed");
        "never"
    };
    let server = old(tidegate_testkit::server().blocking_tool("search", search));
    let server = server.run().await;
    let client = Old::open(&server, "2024-11-05", json!({})).await;
    client.call(1, "search", json!({})).await;
    assert_eq!(heard.recv().await, Some("begun"));
    drop(client);
    assert_eq!(soon("the tool", heard.recv()).await, Some("noticed"));
    nothing_left(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_lets_calls_end_and_then_the_stream() {
    let (tell, mut heard) = telling();
    let (tool, permits) = held(tell);
    let mut server = old(server_with("held", tool)).run().await;
    let mut busy = Old::open(&server, "2024-11-05", json!({})).await;
    let idle = Old::open(&server, "2024-11-05", json!({})).await;
    let fresh = Old::connect(&server).await;
    busy.call(1, "held", json!({})).await;
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(logged(&[busy.message().await]), ["waiting"]);
    server.begin_to_stop();
    for stream in [idle, fresh] {
        let none: [serde_json::Value; 0] = [];
        assert_eq!(stream.rest().await, none, "a proper end");
    }
    heard.try_recv().expect_err("the call goes on");
    permits.add_permits(1);
    let rest = busy.rest().await;
    assert_eq!(logged(&rest), ["going on"]);
    assert_eq!(text(&rest[1]["result"]), "done");
    assert_eq!(heard.recv().await, Some("ended"));
    server.stop().await;
}

#[tokio::test]
async fn calls_that_do_not_end_are_not_waited_for_for_ever() {
    let (tell, mut heard) = telling();
    let config = Config {
        drain: Duration::from_millis(50),
        ..config()
    };
    let server = server_with("wait", waiting(tell))
        .config(config)
        .run()
        .await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    client.call(1, "wait", json!({})).await;
    assert_eq!(heard.recv().await, Some("begun"));
    server.stop().await;
    assert_eq!(soon("the call's end", heard.recv()).await, Some("dropped"));
    assert_eq!(logged(&[client.message().await]), ["waiting"]);
    assert_eq!(client.next().await, None);
}

#[tokio::test]
async fn while_it_stops_questions_are_answered_and_nothing_begins() {
    // Inside another program, which goes on to take requests.
    let service = old(asking()).routes();
    let door = Door::Memory(service.clone());
    let mut client = Old::open(&door, "2025-06-18", json!({ "elicitation": {} })).await;
    client.call(1, "greet", json!({})).await;
    let asked = client.message().await;
    assert_eq!(asked["method"], "elicitation/create");
    service.stop();
    let late = client
        .post(client.posting(&request(2, "ping", json!({}))))
        .await;
    assert_eq!(late.status, 503);
    assert_eq!(late.header("retry-after"), Some("5"));
    assert_eq!(door.ask(Old::get("/sse")).await.status, 503);
    let is = json!({ "action": "accept", "content": { "name": "Ann" } });
    client
        .send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": is }))
        .await;
    let rest = client.rest().await;
    assert_eq!(text(&rest[0]["result"]), "Hello, Ann!");
    nothing_left(&door).await;
}

#[tokio::test]
async fn half_a_message_is_none() {
    let server = server().run().await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    let whole = client.posting(&request("gone", "ping", json!({}))).bytes();
    let mut half = server.connect().await;
    half.write(&whole[..whole.len() - 1])
        .await
        .expect("written");
    drop(half);
    client.send(&request(1, "ping", json!({}))).await;
    assert_eq!(client.message().await["id"], 1);
    server.stop().await;
}
