//! Our client logs in at an authorization server for our server: what all three say fits together.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::json;
use tidegate::{
    Client, Server,
    client::{
        EraChoice, Revision,
        oauth::{Grant, OAuth},
    },
};
use tidegate_auth::{Auth, Issuer, Policy, Resource, Scopes, fetch::Web};
use tidegate_testkit::{AuthorizationServer, authorization::Endpoint};

/// No arguments.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Nothing {}

/// A server of ours that lets in whom `issuer` has given a token: reading is for all of them, writing
/// needs more.
async fn guarded(issuer: &AuthorizationServer) -> String {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let origin = format!("http://127.0.0.1:{port}");
    let resource = Resource::new(&origin, "/mcp")
        .unwrap()
        .issued_by(&issuer.issuer())
        .unwrap()
        .scopes(&Scopes::read("notes:read"));
    let auth = Auth::builder()
        .issuer(Issuer::new(&issuer.issuer()).unwrap())
        .resource(&resource)
        .fetch(Arc::new(Web::new(&[]).unwrap()))
        .build()
        .unwrap();
    let policy = Policy::new()
        .all(&["notes:read".to_owned()])
        .unwrap()
        .tool("write", &["notes:write".to_owned()])
        .unwrap();
    let server = Server::new("notes", "1.0.0")
        .tool("read", async |_: Nothing| "read")
        .tool("write", async |_: Nothing| "written")
        .authenticate(auth)
        .policy(policy)
        .protected_resource(resource)
        .bind(&format!("127.0.0.1:{port}"))
        .await
        .unwrap();
    let url = server.url();
    tokio::spawn(server.run());
    url
}

/// A user who agrees to everything, and how often they were asked.
fn agreeing() -> (OAuth, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let oauth = OAuth::new().browser(move |url| {
        count.fetch_add(1, Ordering::AcqRel);
        let url = url.clone();
        tokio::spawn(async move { reqwest::get(url).await.map(drop) });
        Ok(())
    });
    (oauth, asked)
}

#[tokio::test]
async fn a_user_logs_in_and_again_for_what_needs_more() {
    for (path, era) in [
        ("", EraChoice::Auto),
        ("/tenant", EraChoice::Modern),
        ("", EraChoice::Legacy(Revision::NEWEST_LEGACY)),
    ] {
        let issuer = AuthorizationServer::start_at(path).await;
        let url = guarded(&issuer).await;
        let (oauth, asked) = agreeing();
        let client = Client::builder(&url)
            .era(era)
            .oauth(oauth)
            .connect()
            .await
            .unwrap();
        let read = client.call_tool("read", json!({})).await.unwrap();
        assert_eq!(read.text(), "read");
        assert_eq!(asked.load(Ordering::Acquire), 1, "{era:?}");
        let written = client.call_tool("write", json!({})).await.unwrap();
        assert_eq!(written.text(), "written");
        client.call_tool("write", json!({})).await.unwrap();
        assert_eq!(asked.load(Ordering::Acquire), 2, "{era:?}");
        assert_eq!(issuer.asked(Endpoint::Register), 1);
        client.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_program_logs_in_as_itself() {
    let issuer = AuthorizationServer::start().await;
    issuer.client("robot", Some("s3cret"), &[]);
    let url = guarded(&issuer).await;
    let oauth = OAuth::new()
        .grant(Grant::ClientCredentials)
        .client("robot")
        .client_secret("s3cret");
    let client = Client::builder(&url).oauth(oauth).connect().await.unwrap();
    let read = client.call_tool("read", json!({})).await.unwrap();
    assert_eq!(read.text(), "read");
    client.close().await.unwrap();
}

#[tokio::test]
async fn a_token_for_another_server_is_refused_and_said_to_be() {
    let issuer = AuthorizationServer::start().await;
    let url = guarded(&issuer).await;
    let token = issuer
        .mint()
        .audience("https://another.example/mcp")
        .token();
    let refused = Client::builder(&url).token(&token).connect().await;
    let error = refused.expect_err("another server's");
    assert!(error.is_auth(), "{error}");
    assert!(error.to_string().contains("refuses the token"), "{error}");
    assert!(!format!("{error:?}").contains(&token));
}
