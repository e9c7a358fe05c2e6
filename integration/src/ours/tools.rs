//! The tools that ask, wait and change things. The peers' servers have the same ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate::ask::{Elicit, ElicitAnswer, Field, Form, Root, Roots, Sample};
use tidegate::{Context, Failure, Live, LiveHandle, ResourceRequest, ResourceSpec, Router};
use tokio::{join, time::sleep};

/// How long the tool that closes its stream works on without a reader.
const AWAY: Duration = Duration::from_millis(300);

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[derive(Deserialize, JsonSchema)]
struct Steps {
    /// How many.
    n: u32,
    /// How long each takes, in milliseconds.
    delay_ms: u64,
}

#[derive(Deserialize, JsonSchema)]
struct Changed {
    /// A list (`tools`, `prompts`, `resources`), or the URI of a resource.
    what: String,
}

/// Returns the tools, one of which changes what there is.
pub(super) fn live() -> Live {
    let live = Live::new(router());
    let (handle, count) = (live.handle(), Arc::new(AtomicU32::new(0)));
    let change = move |args: Changed| {
        let more = count.fetch_add(1, Ordering::Relaxed);
        let changed = change(&handle, &args.what, more);
        async move { changed }
    };
    live.change(|router| router.tool("change", change))
        .expect("there is no other tool of this name");
    live
}

/// Makes a list longer by one, or tells that a resource is another.
fn change(live: &LiveHandle, what: &str, more: u32) -> Result<&'static str, Failure> {
    let name = format!("more_{more}");
    let changed = match what {
        "tools" => live.change(|router| router.tool(name.as_str(), look)),
        "prompts" => live.change(|router| router.prompt(name.as_str(), advice)),
        "resources" => {
            let spec = ResourceSpec::new(format!("tide://{name}"), name);
            live.change(|router| router.resource(spec, level))
        }
        uri => {
            live.resource_changed(uri);
            Ok(())
        }
    };
    changed.map_err(Failure::internal)?;
    Ok("told")
}

fn router() -> Router {
    Router::new("tidegate-asking", "0.1.0")
        .tool("greet", greet)
        .tool("think", think)
        .tool("look", look)
        .tool("everything", everything)
        .tool("steps", steps)
        .tool("away", away)
        .prompt("advice", advice)
        .resource(ResourceSpec::new("tide://level", "level"), level)
}

/// The form has a field of every kind, for clients that check what they are asked.
fn name() -> Elicit {
    let form = Form::new()
        .required("name", Field::string().title("Your name").min_length(1))
        .required("age", Field::integer().minimum(0).maximum(150))
        .optional("tall", Field::boolean().default(false))
        .optional(
            "boat",
            Field::choice(["dinghy", "trawler"]).default("dinghy"),
        )
        .optional("ports", Field::choices(["Hull", "Brest"]))
        .optional("email", Field::email());
    Elicit::form("Who are you?", form)
}

fn thought() -> Sample {
    Sample::prompt("What is two and two?", 100).system("Be brief.")
}

fn named(answer: &ElicitAnswer) -> String {
    let name = answer.text("name").unwrap_or("nobody");
    answer
        .get("age")
        .map_or_else(|| name.to_owned(), |age| format!("{name} ({age})"))
}

fn listed(roots: &[Root]) -> String {
    let uris: Vec<_> = roots.iter().map(|root| root.uri.as_str()).collect();
    uris.join(", ")
}

async fn greet(_: Nothing, cx: Context) -> Result<String, Failure> {
    let answer = cx.ask("name", name()).await?;
    Ok(format!("Hello, {}!", named(&answer)))
}

async fn think(_: Nothing, cx: Context) -> Result<String, Failure> {
    let answer = cx.ask("thought", thought()).await?;
    Ok(format!("The model says: {}", answer.text()))
}

async fn look(_: Nothing, cx: Context) -> Result<String, Failure> {
    let roots = cx.ask("roots", Roots).await?;
    Ok(format!("Roots: {}", listed(&roots)))
}

/// Three questions at once: one round of the modern era, three requests side by side in a session.
async fn everything(_: Nothing, cx: Context) -> Result<String, Failure> {
    let (name, thought, roots) = join!(
        cx.ask("name", name()),
        cx.ask("thought", thought()),
        cx.ask("roots", Roots)
    );
    let (name, roots) = (named(&name?), listed(&roots?));
    Ok(format!("{name}; {}; {roots}", thought?.text()))
}

async fn steps(args: Steps, cx: Context) -> String {
    for step in 1..=args.n {
        cx.info(format!("step {step}")).await;
        cx.progress(f64::from(step), f64::from(args.n)).await;
        sleep(Duration::from_millis(args.delay_ms)).await;
    }
    format!("Done: {} steps", args.n)
}

async fn away(_: Nothing, cx: Context) -> String {
    cx.info("before").await;
    let closed = cx.close_stream().await;
    sleep(AWAY).await;
    cx.info("after").await;
    format!("Done: closed {closed}")
}

async fn advice(_: Nothing, _: Context) -> Result<String, Failure> {
    Ok("Mind the tide.".to_owned())
}

async fn level(_: ResourceRequest, _: Context) -> Result<String, Failure> {
    Ok("high".to_owned())
}
