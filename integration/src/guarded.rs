//! A server of ours inside the test that nobody may call without a token of an authorization server.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate::{Bound, Context, Server, ToolSpec};
use tidegate_auth::{
    Auth, Builder, Error, Introspection, Issuer, Policy, Resource, Scopes, fetch::Web,
};
use tokio::runtime::Runtime;

use crate::oidc::AuthorizationServer;
use crate::process::Endpoint;

/// How often a port is looked for: somebody else may take it before we do.
const PORTS: usize = 5;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Guarded {
    url: String,
    runtime: Option<Runtime>,
}

/// How the server finds out whether a token is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenCheck {
    /// By its signature, and keys that the issuer's metadata leads to.
    Signature,
    /// By asking its issuer.
    Introspection,
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

/// Starts a server with two tools: `note` needs what all requests need, `notes:read`, and `write` needs
/// `notes:write` besides. Both say who calls.
///
/// # Panics
/// It cannot listen.
#[must_use]
pub fn guarded_by(issuer: &AuthorizationServer, check: TokenCheck) -> Guarded {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let bound = (0..PORTS).find_map(|_| runtime.block_on(bound(issuer, check)).ok());
    let bound = bound.expect("a loopback port is free");
    let url = bound.url();
    runtime.spawn(bound.run());
    Guarded {
        url,
        runtime: Some(runtime),
    }
}

/// Takes a port that is free now: tokens name it, so it has to be known before the server is made.
async fn bound(issuer: &AuthorizationServer, check: TokenCheck) -> Result<Bound, tidegate::Error> {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.expect("a loopback port is free").to_string();
    let resource = Resource::new(&format!("http://{address}"), "/mcp")
        .and_then(|resource| resource.issued_by(issuer.issuer()))
        .expect("names on this machine")
        .scopes(&Scopes::read("notes:read"));
    let auth = auth(issuer, check, &resource).expect("settings that work");
    let policy = Policy::new()
        .all(&["notes:read".to_owned()])
        .and_then(|policy| policy.tool("write", &["notes:write".to_owned()]))
        .expect("scopes");
    Server::new("tidegate-guarded", "0.1.0")
        .tool(ToolSpec::new("note").read_only(), who)
        .tool("write", who)
        .authenticate(auth)
        .policy(policy)
        .protected_resource(resource)
        .bind(&address)
        .await
}

fn auth(
    issuer: &AuthorizationServer,
    check: TokenCheck,
    resource: &Resource,
) -> Result<Auth, Error> {
    let builder: Builder = Auth::builder()
        .resource(resource)
        .fetch(Arc::new(Web::new(&[])?));
    let name = issuer.issuer();
    match check {
        // Both have one clock, and a test that waits for a token's end should not wait for a minute.
        TokenCheck::Signature => builder.issuer(Issuer::new(name)?.skew(Duration::ZERO)?),
        TokenCheck::Introspection => {
            let endpoint = format!("{name}/token/introspection");
            let asked = Introspection::new(&endpoint, AuthorizationServer::NOTES, issuer.secret())?;
            builder.introspection(asked.issuer(name).keep(Duration::ZERO)?)
        }
    }
    .build()
}

async fn who(_: Nothing, cx: Context) -> String {
    let principal = cx.caller().principal.as_ref();
    principal
        .map_or("nobody", |principal| principal.name())
        .to_owned()
}

// === impl Guarded ===

impl Endpoint for Guarded {
    fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Streams may stand open for ever: nobody waits for them.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
