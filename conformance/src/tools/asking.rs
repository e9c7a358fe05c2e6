//! Tools that ask their client while they run, in the words of the legacy era's scenarios.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tidegate::ask::{Elicit, ElicitAnswer, Field, Form, Sample};
use tidegate::{Context, Failure, Router};

use super::{Nothing, described};

/// How long the model's answer may be.
const MAX_TOKENS: u32 = 100;

/// Asks the client's model.
#[derive(Deserialize, JsonSchema)]
struct Prompt {
    /// What the model is asked.
    prompt: String,
}

/// Asks the client's user for a name and an address.
#[derive(Deserialize, JsonSchema)]
struct Message {
    /// What the user is told.
    message: String,
}

pub(super) fn install(router: Router) -> Router {
    router
        .tool("test_sampling", sampling)
        .tool("test_elicitation", elicitation)
        .tool(
            described(
                "test_elicitation_sep1034_defaults",
                "Asks with a form whose fields are filled in already.",
            ),
            defaults,
        )
        .tool(
            described(
                "test_elicitation_sep1330_enums",
                "Asks with a form of every kind of choice.",
            ),
            choices,
        )
        .tool(
            described(
                "test_streaming_elicitation",
                "Asks a caller whose answer may be streamed.",
            ),
            confirmed,
        )
        .tool(
            described(
                "test_missing_capability",
                "Asks the client's model; callers without one are told so.",
            ),
            greeted,
        )
}

async fn sampling(args: Prompt, cx: Context) -> Result<String, Failure> {
    let answer = cx
        .ask("prompt", Sample::prompt(args.prompt, MAX_TOKENS))
        .await?;
    Ok(format!("LLM response: {}", answer.text()))
}

async fn elicitation(args: Message, cx: Context) -> Result<String, Failure> {
    let form = Form::new()
        .required("username", Field::string().description("Your name"))
        .required("email", Field::email().description("Your mail address"));
    let answer = cx.ask("user", Elicit::form(args.message, form)).await?;
    Ok(format!("User response: {}", told(&answer)))
}

async fn defaults(_: Nothing, cx: Context) -> Result<String, Failure> {
    let status = Field::choice(["active", "inactive", "pending"]).default("active");
    let form = Form::new()
        .optional("name", Field::string().default("John Doe"))
        .optional("age", Field::integer().default(30))
        .optional("score", Field::number().default(95.5))
        .optional("status", status)
        .optional("verified", Field::boolean().default(true));
    let answer = cx
        .ask("account", Elicit::form("Please check the account.", form))
        .await?;
    Ok(format!("Elicitation completed: {}", told(&answer)))
}

async fn choices(_: Nothing, cx: Context) -> Result<String, Failure> {
    let plain = ["option1", "option2", "option3"];
    let titled = [
        ("value1", "First option"),
        ("value2", "Second option"),
        ("value3", "Third option"),
    ];
    let legacy = [
        ("opt1", "Option One"),
        ("opt2", "Option Two"),
        ("opt3", "Option Three"),
    ];
    let form = Form::new()
        .optional("untitledSingle", Field::choice(plain))
        .optional("titledSingle", Field::titled_choice(titled))
        .optional("legacyEnum", Field::named_choice(legacy))
        .optional("untitledMulti", Field::choices(plain))
        .optional("titledMulti", Field::titled_choices(titled));
    let answer = cx
        .ask("choices", Elicit::form("Please choose.", form))
        .await?;
    Ok(format!("Elicitation completed: {}", told(&answer)))
}

async fn confirmed(_: Nothing, cx: Context) -> Result<String, Failure> {
    let form = Form::new().required("confirmed", Field::boolean());
    let answer = cx
        .ask("confirmation", Elicit::form("Shall it go on?", form))
        .await?;
    Ok(told(&answer))
}

async fn greeted(_: Nothing, cx: Context) -> Result<String, Failure> {
    let answer = cx
        .ask("greeting", Sample::prompt("Say hello.", MAX_TOKENS))
        .await?;
    Ok(answer.text())
}

/// What the user did, in words that the suite's logs show.
fn told(answer: &ElicitAnswer) -> String {
    let content = answer.content.clone().map_or(Value::Null, Value::Object);
    format!("action={:?}, content={content}", answer.action)
}
