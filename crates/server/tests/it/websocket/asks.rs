//! Questions of tools, over frames.

use serde_json::{Map, Value, json};
use tidegate_handler::{
    Context, Failure,
    ask::{Elicit, Field, Form},
};
use tidegate_server::Server;
use tidegate_testkit::{Run, call};

use super::client::Client;
use crate::faults::tools::{server_with, text};

async fn greet(_: Map<String, Value>, cx: Context) -> Result<String, Failure> {
    let form = Form::new().required("name", Field::string());
    let answer = cx.ask("name", Elicit::form("Who are you?", form)).await?;
    let name = answer.text("name").unwrap_or("nobody");
    Ok(format!("Hello, {name}!"))
}

fn asking() -> Server {
    server_with("greet", greet)
}

fn ann() -> Value {
    json!({ "action": "accept", "content": { "name": "Ann" } })
}

#[tokio::test]
async fn a_legacy_tool_asks_and_goes_on() {
    let server = asking().run().await;
    let mut client = Client::open(&server).await;
    client
        .initialize("2025-11-25", json!({ "elicitation": {} }))
        .await;
    client.call(1, "greet", json!({})).await;
    let asked = client.message().await;
    assert_eq!(asked["method"], "elicitation/create");
    assert_eq!(asked["params"]["message"], "Who are you?");
    // Others are served meanwhile.
    client.still_works().await;
    let reply = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": ann() });
    client.text(reply.to_string()).await;
    let (_, answer) = client.answer(1).await;
    assert_eq!(text(&answer["result"]), "Hello, Ann!");
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn another_connection_cannot_answer() {
    let server = asking().run().await;
    let mut client = Client::open(&server).await;
    let mut mallory = Client::open(&server).await;
    for client in [&mut client, &mut mallory] {
        client
            .initialize("2025-11-25", json!({ "elicitation": {} }))
            .await;
    }
    client.call(1, "greet", json!({})).await;
    let asked = client.message().await;
    let reply = json!({
        "jsonrpc": "2.0", "id": asked["id"],
        "result": { "action": "accept", "content": { "name": "Mallory" } },
    });
    mallory.text(reply.to_string()).await;
    mallory.still_works().await;
    let reply = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": ann() });
    client.text(reply.to_string()).await;
    let (_, answer) = client.answer(1).await;
    assert_eq!(text(&answer["result"]), "Hello, Ann!");
    drop((client, mallory));
    server.stop().await;
}

#[tokio::test]
async fn a_modern_tool_asks_by_its_result() {
    let server = asking().run().await;
    let mut client = Client::open(&server).await;
    let greet = call("greet", json!({})).can(json!({ "elicitation": {} }));
    client.send(greet.clone()).await;
    let (_, asked) = client.answer(1).await;
    let asked = &asked["result"];
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let again = greet
        .id(2)
        .param("inputResponses", json!({ "name": ann() }))
        .param("requestState", asked["requestState"].clone());
    client.send(again).await;
    let (_, answer) = client.answer(2).await;
    assert_eq!(text(&answer["result"]), "Hello, Ann!");
    drop(client);
    server.stop().await;
}
