//! The server that the vectors are held against.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_handler::{
    Call, Caller, Context, Failure, Handler, Offered, Outcome, PromptSpec, Raw, Reply,
    ResourceRequest, ResourceSpec, Router,
};
use tidegate_server::{Config, Server};
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};

/// A server on a socket of its own.
pub(super) struct Running {
    pub(super) addr: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), tidegate_server::Error>>,
}

/// Typed tools, and one that no router would have: `mirror` answers with its arguments, raw.
struct Fixture(Router);

/// Tells the weather.
// A type that may be null cannot be mirrored, so the schema says `string` of what may be left out.
#[derive(Deserialize, JsonSchema)]
struct Forecast {
    /// Where.
    #[serde(default)]
    #[schemars(with = "String", extend("x-mcp-header" = "City"))]
    city: Option<String>,
    /// For how many days.
    #[serde(default)]
    #[schemars(with = "i64", extend("x-mcp-header" = "Limit"))]
    limit: Option<i64>,
}

/// How long a tool lives, in ticks.
#[derive(Deserialize, JsonSchema)]
struct Ticks {
    n: u32,
}

fn fixture() -> Fixture {
    let router = Router::new("vectors", "1.0.0")
        .tool("note.append", append)
        .tool("forecast", forecast)
        .tool("ticks", ticks)
        .resource(ResourceSpec::new("memo://a", "a"), memo)
        .prompt(PromptSpec::new("naïve-name"), naive);
    assert_eq!(router.problems(), <[String; 0]>::default());
    Fixture(router)
}

async fn append(_: Map<String, Value>) -> &'static str {
    "appended"
}

async fn forecast(args: Forecast) -> String {
    let city = args.city.unwrap_or_default();
    format!("{city}: rain for {} days", args.limit.unwrap_or(1))
}

/// Tells its progress every few milliseconds, as often as it is told to.
async fn ticks(args: Ticks, cx: Context) -> &'static str {
    for done in 1..=args.n {
        cx.progress(done, f64::from(args.n)).await;
        sleep(Ticks::EVERY).await;
    }
    "done"
}

async fn memo(_: ResourceRequest, _: Context) -> Result<String, Failure> {
    Ok("a memo".to_owned())
}

async fn naive(_: BTreeMap<String, String>, _: Context) -> Result<String, Failure> {
    Ok("naïve".to_owned())
}

// === impl Ticks ===

impl Ticks {
    const EVERY: Duration = Duration::from_millis(20);
}

// === impl Fixture ===

impl Handler for Fixture {
    fn offer(&self, caller: &Caller) -> Offered {
        self.0.offer(caller)
    }

    fn call(&self, call: Call, cx: Context) -> Reply {
        if call
            .name
            .as_ref()
            .is_some_and(|name| name.as_str() == "mirror")
        {
            let arguments = call.arguments.unwrap_or_else(Raw::empty_object);
            return Reply::Ready(Outcome::complete(arguments));
        }
        self.0.call(call, cx)
    }
}

// === impl Running ===

impl Running {
    pub(super) async fn start() -> Self {
        Self::with(Config::default()).await
    }

    pub(super) async fn with(config: Config) -> Self {
        let server = Server::from_handler(fixture()).config(config);
        let bound = server.bind("127.0.0.1:0").await.expect("a free port");
        let (stop, stopped) = oneshot::channel();
        Self {
            addr: bound.addr(),
            stop,
            served: tokio::spawn(bound.run_until(async {
                let _ = stopped.await;
            })),
        }
    }

    /// Stops the server; one that panicked is noticed here.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(());
        let served = self.served.await.expect("the server has not panicked");
        served.expect("it ran until it was stopped");
    }
}
