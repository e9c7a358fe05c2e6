//! The stream is cut after each of its frames, and while each message is on its way: whatever was
//! under way ends, and nothing is left of it.

use serde_json::{Value, json};
use tidegate_testkit::{
    Door, Old, Run, Running,
    lines::{notification, request},
};

use super::tools::{nothing_left, old};
use crate::asks::tools::asking;

/// A client that counts what it reads, and goes once it has read so much.
struct Cut {
    client: Old,
    left: usize,
}

/// The client has gone.
struct Gone;

fn server() -> tidegate_server::Server {
    old(asking()).tool("steps", super::tools::steps)
}

/// Everything that a connection can have under way: a session with a level, a question that waits,
/// calls that talk. Says whether all of it was played before the cut.
async fn play(door: &Door, cut: usize) -> bool {
    if cut == 0 {
        // Not even where to post was read.
        drop(door.ask(Old::get("/sse")).await);
        return false;
    }
    let client = Old::connect(door).await;
    let mut cut = Cut {
        client,
        left: cut - 1,
    };
    cut.script().await.is_ok()
}

// === impl Cut ===

impl Cut {
    async fn script(&mut self) -> Result<(), Gone> {
        let params = json!({
            "protocolVersion": "2025-06-18", "capabilities": { "elicitation": {} },
        });
        self.ask(0, "initialize", params).await?;
        self.say(&notification("notifications/initialized", json!({})))
            .await?;
        self.ask(1, "logging/setLevel", json!({ "level": "debug" }))
            .await?;
        self.ask(2, "tools/list", json!({})).await?;
        self.say(&call(3, "greet")).await?;
        let asked = self.read().await?;
        self.ask_of(&call(4, "steps")).await?;
        let is = json!({ "action": "accept", "content": { "name": "Ann" } });
        self.say(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": is }))
            .await?;
        self.answer(&json!(3)).await
    }

    async fn ask(&mut self, id: u64, method: &str, params: Value) -> Result<(), Gone> {
        self.ask_of(&request(id, method, params)).await
    }

    async fn ask_of(&mut self, message: &Value) -> Result<(), Gone> {
        self.say(message).await?;
        self.answer(&message["id"]).await
    }

    /// Posts, and says that it is gone if the stream ends with the message on its way.
    async fn say(&mut self, message: &Value) -> Result<(), Gone> {
        if self.left == 0 {
            // It writes, and does not wait to hear that it was taken.
            let posting = self.client.posting(message).bytes();
            let mut connection = self.client.door().connect().await;
            connection.write(&posting).await.expect("the server reads");
            return Err(Gone);
        }
        self.client.send(message).await;
        Ok(())
    }

    async fn answer(&mut self, id: &Value) -> Result<(), Gone> {
        loop {
            let message = self.read().await?;
            if message["id"] == *id && message.get("method").is_none() {
                assert!(message.get("result").is_some(), "{message}");
                return Ok(());
            }
        }
    }

    async fn read(&mut self) -> Result<Value, Gone> {
        if self.left == 0 {
            return Err(Gone);
        }
        self.left -= 1;
        Ok(self.client.message().await)
    }
}

fn call(id: u64, tool: &str) -> Value {
    let params = json!({ "name": tool, "arguments": {}, "_meta": { "progressToken": "t" } });
    request(id, "tools/call", params)
}

#[tokio::test]
async fn a_cut_after_any_frame_leaves_nothing() {
    let server = server().run().await;
    let mut cut = 0;
    while !play(&server, cut).await {
        nothing_left(&server).await;
        cut += 1;
    }
    // The endpoint, five answers, the question, and what the steps say.
    assert_eq!(cut, 13);
    nothing_left(&server).await;
    still_serves(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn many_cuts_at_once_leave_nothing() {
    let server = server().run().await;
    let mut all = tokio::task::JoinSet::new();
    for round in 0..130 {
        let door = Door::clone(&server);
        all.spawn(async move { play(&door, round % 13).await });
    }
    while let Some(played) = all.join_next().await {
        assert!(!played.expect("no panic"), "each was cut");
    }
    nothing_left(&server).await;
    still_serves(&server).await;
    server.stop().await;
}

async fn still_serves(server: &Running) {
    assert!(play(server, 100).await);
}
