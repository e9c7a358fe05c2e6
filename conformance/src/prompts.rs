//! The prompts that the suite asks for.

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate::ask::{Elicit, Field, Form};
use tidegate::{Content, Context, Failure, PromptMessage, PromptSpec, ResourceContents, Router};

use crate::media::{PIXEL, PNG};

/// Takes nothing.
#[derive(Deserialize, JsonSchema)]
struct Nothing {}

/// Repeats two arguments.
#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// The first argument.
    arg1: String,
    /// The second argument.
    arg2: String,
}

/// Holds a resource.
#[derive(Deserialize, JsonSchema)]
struct Embedded {
    /// The URI of the resource that the prompt is to hold.
    #[serde(rename = "resourceUri")]
    resource_uri: String,
}

pub(crate) fn install(router: Router) -> Router {
    router
        .prompt(
            PromptSpec::new("test_simple_prompt").description("A prompt without arguments."),
            simple,
        )
        .prompt(
            PromptSpec::new("test_prompt_with_arguments").description("A prompt of two arguments."),
            with_arguments,
        )
        .prompt(
            PromptSpec::new("test_prompt_with_embedded_resource")
                .description("A prompt that holds a resource."),
            with_embedded_resource,
        )
        .prompt(
            PromptSpec::new("test_prompt_with_image").description("A prompt that holds a picture."),
            with_image,
        )
        .prompt(
            PromptSpec::new("test_input_required_result_prompt")
                .description("A prompt that asks the user for what it is about."),
            with_question,
        )
        .complete_prompt(
            "test_prompt_with_arguments",
            "arg1",
            ["test one", "test two"],
        )
        .complete_prompt("test_prompt_with_arguments", "arg2", ["test three"])
}

async fn simple(_: Nothing, _: Context) -> Result<PromptMessage, Failure> {
    Ok(PromptMessage::user("This is a simple prompt for testing."))
}

async fn with_arguments(args: Arguments, _: Context) -> Result<PromptMessage, Failure> {
    let Arguments { arg1, arg2 } = args;
    Ok(PromptMessage::user(format!(
        "Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"
    )))
}

async fn with_embedded_resource(args: Embedded, _: Context) -> Result<Vec<PromptMessage>, Failure> {
    let resource = ResourceContents::text(
        args.resource_uri,
        "text/plain",
        "Embedded resource content for testing.",
    );
    Ok(vec![
        PromptMessage::user(Content::resource(resource)),
        PromptMessage::user("Please process the embedded resource above."),
    ])
}

async fn with_image(_: Nothing, _: Context) -> Result<Vec<PromptMessage>, Failure> {
    Ok(vec![
        PromptMessage::user(Content::image(PIXEL, PNG)),
        PromptMessage::user("Please analyze the image above."),
    ])
}

async fn with_question(_: Nothing, cx: Context) -> Result<PromptMessage, Failure> {
    let form = Form::new().required("context", Field::string());
    let answer = cx
        .ask("user_context", Elicit::form("What is it about?", form))
        .await?;
    let context = answer.text("context").unwrap_or("nothing");
    Ok(PromptMessage::user(format!("Use this context: {context}")))
}
