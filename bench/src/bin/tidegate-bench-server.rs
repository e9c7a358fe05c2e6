//! The measured tools on our server: what the floors and rivals are compared with.

use std::{io, sync::Arc};

use clap::Parser;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use tidegate::{Config, Context, Respond, Server, ToolSpec};
use tidegate_auth::{Auth, Issuer, Key, fetch::Web};
use tidegate_bench_common as common;
use tidegate_bench_common::{Checked, Count, Echo, Flags, Shows, extra_schema, extra_tool};
use tidegate_testkit::AuthorizationServer;
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
    // It serves its keys as long as it is held.
    let issuer = AuthorizationServer::start().await;
    let (auth, shows) = guard(flags.shows, &issuer)?;
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

/// Returns who knows callers, and what they have to show.
fn guard(
    shows: Shows,
    issuer: &AuthorizationServer,
) -> Result<(Option<Auth>, String), tidegate_auth::Error> {
    const US: &str = "https://bench.example/mcp";
    match shows {
        Shows::Nothing => Ok((None, String::new())),
        Shows::Key => {
            let key = Key::generate("bench", &[], None, 0)?;
            let auth = Auth::builder().keys(key.record.to_string()).build()?;
            Ok((Some(auth), key.secret.expose_secret().to_owned()))
        }
        Shows::Token => {
            let trusted = Issuer::new(&issuer.issuer())?.audience(US);
            let web = Arc::new(Web::new(&[])?);
            let auth = Auth::builder().issuer(trusted).fetch(web).build()?;
            let token = issuer.mint().audience(US).expires_in(24 * 60 * 60);
            Ok((Some(auth), token.scope("bench:read bench:write").token()))
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
