//! Tools that go on as tasks, which their caller asks after.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate::ask::{Elicit, ElicitAnswer, Field, Form};
use tidegate::{Context, Failure, Router};
use tokio::{join, time::sleep};

use super::{Nothing, described};

/// How long the jobs that fail take; the suite calls for about a second.
const A_WHILE: Duration = Duration::from_secs(1);

/// More than any scenario asks for.
const MOST_SECONDS: u64 = 3600;

/// Greets somebody.
#[derive(Deserialize, JsonSchema)]
struct Greet {
    /// Who is greeted.
    name: String,
}

/// Takes its time.
#[derive(Deserialize, JsonSchema)]
struct Compute {
    /// How many seconds it takes.
    #[schemars(range(max = MOST_SECONDS))]
    seconds: u64,
    /// What it is called by.
    #[serde(default)]
    label: String,
}

/// Asks before it goes on.
#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// Which file would be deleted.
    filename: String,
}

pub(super) fn install(router: Router) -> Router {
    router
        .tool("greet", greet)
        .tool(
            described("slow_compute", "Takes its time.").durable(),
            compute,
        )
        .tool(
            described("failing_job", "Fails after a while.").durable_only(),
            failing,
        )
        .tool(
            described("protocol_error_job", "Breaks after a while.").durable(),
            broken,
        )
        .tool(
            described("confirm_delete", "Asks before it goes on.").durable(),
            delete,
        )
        .tool(
            described("multi_input", "Asks two questions at once.").durable(),
            two_questions,
        )
        .tool(
            described(
                "test_tool_with_task",
                "Asks for a name first, and goes on as a task.",
            ),
            first_asking,
        )
}

async fn greet(args: Greet) -> String {
    format!("Hello, {}!", args.name)
}

async fn compute(args: Compute) -> String {
    sleep(Duration::from_secs(args.seconds)).await;
    format!("{} took {} seconds", args.label, args.seconds)
}

async fn failing(_: Nothing) -> Result<&'static str, Failure> {
    sleep(A_WHILE).await;
    Err(Failure::tool("This job always fails"))
}

async fn broken(_: Nothing) -> Result<&'static str, Failure> {
    sleep(A_WHILE).await;
    Err(Failure::internal("this job always breaks"))
}

async fn delete(args: Delete, cx: Context) -> Result<String, Failure> {
    let question = yes(&format!("Delete {}?", args.filename));
    let answer = cx.ask("confirm", question).await?;
    let what = if is_sure(&answer) {
        "would be deleted"
    } else {
        "stays"
    };
    Ok(format!("{} {what}", args.filename))
}

async fn two_questions(_: Nothing, cx: Context) -> Result<String, Failure> {
    let (name, sure) = join!(
        cx.ask("name", name()),
        cx.ask("confirm", yes("Shall it go on?"))
    );
    let (name, sure) = (name?, sure?);
    let what = if is_sure(&sure) { "goes on" } else { "stops" };
    Ok(format!("{} {what}", text(&name, "name")))
}

async fn first_asking(_: Nothing, cx: Context) -> Result<String, Failure> {
    let answer = cx.ask("user_name", name()).await?;
    cx.go_durable().await;
    Ok(format!("Done for {}", text(&answer, "name")))
}

fn name() -> Elicit {
    let form = Form::new().required("name", Field::string());
    Elicit::form("What is your name?", form)
}

fn yes(message: &str) -> Elicit {
    Elicit::form(message, Form::new().required("confirm", Field::boolean()))
}

fn is_sure(answer: &ElicitAnswer) -> bool {
    answer.get("confirm").is_some_and(|sure| sure == true)
}

fn text<'a>(answer: &'a ElicitAnswer, field: &str) -> &'a str {
    answer.text(field).unwrap_or("nobody")
}
