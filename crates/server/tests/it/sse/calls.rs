//! What happens inside a connection: calls and what they say, questions, changes, cancelling.

use serde_json::{Map, Value, json};
use tidegate_handler::{Context, Failure, Live, ResourceRequest, ResourceSpec, Router};
use tidegate_server::Server;
use tidegate_testkit::{
    Old, Run,
    lines::{notification, request},
};

use super::tools::{nothing_left, old, server};
use crate::{
    asks::tools::asking,
    faults::tools::{logged, say, server_with, stepping, telling, text, waiting},
};

#[tokio::test]
async fn a_call_says_its_progress_and_its_logs_before_its_result() {
    let server = server().run().await;
    for revision in ["2024-11-05", "2025-11-25"] {
        let mut client = Old::open(&server, revision, json!({})).await;
        client.call(7, "steps", json!({})).await;
        let result = client.answer(7).await;
        assert_eq!(text(&result["result"]), "done");
        let mut said = Vec::new();
        for _ in 0..6 {
            said.push(client.message().await);
        }
        assert_eq!(logged(&said), ["1", "2", "3"]);
        let progress: Vec<_> = said
            .iter()
            .filter(|one| one["method"] == "notifications/progress")
            .map(|one| (&one["params"]["progressToken"], &one["params"]["progress"]))
            .collect();
        let token = json!("t");
        assert_eq!(
            progress,
            [
                (&token, &json!(1)),
                (&token, &json!(2)),
                (&token, &json!(3))
            ]
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn a_call_is_heard_while_it_runs_and_others_beside_it() {
    let (step, permits) = stepping();
    let server = old(server_with("step", step)).run().await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    client.call(1, "step", json!({ "n": 2 })).await;
    for number in ["1", "2"] {
        client.call(2, "echo", say("beside it")).await;
        assert_eq!(text(&client.answer(2).await["result"]), "beside it");
        permits.add_permits(1);
        let said = client.message().await;
        assert_eq!(logged(&[said]), [number]);
    }
    assert_eq!(text(&client.answer(1).await["result"]), "done");
    server.stop().await;
}

#[tokio::test]
async fn a_client_is_asked_on_the_stream_and_answers_by_post() {
    let server = old(asking()).run().await;
    for revision in ["2025-06-18", "2025-11-25"] {
        let mut client = Old::open(&server, revision, json!({ "elicitation": {} })).await;
        let mut other = Old::open(&server, revision, json!({ "elicitation": {} })).await;
        client.call(1, "greet", json!({})).await;
        let asked = client.message().await;
        assert_eq!(asked["method"], "elicitation/create");
        let is = |name: &str| {
            let content = json!({ "action": "accept", "content": { "name": name } });
            json!({ "jsonrpc": "2.0", "id": asked["id"], "result": content })
        };
        // Whoever is on another connection answers in vain.
        other.send(&is("Mallory")).await;
        client.send(&is("Ann")).await;
        assert_eq!(text(&client.answer(1).await["result"]), "Hello, Ann!");
        other.send(&request(1, "ping", json!({}))).await;
        assert_eq!(other.message().await["id"], 1, "it heard nothing of it");
    }
    nothing_left(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn changes_are_told_to_those_who_shook_hands_and_subscribed() {
    async fn text(_: ResourceRequest, _: Context) -> Result<String, Failure> {
        Ok("calm".to_owned())
    }
    let live = Live::new(Router::new("changing", "1.0.0"));
    let resource = |uri| ResourceSpec::new(uri, uri);
    live.change(|router| {
        router
            .resource(resource("sea://a"), text)
            .resource(resource("sea://b"), text)
    })
    .expect("changed");
    let server = old(Server::from_handler(live.clone())).run().await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    let mut silent = Old::connect(&server).await;
    let watch = json!({ "uri": "sea://a" });
    client
        .send(&request(1, "resources/subscribe", watch.clone()))
        .await;
    assert_eq!(client.answer(1).await["result"], json!({}));

    live.resource_changed("sea://b");
    live.resource_changed("sea://a");
    let told = client.message().await;
    assert_eq!(told["method"], "notifications/resources/updated");
    assert_eq!(told["params"]["uri"], "sea://a");

    live.change(|router| router.tool("new", async |_: Map<String, Value>| "ok"))
        .expect("changed");
    let told = client.message().await;
    assert_eq!(told["method"], "notifications/tools/list_changed");

    client
        .send(&request(2, "resources/unsubscribe", watch))
        .await;
    client.answer(2).await;
    live.resource_changed("sea://a");
    client.send(&request(3, "ping", json!({}))).await;
    assert_eq!(client.message().await["id"], 3, "nothing between");
    silent.send(&request(4, "ping", json!({}))).await;
    assert_eq!(silent.message().await["id"], 4);
    drop((client, silent));
    nothing_left(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_cancelled_call_is_dropped_and_not_answered() {
    let (tell, mut heard) = telling();
    let server = old(server_with("wait", waiting(tell))).run().await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    let mut other = Old::open(&server, "2024-11-05", json!({})).await;
    client.call("w", "wait", json!({})).await;
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(logged(&[client.message().await]), ["waiting"]);
    let cancel = notification("notifications/cancelled", json!({ "requestId": "w" }));
    // An id is its own connection's.
    other.send(&cancel).await;
    other.send(&request(1, "ping", json!({}))).await;
    other.answer(1).await;
    heard.try_recv().expect_err("it goes on");
    client.send(&cancel).await;
    assert_eq!(heard.recv().await, Some("dropped"));
    client.send(&request(1, "ping", json!({}))).await;
    assert_eq!(client.message().await["id"], 1, "no answer to the call");
    server.stop().await;
}

#[tokio::test]
async fn an_id_under_way_is_not_begun_twice() {
    let (tell, mut heard) = telling();
    let server = old(server_with("wait", waiting(tell))).run().await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    client.call(1, "wait", json!({})).await;
    assert_eq!(heard.recv().await, Some("begun"));
    client.call(1, "wait", json!({})).await;
    let refused = client.answer(1).await;
    assert_eq!(refused["error"]["code"], -32600, "{refused}");
    drop(client);
    nothing_left(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn messages_are_taken_in_the_order_in_which_they_came() {
    const MANY: u64 = 200;
    let server = server().run().await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    // One connection for all of them, each written before the one before was answered.
    let mut connection = server.connect().await;
    let posts = (0..MANY).flat_map(|id| {
        client
            .posting(&request(
                id,
                "tools/call",
                json!({ "name": "echo", "arguments": say("x") }),
            ))
            .bytes()
    });
    let posts: Vec<u8> = posts.collect();
    connection.write(&posts).await.expect("the server reads");
    for id in 0..MANY {
        let answer = connection.answer().await;
        assert_eq!(answer.status, 202);
        connection = answer.rest().await.1;
        assert_eq!(client.message().await["id"], id);
    }
    server.stop().await;
}

#[tokio::test]
async fn arrays_are_read_where_the_revision_has_them() {
    let server = server().run().await;
    let batch = json!([request(1, "ping", json!({})), request(2, "ping", json!({}))]);
    let mut client = Old::open(&server, "2025-03-26", json!({})).await;
    client.send(&batch).await;
    for id in [1, 2] {
        assert_eq!(client.answer(id).await["result"], json!({}));
    }
    for revision in ["2024-11-05", "2025-11-25"] {
        let mut client = Old::open(&server, revision, json!({})).await;
        client.send(&batch).await;
        assert_eq!(client.message().await["error"]["code"], -32600);
    }
    server.stop().await;
}
