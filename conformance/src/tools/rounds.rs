//! Tools that end a round with questions and are called again with the answers (SEP-2322).

use tidegate::ask::{Elicit, ElicitAnswer, Field, Form, Roots, Sample};
use tidegate::{Context, Failure, Router};
use tokio::join;

use super::{Nothing, described};

/// How long the model's answer may be.
const MAX_TOKENS: u32 = 100;

pub(super) fn install(router: Router) -> Router {
    router
        .tool(
            round("elicitation", "Asks the user for a name and greets."),
            name,
        )
        .tool(
            round("sampling", "Asks the model for the capital of France."),
            capital,
        )
        .tool(
            round("list_roots", "Asks the client where it works."),
            folders,
        )
        .tool(
            round("request_state", "Asks, and knows its state again."),
            confirmed,
        )
        .tool(
            round("multiple_inputs", "Asks user, model and client at once."),
            all_at_once,
        )
        .tool(
            round("multi_round", "Asks one question after the other."),
            one_by_one,
        )
        .tool(
            round("tampered_state", "Asks, and knows a changed state."),
            confirmed,
        )
        .tool(
            round("capabilities", "Asks whom the client can ask."),
            whoever_is_there,
        )
}

fn round(name: &str, description: &str) -> tidegate::ToolSpec {
    described(&format!("test_input_required_result_{name}"), description)
}

async fn name(_: Nothing, cx: Context) -> Result<String, Failure> {
    let answer = cx
        .ask("user_name", line("What is your name?", "name"))
        .await?;
    Ok(format!("Hello, {}!", text(&answer, "name")))
}

async fn capital(_: Nothing, cx: Context) -> Result<String, Failure> {
    cx.ask("capital_question", question())
        .await
        .map(|said| said.text())
}

async fn folders(_: Nothing, cx: Context) -> Result<String, Failure> {
    let roots = cx.ask("client_roots", Roots).await?;
    let uris: Vec<_> = roots.into_iter().map(|root| root.uri).collect();
    Ok(format!("Roots: {}", uris.join(", ")))
}

async fn confirmed(_: Nothing, cx: Context) -> Result<&'static str, Failure> {
    let form = Form::new().required("ok", Field::boolean());
    cx.ask("confirm", Elicit::form("Please confirm.", form))
        .await?;
    // A state that was changed on its way never comes this far.
    Ok("state-ok")
}

async fn all_at_once(_: Nothing, cx: Context) -> Result<String, Failure> {
    let (user, said, roots) = join!(
        cx.ask("user_name", line("What is your name?", "name")),
        cx.ask("greeting", question()),
        cx.ask("client_roots", Roots),
    );
    Ok(format!(
        "{}: {} ({} roots)",
        text(&user?, "name"),
        said?.text(),
        roots?.len()
    ))
}

async fn one_by_one(_: Nothing, cx: Context) -> Result<String, Failure> {
    let name = cx
        .ask("step1", line("Step 1: what is your name?", "name"))
        .await?;
    let colour = cx
        .ask("step2", line("Step 2: which colour do you like?", "color"))
        .await?;
    Ok(format!(
        "{} likes {}",
        text(&name, "name"),
        text(&colour, "color")
    ))
}

async fn whoever_is_there(_: Nothing, cx: Context) -> Result<String, Failure> {
    let user = line("What is your name?", "name");
    if cx.can_ask(&user) {
        let answer = cx.ask("user_name", user).await?;
        return Ok(text(&answer, "name").to_owned());
    }
    cx.ask("greeting", question()).await.map(|said| said.text())
}

fn question() -> Sample {
    Sample::prompt("What is the capital of France?", MAX_TOKENS)
}

fn line(message: &str, field: &str) -> Elicit {
    Elicit::form(message, Form::new().required(field, Field::string()))
}

fn text<'a>(answer: &'a ElicitAnswer, field: &str) -> &'a str {
    answer.text(field).unwrap_or("nobody")
}
