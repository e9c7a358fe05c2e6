//! The tools that go on, and how a test asks after them.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tidegate_handler::{
    BlockingContext, Context, Failure, ToolSpec,
    ask::{Elicit, ElicitAnswer, Field, Form},
};
use tidegate_server::Server;
use tidegate_testkit::{Door, Request, call, modern, server, soon};
use tokio::join;

use crate::faults::tools::{Tell, echo};

type Args = Map<String, Value>;

/// What a client declares that knows tasks, and can be asked.
pub(super) fn knows() -> Value {
    json!({ "elicitation": {}, "extensions": { "io.modelcontextprotocol/tasks": {} } })
}

/// A call by a client that knows tasks.
pub(crate) fn durable(tool: &str) -> Request {
    call(tool, json!({})).can(knows())
}

/// A request about a task, by a client that knows tasks.
pub(crate) fn about(method: &str, id: &str) -> Request {
    modern(method, json!({ "taskId": id })).can(knows())
}

/// Begins a task and returns its id.
pub(super) async fn begin(door: &Door, tool: &str) -> String {
    let created = door.ask(durable(tool)).await.result().await;
    assert_eq!(created["resultType"], "task", "{created}");
    created["taskId"].as_str().expect("an id").to_owned()
}

/// Asks after a task.
pub(super) async fn get(door: &Door, id: &str) -> Value {
    let task = door.ask(about("tasks/get", id)).await.result().await;
    assert_eq!(task["resultType"], "complete", "{task}");
    assert_eq!(task["taskId"], id);
    task
}

/// Asks after a task until it stands as wanted.
pub(super) async fn until(door: &Door, id: &str, status: &str) -> Value {
    let stands = async {
        loop {
            let task = get(door, id).await;
            if task["status"] == status {
                return task;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    soon(status, stands).await
}

/// Gives a task answers, and returns the acknowledgement.
pub(super) async fn update(door: &Door, id: &str, responses: Value) -> Value {
    let update = about("tasks/update", id).param("inputResponses", responses);
    door.ask(update).await.result().await
}

/// Cancels a task, and returns the acknowledgement.
pub(super) async fn cancel(door: &Door, id: &str) -> Value {
    door.ask(about("tasks/cancel", id)).await.result().await
}

/// Whether an acknowledgement is empty, but for what every result says.
pub(super) fn is_empty(ack: &Value) -> bool {
    let mut fields = ack.as_object().expect("an object").clone();
    let complete = fields.remove("resultType") == Some(json!("complete"));
    complete && fields.remove("_meta").is_some() && fields.is_empty()
}

/// An accepted form.
pub(super) fn named(name: &str) -> Value {
    json!({ "action": "accept", "content": { "name": name } })
}

fn spec(name: &str) -> ToolSpec {
    ToolSpec::new(name).durable()
}

/// A server with all of them.
pub(super) fn lasting() -> Server {
    server()
        .tool("echo", echo)
        .tool(spec("noisy"), noisy)
        .tool(spec("fails"), fails)
        .tool(spec("panics"), panics)
        .tool(ToolSpec::new("breaks").durable_only(), breaks)
        .tool(spec("sleeps").deadline(Duration::from_secs(60)), sleeps)
        .tool(spec("greet"), greet)
        .tool(spec("both"), both)
        .tool(spec("hasty"), hasty)
        .tool(spec("same_key"), same_key)
        .blocking_tool(spec("thread"), thread)
        .tool("migrate", migrate)
        .tool("turns", turns)
        .blocking_tool("thread_turns", thread_turns)
}

/// A server with one more that waits until it is dropped.
pub(super) fn waiting(tell: Tell) -> Server {
    lasting().tool(spec("waits"), crate::faults::tools::waiting(tell))
}

async fn noisy(_: Args, cx: Context) -> String {
    for step in 0..2_000 {
        cx.info(format!("step {step}")).await;
        cx.progress(f64::from(step), None).await;
    }
    format!("done, durable: {}", cx.is_durable())
}

async fn fails(_: Args) -> Result<String, Failure> {
    Err(Failure::tool("no such file"))
}

async fn breaks(_: Args) -> Result<String, Failure> {
    let data = json!({ "limit": 7 });
    Err(
        Failure::new(tidegate_handler::FailureKind::Code(-32050), "too fast")
            .with_data(data.into()),
    )
}

async fn panics(_: Args) -> String {
    tokio::task::yield_now().await;
    panic!("the insides")
}

async fn sleeps(_: Args) -> &'static str {
    tokio::time::sleep(Duration::from_secs(3600)).await;
    "slept"
}

pub(super) fn name(message: &str) -> Elicit {
    let form = Form::new().required("name", Field::string());
    Elicit::form(message, form)
}

fn said(answer: &ElicitAnswer) -> &str {
    answer.text("name").unwrap_or("nobody")
}

async fn greet(_: Args, cx: Context) -> Result<String, Failure> {
    let answer = cx.ask("name", name("Who are you?")).await?;
    Ok(format!("Hello, {}!", said(&answer)))
}

async fn both(_: Args, cx: Context) -> Result<String, Failure> {
    let (one, two) = join!(
        cx.ask("one", name("First?")),
        cx.ask("two", name("Second?"))
    );
    let third = cx.ask("three", name("Third?")).await?;
    Ok(format!(
        "{}, {}, {}",
        said(&one?),
        said(&two?),
        said(&third)
    ))
}

/// Does not wait long for its answer.
async fn hasty(_: Args, cx: Context) -> &'static str {
    let asked = cx.ask("name", name("Quick?"));
    let answer = tokio::time::timeout(Duration::from_secs(10), asked).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    if answer.is_ok() {
        "in time"
    } else {
        "too late"
    }
}

/// Asks two things under one key.
async fn same_key(_: Args, cx: Context) -> Result<String, Failure> {
    let first = cx.ask("name", name("First?"));
    let _ = tokio::time::timeout(Duration::from_secs(1), first).await;
    let second = cx.ask("name", name("Second?")).await?;
    Ok(said(&second).to_owned())
}

fn thread(_: Args, cx: BlockingContext) -> Result<String, Failure> {
    cx.info("asking");
    let answer = cx.ask("name", name("Who?"))?;
    Ok(said(&answer).to_owned())
}

/// Settles something with its client first, goes on as a task, and asks once more.
async fn migrate(_: Args, cx: Context) -> Result<String, Failure> {
    cx.info("before").await;
    let who = cx.ask("name", name("Who are you?")).await?;
    cx.info("turning").await;
    cx.go_durable().await;
    cx.go_durable().await;
    cx.info("after").await;
    if !cx.is_durable() {
        return Ok(format!("{}, directly", said(&who)));
    }
    let sure = cx.ask("sure", name("Sure?")).await?;
    Ok(format!("{} and {}", said(&who), said(&sure)))
}

async fn turns(_: Args, cx: Context) -> String {
    cx.go_durable().await;
    format!("durable: {}", cx.is_durable())
}

fn thread_turns(_: Args, cx: BlockingContext) -> String {
    cx.go_durable();
    format!("durable: {}", cx.is_durable())
}
