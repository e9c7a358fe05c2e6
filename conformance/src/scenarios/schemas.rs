//! Schemas: kept as they are written, and never fetched.

use serde_json::json;

use super::{Outcome, Task, close};

/// Lists a tool whose schema points somewhere else, where nobody goes.
pub(super) async fn listed(task: &Task) -> Outcome {
    let client = task.connect().await?;
    let tools = client.list_tools().await?;
    eprintln!("{} tools", tools.len());
    close(&client).await;
    Ok(())
}

/// Gives a schema back as it was listed.
pub(super) async fn echoed(task: &Task) -> Outcome {
    let client = task.connect().await?;
    let tools = client.list_tools().await?;
    let tool = tools
        .into_iter()
        .find(|tool| tool.name == "json_schema_2020_12_tool")
        .ok_or("the server does not list json_schema_2020_12_tool")?;
    client
        .call_tool("json_schema_echo", json!({"schema": tool.input_schema}))
        .await?;
    close(&client).await;
    Ok(())
}
