//! The tools that ask.

use serde_json::{Map, Value};
use tidegate_handler::{
    BlockingContext, Context, Failure, ResourceRequest, ResourceSpec,
    ask::{Elicit, Field, Form, Roots, Sample},
};
use tidegate_server::Server;
use tidegate_testkit::server;
use tokio::join;

type Args = Map<String, Value>;

/// The question for a name.
pub(super) fn name() -> Elicit {
    let form = Form::new().required("name", Field::string().title("Your name"));
    Elicit::form("Who are you?", form)
}

/// A server with all of them.
pub(crate) fn asking() -> Server {
    server()
        .tool("greet", greet)
        .tool("pay", pay)
        .tool("three", three)
        .tool("twice", twice)
        .blocking_tool("thread", thread)
        .resource(ResourceSpec::new("test://mine", "mine"), mine)
}

async fn greet(_: Args, cx: Context) -> Result<String, Failure> {
    let answer = cx.ask("name", name()).await?;
    Ok(format!(
        "Hello, {}!",
        answer.text("name").unwrap_or("nobody")
    ))
}

async fn pay(_: Args, cx: Context) -> Result<&'static str, Failure> {
    cx.ask_once("name", name()).await?;
    Ok("paid")
}

async fn three(_: Args, cx: Context) -> Result<String, Failure> {
    let (name, model, roots) = join!(
        cx.ask("name", name()),
        cx.ask("model", Sample::prompt("Hello?", 10)),
        cx.ask("roots", Roots),
    );
    Ok(format!(
        "{} {} {}",
        name?.text("name").unwrap_or_default(),
        model?.text(),
        roots?.len()
    ))
}

async fn twice(_: Args, cx: Context) -> Result<String, Failure> {
    let first = cx.ask("first", name()).await?;
    let second = cx.ask("second", name()).await?;
    let text = |answer: &tidegate_handler::ask::ElicitAnswer| {
        answer.text("name").unwrap_or_default().to_owned()
    };
    Ok(format!("{} and {}", text(&first), text(&second)))
}

fn thread(_: Args, cx: BlockingContext) -> Result<String, Failure> {
    let answer = cx.ask("name", name())?;
    Ok(answer.text("name").unwrap_or_default().to_owned())
}

async fn mine(_: ResourceRequest, cx: Context) -> Result<String, Failure> {
    let answer = cx.ask("name", name()).await?;
    Ok(format!("{}'s", answer.text("name").unwrap_or_default()))
}
