//! Servers that want a login, and what is shown for one.

use serde_json::{Value, json};
use tidegate::client::{
    Error,
    oauth::{Grant, OAuth, Secret, SignOn, SigningKey, Workload},
};
use url::Url;

use super::{Outcome, Task, close};

/// The document that says who this client is, where the suite wants such a one.
const DOCUMENT: &str = "https://conformance-test.local/client-metadata.json";

/// The scenarios that a client does well in by giving up: what it must not do next is judged.
const GIVE_UP: &[&str] = &[
    "auth/scope-retry-limit",
    "auth/resource-mismatch",
    "auth/iss-supported-missing",
    "auth/iss-wrong-issuer",
    "auth/iss-unexpected",
    "auth/iss-normalized",
    "auth/metadata-issuer-mismatch",
];

/// Connects, lists the tools and calls one, logging in on the way.
pub(super) async fn play(scenario: &str, task: &Task) -> Outcome {
    let oauth = settings(scenario, &task.context)?;
    let worked = work(task, oauth).await;
    if !GIVE_UP.contains(&scenario) {
        return Ok(worked?);
    }
    match worked {
        Err(error) if error.is_auth() => {
            eprintln!("given up, as it should be: {error}");
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(()) => Err("the login went on, and must not have".into()),
    }
}

async fn work(task: &Task, oauth: OAuth) -> Result<(), Error> {
    let client = task.builder().oauth(oauth).connect().await?;
    // A second request with the same login, and a third: what it is good for may change in between.
    let tools = client.list_tools().await?;
    if tools.iter().any(|tool| tool.name == "test-tool") {
        let result = client.call_tool("test-tool", json!({})).await?;
        eprintln!("test-tool: {}", result.text());
    }
    close(&client).await;
    Ok(())
}

/// Returns how the client logs in.
fn settings(
    scenario: &str,
    context: &Value,
) -> Result<OAuth, Box<dyn std::error::Error + Send + Sync>> {
    let text = |name: &str| {
        let value = context[name].as_str();
        value.ok_or_else(|| format!("the scenario does not give `{name}`"))
    };
    let oauth = OAuth::new()
        .client_name("tidegate-conformance")
        .browser(follow);
    Ok(match scenario {
        "auth/basic-cimd" => oauth.client_metadata_url(DOCUMENT),
        "auth/pre-registration" => oauth
            .client(text("client_id")?)
            .client_secret(text("client_secret")?),
        "auth/client-credentials-basic" => oauth
            .grant(Grant::ClientCredentials)
            .client(text("client_id")?)
            .client_secret(text("client_secret")?),
        "auth/client-credentials-jwt" => oauth
            .grant(Grant::ClientCredentials)
            .client(text("client_id")?)
            .client_key(SigningKey::from_pem(text("private_key_pem")?.as_bytes())?),
        "auth/enterprise-managed-authorization" | "auth/cross-app-access-complete-flow" => {
            let endpoint: Url = text("idp_token_endpoint")?.parse()?;
            let sign_on = SignOn::new(endpoint, text("idp_client_id")?, text("idp_id_token")?);
            oauth
                .grant(Grant::EnterpriseManaged(sign_on))
                .client(text("client_id")?)
                .client_secret(text("client_secret")?)
        }
        "auth/wif-jwt-bearer" => {
            let jwt = Secret::from(text("valid_jwt")?);
            oauth
                .grant(Grant::Workload(Workload::new(move || Ok(jwt.clone()))))
                .client(text("client_id")?)
        }
        "auth/dpop" | "auth/dpop-nonce" => oauth.dpop(true),
        _ => oauth,
    })
}

/// Goes where a user's browser would: to the login, which asks nothing here, and back.
#[expect(
    clippy::unnecessary_wraps,
    reason = "a browser may fail to open; this one is a task"
)]
fn follow(url: &Url) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let url = url.clone();
    tokio::spawn(async move {
        if let Err(error) = reqwest::get(url).await {
            eprintln!("the browser did not come through: {error}");
        }
    });
    Ok(())
}
