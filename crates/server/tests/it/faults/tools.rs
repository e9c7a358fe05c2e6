//! The tools that the faults are shown with.

use std::{future::pending, sync::Arc};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tidegate_handler::{Context, ToolFn};
use tidegate_server::Server;
use tokio::sync::{
    Semaphore,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// No arguments.
pub(crate) type Nothing = Map<String, Value>;

/// Counts.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Count {
    /// How far.
    pub(crate) n: u32,
}

/// What tools tell the test, behind their caller's back.
pub(crate) type Heard = UnboundedReceiver<&'static str>;

/// Tells the test when a tool begins, ends, and is dropped.
#[derive(Clone)]
pub(crate) struct Tell(pub(super) UnboundedSender<&'static str>);

/// Says "dropped" unless the tool came to its end.
pub(crate) struct Guard {
    tell: Tell,
    ended: bool,
}

/// Returns where tools tell, and where the test hears it.
pub(crate) fn telling() -> (Tell, Heard) {
    let (tell, heard) = unbounded_channel();
    (Tell(tell), heard)
}

pub(crate) async fn echo(args: Nothing) -> String {
    args.get("message")
        .and_then(Value::as_str)
        .unwrap_or("nothing")
        .to_owned()
}

/// A server with `echo`, which has to work whatever else happens, and one more tool.
pub(crate) fn server_with<M: 'static>(name: &str, tool: impl ToolFn<M>) -> Server {
    tidegate_testkit::server()
        .tool("echo", echo)
        .tool(name, tool)
}

/// A tool that says "waiting" and waits until it is dropped.
pub(crate) fn waiting(tell: Tell) -> impl Fn(Nothing, Context) -> Never + Send + Sync + 'static {
    move |_, cx| {
        let tell = tell.clone();
        Box::pin(async move {
            let _guard = tell.begun();
            cx.info("waiting").await;
            pending::<()>().await;
            "never"
        })
    }
}

/// A tool that counts aloud to `n`, a step for each permit it is given, and says "done".
pub(crate) fn stepping() -> (
    impl Fn(Count, Context) -> Never + Send + Sync + 'static,
    Arc<Semaphore>,
) {
    let permits = Arc::new(Semaphore::new(0));
    let steps = Arc::clone(&permits);
    let tool = move |args: Count, cx: Context| {
        let steps = Arc::clone(&steps);
        Box::pin(async move {
            for number in 1..=args.n {
                steps.acquire().await.expect("it is never closed").forget();
                cx.info(number).await;
            }
            "done"
        }) as Never
    };
    (tool, permits)
}

/// The work of a tool, boxed so that its type has a name.
pub(crate) type Never = std::pin::Pin<Box<dyn Future<Output = &'static str> + Send>>;

/// The texts of the log messages among `messages`, in order.
pub(crate) fn logged(messages: &[Value]) -> Vec<&str> {
    let logs = messages
        .iter()
        .filter(|message| message["method"] == "notifications/message");
    logs.map(|log| log["params"]["data"].as_str().expect("text"))
        .collect()
}

/// The text of a tool's result.
pub(crate) fn text(result: &Value) -> &str {
    result["content"][0]["text"]
        .as_str()
        .unwrap_or_else(|| panic!("no text in {result}"))
}

/// The arguments that make `echo` say `message`.
pub(crate) fn say(message: &str) -> Value {
    json!({ "message": message })
}

// === impl Tell ===

impl Tell {
    pub(crate) fn say(&self, what: &'static str) {
        let _ = self.0.send(what);
    }

    /// Says "begun", and returns what says how it ends.
    pub(crate) fn begun(&self) -> Guard {
        self.say("begun");
        Guard {
            tell: self.clone(),
            ended: false,
        }
    }
}

// === impl Guard ===

impl Guard {
    /// The tool came to its end.
    pub(crate) fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.tell.say(if self.ended { "ended" } else { "dropped" });
    }
}
