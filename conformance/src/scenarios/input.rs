//! What servers ask of clients, and what clients say they can be asked.

use serde_json::{Map, Value, json};
use tidegate::client::{
    Builder, Failure,
    ask::{Elicit, ElicitAnswer, Root, Sample, Sampled},
};

use super::{Outcome, Task, close};

/// Answers a form with its defaults.
pub(super) async fn defaults(task: &Task) -> Outcome {
    let client = task
        .builder()
        .on_elicitation(|form| async move { Ok(ElicitAnswer::accept(form.defaults())) })
        .connect()
        .await?;
    let result = client
        .call_tool("test_client_elicitation_defaults", json!({}))
        .await?;
    eprintln!("test_client_elicitation_defaults: {}", result.text());
    close(&client).await;
    Ok(())
}

/// Makes requests that say all a client can be asked for.
pub(super) async fn declared(task: &Task) -> Outcome {
    let client = everything(task.builder()).connect().await?;
    client.list_tools().await?;
    Ok(())
}

/// Makes calls that take several rounds, and calls between them that do not.
pub(super) async fn rounds(task: &Task) -> Outcome {
    let client = everything(task.builder()).connect().await?;
    client.list_tools().await?;
    for tool in [
        "test_mrtr_echo_state",
        "test_mrtr_unrelated",
        "test_mrtr_no_state",
        "test_mrtr_no_result_type",
    ] {
        let result = client.call_tool(tool, json!({})).await?;
        eprintln!("{tool}: {}", result.text());
    }
    Ok(())
}

fn everything(builder: Builder) -> Builder {
    builder
        .on_elicitation(confirm)
        .on_elicitation_url(|_| async { Ok(ElicitAnswer::decline()) })
        .on_sampling(say)
        .roots([Root::new("file:///conformance")])
}

/// Fills every field: with its default, or else with yes or something of its type.
async fn confirm(form: Elicit) -> Result<ElicitAnswer, Failure> {
    let mut content = form.defaults();
    let Elicit::Form { schema, .. } = &form else {
        return Ok(ElicitAnswer::decline());
    };
    let fields = schema.get("properties").and_then(Value::as_object);
    for (name, field) in fields.into_iter().flatten() {
        content
            .entry(name)
            .or_insert_with(|| match field["type"].as_str() {
                Some("boolean") => Value::Bool(true),
                Some("number" | "integer") => Value::from(1),
                _ => Value::from("conformance"),
            });
    }
    let content: Map<String, Value> = content;
    Ok(ElicitAnswer::accept(content))
}

async fn say(asked: Sample) -> Result<Sampled, Failure> {
    let words = format!("{} messages were read", asked.messages.len());
    Ok(Sampled::new("conformance", words))
}
