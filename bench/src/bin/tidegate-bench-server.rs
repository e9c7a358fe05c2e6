//! The measured tools on our server: what the floors and rivals are compared with.

use std::io;

use clap::Parser;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use tidegate::{Config, Context, Respond, Server, ToolSpec};
use tidegate_auth::{Auth, Issuer, Key, KeySet};
use tidegate_bench_common as common;
use tidegate_bench_common::{Checked, Count, Echo, Flags, Shows, extra_schema, extra_tool};
use tokio::time::{Duration, sleep};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let flags = Flags::parse();
    common::run(flags.workers, serve(flags))
}

async fn serve(flags: Flags) -> Result<(), Box<dyn std::error::Error>> {
    let mut config = Config::default();
    if flags.no_replay {
        config.replay = None;
    }
    let mut server = Server::new("bench", "1.0.0")
        .config(config)
        .respond(respond(flags.respond))
        .tool("echo", echo)
        .tool("checked", checked)
        .tool("count", count);
    for i in 0..flags.tools {
        let spec = ToolSpec::new(extra_tool(i))
            .description("Only lengthens the list.")
            .input_schema(extra_schema());
        server = server.tool(spec, extra);
    }
    let (auth, shows) = guard(flags.shows)?;
    if let Some(auth) = auth {
        server = server.authenticate(auth);
    }
    let bound = server.bind(flags.listen.as_str()).await?;
    common::announce_with(bound.addr(), &shows)?;
    bound
        .run_until(async { common::terminated().await.unwrap_or_else(end) })
        .await?;
    Ok(())
}

/// The public keys of an issuer whose private one is gone: making keys here would take more
/// instructions than all calls, and never the same number.
const KEYS: &[u8] = include_bytes!("../issuer.jwks.json");

/// The one token that it signed, with RSA as most do; it is good until 2100, for this server alone.
const TOKEN: &str = include_str!("../issuer.token");

/// Returns who knows callers, and what they have to show.
fn guard(shows: Shows) -> Result<(Option<Auth>, String), tidegate_auth::Error> {
    match shows {
        Shows::Nothing => Ok((None, String::new())),
        Shows::Key => {
            let key = Key::generate("bench", &[], None, 0)?;
            let auth = Auth::builder().keys(key.record.to_string()).build()?;
            Ok((Some(auth), key.secret.expose_secret().to_owned()))
        }
        Shows::Token => {
            let issuer = Issuer::new("https://issuer.bench.example/realms/bench")?;
            let issuer = issuer
                .keys(KeySet::read(KEYS)?)
                .audience("https://bench.example/mcp");
            let auth = Auth::builder().issuer(issuer).build()?;
            Ok((Some(auth), TOKEN.trim().to_owned()))
        }
    }
}

/// Without the signal there is no way to be asked to stop: then the server ends at once.
fn end(error: io::Error) {
    eprintln!("cannot wait for TERM: {error}");
}

const fn respond(flag: common::Respond) -> Respond {
    match flag {
        common::Respond::Auto => Respond::Auto,
        common::Respond::Json => Respond::Json,
        common::Respond::Sse => Respond::Sse,
    }
}

/// Returns the message as text.
async fn echo(args: Echo) -> String {
    args.message
}

/// Returns the message as text.
async fn checked(args: Checked) -> String {
    args.message
}

/// Sends n notifications.
async fn count(args: Count, cx: Context) -> &'static str {
    for i in 1..=args.n {
        if let Some(delay) = args.delay_ms {
            sleep(Duration::from_millis(delay)).await;
        }
        cx.progress(i, f64::from(args.n)).await;
    }
    "done"
}

/// Stands in the list.
async fn extra(_: Map<String, Value>) -> &'static str {
    "extra"
}
