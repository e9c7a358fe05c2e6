//! Connecting, calling, and a stream that breaks on the way.

use serde_json::json;

use super::{Outcome, Task, close};

/// Connects; the handshake is what is judged.
pub(super) async fn initialize(task: &Task) -> Outcome {
    let client = task.connect().await?;
    close(&client).await;
    Ok(())
}

/// Lists the tools and calls one.
pub(super) async fn add(task: &Task) -> Outcome {
    let client = task.connect().await?;
    let tools = client.list_tools().await?;
    if !tools.iter().any(|tool| tool.name == "add_numbers") {
        return Err("the server does not list add_numbers".into());
    }
    let result = client
        .call_tool("add_numbers", json!({"a": 5, "b": 3}))
        .await?;
    eprintln!("add_numbers: {}", result.text());
    close(&client).await;
    Ok(())
}

/// Calls a tool whose stream the server closes before the answer.
pub(super) async fn resumed(task: &Task) -> Outcome {
    let client = task.connect().await?;
    let result = client.call_tool("test_reconnection", json!({})).await?;
    eprintln!("test_reconnection: {}", result.text());
    close(&client).await;
    Ok(())
}
