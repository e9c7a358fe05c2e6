//! What the suite asks of a client, scenario by scenario.

mod auth;
mod calls;
mod headers;
mod input;
mod schemas;
mod skills;

use serde_json::Value;
use tidegate::client::{Builder, Client, EraChoice, Error, Revision, Unverified};

/// Where a scenario plays, and what it is given.
#[derive(Clone, Debug)]
pub struct Task {
    /// The suite's server.
    pub url: String,
    /// The revision it speaks, if it says so.
    pub revision: Option<Revision>,
    /// What else the scenario is given; null if nothing.
    pub context: Value,
}

/// What a scenario ends with.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// The scenarios this client has a part in.
pub const KNOWN: &[&str] = &[
    "initialize",
    "tools_call",
    "elicitation-sep1034-client-defaults",
    "sse-retry",
    "request-metadata",
    "sep-2322-client-request-state",
    "http-standard-headers",
    "http-custom-headers",
    "http-invalid-tool-headers",
    "json-schema-ref-no-deref",
    "json-schema-2020-12-preservation",
    "sep-2640-client-no-prefetch",
    "sep-2640-client-verify-digest",
    "sep-2640-client-verify-size",
    "sep-2640-client-verify-frontmatter",
    "auth/metadata-default",
    "auth/metadata-var1",
    "auth/metadata-var2",
    "auth/metadata-var3",
    "auth/basic-cimd",
    "auth/scope-from-www-authenticate",
    "auth/scope-from-scopes-supported",
    "auth/scope-omitted-when-undefined",
    "auth/scope-step-up",
    "auth/scope-retry-limit",
    "auth/token-endpoint-auth-basic",
    "auth/token-endpoint-auth-post",
    "auth/token-endpoint-auth-none",
    "auth/pre-registration",
    "auth/2025-03-26-oauth-metadata-backcompat",
    "auth/2025-03-26-oauth-endpoint-fallback",
    "auth/resource-mismatch",
    "auth/offline-access-scope",
    "auth/offline-access-not-supported",
    "auth/authorization-server-migration",
    "auth/iss-supported",
    "auth/iss-not-advertised",
    "auth/iss-supported-missing",
    "auth/iss-wrong-issuer",
    "auth/iss-unexpected",
    "auth/iss-normalized",
    "auth/metadata-issuer-mismatch",
    "auth/client-credentials-jwt",
    "auth/client-credentials-basic",
    "auth/cross-app-access-complete-flow",
    "auth/enterprise-managed-authorization",
    "auth/dpop",
    "auth/dpop-nonce",
    "auth/wif-jwt-bearer",
];

/// Plays a scenario.
///
/// # Errors
///
/// When there is no such scenario, or something in it did not go as it should.
pub async fn run(scenario: &str, task: &Task) -> Outcome {
    match scenario {
        "initialize" => calls::initialize(task).await,
        "tools_call" => calls::add(task).await,
        "sse-retry" => calls::resumed(task).await,
        "elicitation-sep1034-client-defaults" => input::defaults(task).await,
        name if name.starts_with("auth/") => auth::play(name, task).await,
        "request-metadata" => input::declared(task).await,
        "sep-2322-client-request-state" => input::rounds(task).await,
        "http-standard-headers" => headers::standard(task).await,
        "http-custom-headers" => headers::custom(task).await,
        "http-invalid-tool-headers" => headers::invalid(task).await,
        "json-schema-ref-no-deref" => schemas::listed(task).await,
        "json-schema-2020-12-preservation" => schemas::echoed(task).await,
        "sep-2640-client-no-prefetch" => skills::listed(task).await,
        "sep-2640-client-verify-digest" => skills::refused(task, Unverified::Digest).await,
        "sep-2640-client-verify-size" => skills::refused(task, Unverified::Size).await,
        "sep-2640-client-verify-frontmatter" => {
            skills::refused(task, Unverified::FrontMatter).await
        }
        other => Err(format!("this client has no part in the scenario `{other}`").into()),
    }
}

// === impl Task ===

impl Task {
    /// Returns what a client for the scenario is made of.
    fn builder(&self) -> Builder {
        let era = match self.revision {
            None => EraChoice::Auto,
            Some(revision) if revision.is_modern() => EraChoice::Modern,
            Some(revision) => EraChoice::Legacy(revision),
        };
        Client::builder(&self.url)
            .info("tidegate-conformance", env!("CARGO_PKG_VERSION"))
            .era(era)
    }

    async fn connect(&self) -> Result<Client, Error> {
        self.builder().connect().await
    }
}

/// Ends the session. The suite's servers may know no such thing, which is no fault of the client's.
async fn close(client: &Client) {
    if let Err(error) = client.close().await {
        eprintln!("the session was not ended: {error}");
    }
}
