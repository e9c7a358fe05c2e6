//! What the headers of modern requests repeat.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, Task};

/// The calls that a scenario wants made.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    tool_calls: Vec<WantedCall>,
}

#[derive(Deserialize)]
struct WantedCall {
    name: String,
    arguments: Value,
}

/// Uses everything the server lists.
pub(super) async fn standard(task: &Task) -> Outcome {
    let client = task.connect().await?;
    for tool in client.list_tools().await? {
        client.call_tool(&tool.name, json!({})).await?;
    }
    for resource in client.list_resources().await? {
        client.read(&resource.uri).await?;
    }
    for prompt in client.list_prompts().await? {
        client.get_prompt(&prompt.name, Value::Null).await?;
    }
    Ok(())
}

/// Makes the calls it is given, which the tools' schemas want mirrored in headers.
pub(super) async fn custom(task: &Task) -> Outcome {
    let wanted: Wanted = serde_json::from_value(task.context.clone())?;
    let client = task.connect().await?;
    client.list_tools().await?;
    for call in wanted.tool_calls {
        client.call_tool(&call.name, call.arguments).await?;
    }
    Ok(())
}

/// Calls every tool that is left when those are dropped whose headers no client can send.
pub(super) async fn invalid(task: &Task) -> Outcome {
    let client = task.connect().await?;
    for tool in client.list_tools().await? {
        let result = client.call_tool(&tool.name, json!({})).await?;
        eprintln!("{}: {}", tool.name, result.text());
    }
    Ok(())
}
