//! Servers and documents that mean no good: nobody is sent there, and nothing is given away.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tidegate_client::Client;

use crate::{
    authority::{Authority, Rules, browsing},
    fake::{Answer, Seen},
};

/// Changes a document, by its path.
type Change = fn(&str, &mut Value);

/// Answers in the place of the authority.
type Instead = fn(&Seen) -> Option<Answer>;

/// Connects, and returns why it does not succeed; no window is opened and no token asked for.
async fn refused(rules: Rules) -> String {
    let authority = Authority::start(rules).await;
    let (oauth, opened) = browsing();
    let client = Client::builder(&authority.url()).oauth(oauth);
    let error = client.connect().await.expect_err("refused");
    assert!(error.is_auth(), "{error}");
    assert_eq!(opened.load(Ordering::Acquire), 0, "{error}");
    assert_eq!(authority.count("/token"), 0, "{error}");
    error.to_string()
}

fn is_metadata(path: &str) -> bool {
    path.starts_with("/.well-known/oauth-authorization-server")
}

fn is_resource(path: &str) -> bool {
    path.starts_with("/.well-known/oauth-protected-resource")
}

/// Documents that are not what they have to be: how each is changed, and what is said of it.
const CHANGES: &[(Change, &str)] = &[
    (
        |path, document| {
            if is_metadata(path) {
                document["issuer"] = "https://attacker.example".into();
            }
        },
        "nothing of it is used",
    ),
    (
        |path, document| {
            if is_metadata(path) {
                let issuer = format!("{}/", document["issuer"].as_str().expect("text"));
                document["issuer"] = issuer.into();
            }
        },
        "nothing of it is used",
    ),
    (
        |path, document| {
            if is_resource(path) {
                document["resource"] = "https://attacker.example/mcp".into();
            }
        },
        "for another server",
    ),
    (
        |path, document| {
            if is_resource(path) {
                document["authorization_servers"] = json!(["http://attacker.example"]);
            }
        },
        "over https",
    ),
    (
        |path, document| {
            if is_resource(path) {
                document["authorization_servers"] = json!(["file:///etc/passwd"]);
            }
        },
        "over https",
    ),
    (
        |path, document| {
            if is_resource(path) {
                document["authorization_servers"] = json!(["https://169.254.169.254"]);
            }
        },
        "nobody logs in at such an address",
    ),
    (
        |path, document| {
            if is_metadata(path) {
                document["authorization_endpoint"] = "javascript:alert(1)".into();
            }
        },
        "begins with javascript:",
    ),
    (
        |path, document| {
            if is_metadata(path) {
                document["authorization_endpoint"] = "http://attacker.example/".into();
            }
        },
        "begins with http:",
    ),
    (
        |path, document| {
            if is_metadata(path) {
                document["registration_endpoint"] = "http://attacker.example/".into();
            }
        },
        "over https",
    ),
    (
        |path, document| {
            if is_metadata(path) {
                document
                    .as_object_mut()
                    .expect("an object")
                    .remove("code_challenge_methods_supported");
            }
        },
        "PKCE",
    ),
    (
        |path, document| {
            if path == "/register" {
                document["client_id"] = "me\n".into();
            }
        },
        "the name it gave is none",
    ),
];

#[tokio::test]
async fn documents_that_lie_lead_nowhere() {
    for (nth, (changes, expected)) in CHANGES.iter().enumerate() {
        let why = refused(Rules {
            changes: *changes,
            ..Rules::default()
        })
        .await;
        assert!(why.contains(expected), "{nth}: {why}");
    }
}

/// Answers to the question for a document that have no end, or lead elsewhere.
const ANSWERS: &[(Instead, &str)] = &[
    (
        |seen| {
            let huge = format!("{{\"issuer\":\"{}\"}}", "x".repeat(1 << 20));
            is_metadata(&seen.target).then(|| Answer::text(200, "application/json", &huge))
        },
        "more than 256 KiB",
    ),
    (
        |seen| {
            let next = format!("{}x", seen.target);
            is_metadata(&seen.target).then(|| Answer::empty(302).header("location", &next))
        },
        "without end",
    ),
    (
        |seen| {
            let elsewhere = "https://attacker.example/";
            is_metadata(&seen.target).then(|| Answer::empty(302).header("location", elsewhere))
        },
        "which is not followed",
    ),
    (
        |seen| {
            let program = "javascript:alert(1)";
            is_resource(&seen.target).then(|| Answer::empty(302).header("location", program))
        },
        "which is not followed",
    ),
    (
        |seen| {
            let nearby = "Bearer resource_metadata=\"https://169.254.169.254/latest\"";
            (seen.verb == "POST").then(|| Answer::empty(401).header("www-authenticate", nearby))
        },
        "nobody logs in at such an address",
    ),
];

#[tokio::test]
async fn answers_without_end_and_to_elsewhere_are_not_followed() {
    for (nth, (instead, expected)) in ANSWERS.iter().enumerate() {
        let why = refused(Rules {
            instead: *instead,
            ..Rules::default()
        })
        .await;
        assert!(why.contains(expected), "{nth}: {why}");
    }
}

#[tokio::test]
async fn a_browser_that_comes_back_from_somebody_else_brings_nothing() {
    for iss in ["https://attacker.example", "-"] {
        let authority = Authority::start(Rules {
            iss: Some(iss),
            ..Rules::default()
        })
        .await;
        let client = Client::builder(&authority.url()).oauth(browsing().0);
        let error = client.connect().await.expect_err("another issuer");
        assert!(
            error
                .to_string()
                .contains("nothing of what it brought is used"),
            "{error}"
        );
        assert_eq!(authority.count("/token"), 0);
    }
}

#[tokio::test]
async fn a_token_endpoint_that_leads_elsewhere_gets_the_code_and_nobody_else_does() {
    let authority = Authority::start(Rules {
        instead: |seen| {
            let elsewhere = "/stolen";
            (seen.target == "/token").then(|| Answer::empty(307).header("location", elsewhere))
        },
        ..Rules::default()
    })
    .await;
    let client = Client::builder(&authority.url()).oauth(browsing().0);
    let error = client.connect().await.expect_err("no token");
    assert!(error.to_string().contains("307"), "{error}");
    assert_eq!(authority.count("/stolen"), 0);
}

#[tokio::test]
async fn a_client_registered_by_hand_is_shown_to_no_other_server() {
    let authority = Authority::start(Rules::default()).await;
    let (oauth, opened) = browsing();
    let oauth = oauth
        .client("me")
        .client_secret("s3cret")
        .issuer("https://as.example");
    let error = Client::builder(&authority.url())
        .oauth(oauth)
        .connect()
        .await;
    let error = error.expect_err("registered elsewhere").to_string();
    assert!(error.contains("is not used elsewhere"), "{error}");
    assert_eq!(opened.load(Ordering::Acquire), 0);
    let shown = |seen: &Seen| seen.text.contains("s3cret") || seen.target.contains("client_id=me");
    assert!(!authority.fake.seen().iter().any(shown));
}

#[tokio::test]
async fn tokens_are_not_sent_where_others_can_read_them() {
    let client = Client::builder("http://192.0.2.1/mcp").oauth(browsing().0);
    let error = client.connect().await.expect_err("no https");
    assert!(error.to_string().contains("over https"), "{error}");
}
