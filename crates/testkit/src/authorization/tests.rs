//! The server gives out what a standard client asks for, and nothing twice.

use serde_json::{Value, json};

use super::{AuthorizationServer, Endpoint, Fault, keys::encode};
use crate::{Answer, Door, Request};

const BACK: &str = "http://127.0.0.1:5000/back";

fn door(server: &AuthorizationServer) -> Door {
    let url = url::Url::parse(&server.issuer()).unwrap();
    Door::Tcp(url.socket_addrs(|| None).unwrap()[0])
}

async fn ask(
    server: &AuthorizationServer,
    method: &'static str,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = Request::new(method).path(&format!("{path}?{query}"));
    door(server).ask(request).await
}

async fn token(server: &AuthorizationServer, fields: &[(&str, &str)]) -> (u16, Value) {
    let mut answer = ask(server, "POST", "/token", fields).await;
    let body = answer.body().await;
    (answer.status, serde_json::from_slice(&body).unwrap())
}

/// Consents, and returns the fields that the browser brings back.
async fn consent(
    server: &AuthorizationServer,
    client: &str,
    verifier: &str,
) -> Vec<(String, String)> {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    let challenge = encode(hash.as_ref());
    let fields = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", BACK),
        ("state", "s"),
        ("scope", "a b"),
        ("resource", "https://h/mcp"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let answer = ask(server, "GET", "/authorize", &fields).await;
    assert_eq!(answer.status, 302);
    let to = url::Url::parse(answer.header("location").unwrap()).unwrap();
    assert!(to.as_str().starts_with(BACK));
    to.query_pairs().into_owned().collect()
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_code_is_good_once_and_a_refresh_token_too() {
    let server = AuthorizationServer::start().await;
    server.client("cli", None, &["http://127.0.0.1/back"]);
    let back = consent(&server, "cli", "verifier").await;
    assert_eq!(
        (field(&back, "state"), field(&back, "iss")),
        (Some("s"), Some(&*server.issuer()))
    );
    let code = field(&back, "code").unwrap();
    let exchange = |code: String, verifier: &'static str| {
        let server = &server;
        async move {
            let fields = [
                ("grant_type", "authorization_code"),
                ("client_id", "cli"),
                ("code", &code),
                ("redirect_uri", BACK),
                ("code_verifier", verifier),
            ];
            token(server, &fields).await
        }
    };
    let (status, given) = exchange(code.to_owned(), "verifier").await;
    assert_eq!((status, &given["scope"]), (200, &json!("a b")));
    assert_eq!(exchange(code.to_owned(), "verifier").await.0, 400);
    let again = consent(&server, "cli", "verifier").await;
    let stolen = field(&again, "code").unwrap().to_owned();
    assert_eq!(exchange(stolen.clone(), "another").await.0, 400);
    assert_eq!(exchange(stolen, "verifier").await.0, 400);

    let refresh = given["refresh_token"].as_str().unwrap();
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", "cli"),
        ("refresh_token", refresh),
    ];
    let (status, fresh) = token(&server, &fields).await;
    assert_eq!(status, 200);
    assert_ne!(fresh["refresh_token"], given["refresh_token"]);
    assert_eq!(token(&server, &fields).await.0, 400);
    assert_eq!(
        field(&server.last(Endpoint::Token), "grant_type"),
        Some("refresh_token")
    );
}

#[tokio::test]
async fn clients_have_secrets_and_register() {
    let server = AuthorizationServer::start().await;
    server.client("job", Some("secret"), &[]);
    let credentials = |secret: &'static str| {
        [
            ("grant_type", "client_credentials"),
            ("client_id", "job"),
            ("client_secret", secret),
        ]
    };
    assert_eq!(token(&server, &credentials("wrong")).await.0, 401);
    assert_eq!(token(&server, &credentials("secret")).await.0, 200);
    let request = Request::new("POST").path("/register").json(json!({
        "redirect_uris": [BACK], "token_endpoint_auth_method": "none",
    }));
    let mut answer = door(&server).ask(request).await;
    assert_eq!(answer.status, 201);
    let registered: Value = serde_json::from_slice(&answer.body().await).unwrap();
    let id = registered["client_id"].as_str().unwrap();
    assert!(field(&consent(&server, id, "v").await, "code").is_some());
    let fields = [("client_id", "nobody"), ("redirect_uri", BACK)];
    assert_eq!(ask(&server, "GET", "/authorize", &fields).await.status, 400);
}

#[tokio::test]
async fn it_misbehaves_when_told_to() {
    let server = AuthorizationServer::start_at("/t1").await;
    server.client("cli", None, &[BACK]);
    let metadata = async || {
        let path = "/.well-known/openid-configuration/t1";
        let mut answer = ask(&server, "GET", path, &[]).await;
        let body = answer.body().await;
        (answer.status, serde_json::from_slice::<Value>(&body).ok())
    };
    assert_eq!(metadata().await.1.unwrap()["issuer"], server.issuer());
    server.fault(
        Endpoint::OpenId,
        Fault::Issuer("https://evil.example".to_owned()),
    );
    assert_eq!(
        metadata().await.1.unwrap()["issuer"],
        "https://evil.example"
    );
    server.fault(Endpoint::OpenId, Fault::Garbage);
    assert_eq!(metadata().await.1, None);
    server.fault(Endpoint::OpenId, Fault::Status(503));
    assert_eq!(metadata().await.0, 503);
    server.fault(Endpoint::OpenId, None);
    let gone = json!({"code_challenge_methods_supported": null});
    server.metadata(gone.as_object().unwrap().clone());
    let document = metadata().await.1.unwrap();
    assert!(document.get("code_challenge_methods_supported").is_none());
    assert_eq!(server.asked(Endpoint::OpenId), 5);
}

#[tokio::test]
async fn its_answer_beside_the_code_can_be_anothers() {
    let server = AuthorizationServer::start().await;
    server.client("cli", None, &[BACK]);
    server.fault(
        Endpoint::Authorize,
        Fault::Issuer("https://evil.example".to_owned()),
    );
    assert_eq!(
        field(&consent(&server, "cli", "v").await, "iss"),
        Some("https://evil.example")
    );
    server.fault(Endpoint::Authorize, Fault::NoIssuer);
    assert_eq!(field(&consent(&server, "cli", "v").await, "iss"), None);
    server.deny(true);
    let back = consent(&server, "cli", "v").await;
    assert_eq!(
        (field(&back, "error"), field(&back, "code")),
        (Some("access_denied"), None)
    );
}
