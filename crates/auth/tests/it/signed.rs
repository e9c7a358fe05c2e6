//! Signed tokens: the good ones of an issuer, and every bad one.

use std::sync::Arc;

use serde_json::json;
use tidegate_auth::{Auth, Hierarchy, Issuer, Refusal, Resource, fetch::Web};
use tidegate_testkit::{
    AuthorizationServer,
    authorization::{Endpoint, Mint, Signature},
};

use crate::{bearer, now};

const US: &str = "https://h/mcp";

async fn trusting(server: &AuthorizationServer) -> Auth {
    let resource = Resource::new("https://h", "/mcp").unwrap();
    Auth::builder()
        .issuer(Issuer::new(&server.issuer()).unwrap())
        .resource(&resource)
        .hierarchy(Hierarchy::new([("admin", ["files:read"])]).unwrap())
        .fetch(Arc::new(Web::new(&[]).unwrap()))
        .build()
        .unwrap()
}

#[tokio::test]
async fn good_tokens_of_every_algorithm_have_a_bearer() {
    for path in ["", "/t1"] {
        let server = AuthorizationServer::start_at(path).await;
        let auth = trusting(&server).await;
        let good = server.mint().audience(US).scope("admin");
        for signature in [
            Signature::Rs256,
            Signature::Ps256,
            Signature::Es256,
            Signature::EdDsa,
        ] {
            let token = good.clone().signed(signature).token();
            let known = bearer(&auth, &token, now()).await.unwrap();
            assert_eq!(known.principal.name(), "ann");
            assert!(known.principal.scopes().has("files:read"));
            assert!(known.until > now() && known.until <= now() + 301);
        }
        let list = good
            .claim("aud", json!(["https://other", US]))
            .claim("scp", json!(["a"]));
        let known = bearer(&auth, &list.token(), now()).await.unwrap();
        assert!(known.principal.scopes().has("a"));
        assert_eq!(server.asked(Endpoint::Jwks), 1);
    }
}

#[tokio::test]
async fn bad_ones_are_refused_and_fetch_nothing() {
    type Change = fn(Mint) -> Mint;
    let server = AuthorizationServer::start().await;
    let evil = AuthorizationServer::start().await;
    let auth = trusting(&server).await;
    let good = server.mint().audience(US).scope("files:read");
    bearer(&auth, &good.token(), now()).await.unwrap();
    let evil_keys = evil.url(Endpoint::Jwks);

    let table: [(&str, Change, &str); 45] = [
        ("unsigned", |t| t.signed(Signature::None), "no signed"),
        (
            "none with a signature",
            |t| t.header("alg", "none"),
            "algorithm",
        ),
        (
            "None with a signature",
            |t| t.header("alg", "None"),
            "algorithm",
        ),
        (
            "hmac",
            |t| t.signed(Signature::Hs256OfThePublicKey),
            "algorithm",
        ),
        ("stranger", |t| t.signed(Signature::Stranger), "signature"),
        ("tampered", |t| t.signed(Signature::Tampered), "signature"),
        ("cut", |t| t.signed(Signature::Cut), "signature"),
        (
            "another algorithm of the key",
            |t| t.header("alg", "RS384"),
            "key",
        ),
        ("another kind of key", |t| t.header("alg", "ES256"), "key"),
        ("no algorithm", |t| t.without_header("alg"), "header"),
        ("RSA key for PSS", |t| t.header("alg", "PS256"), "key"),
        (
            "path as key id",
            |t| t.header("kid", "../../../../dev/null"),
            "key",
        ),
        (
            "SQL as key id",
            |t| t.header("kid", "x' UNION SELECT 'AA"),
            "key",
        ),
        (
            "shell as key id",
            |t| t.header("kid", "|touch /tmp/x"),
            "key",
        ),
        (
            "URL as key id",
            |t| t.header("kid", "http://127.0.0.1:1/"),
            "key",
        ),
        ("empty key id", |t| t.header("kid", ""), "key"),
        (
            "long key id",
            |t| t.header("kid", "k".repeat(300)),
            "key id",
        ),
        (
            "list as key id",
            |t| t.header("kid", json!(["RS256"])),
            "header",
        ),
        ("critical", |t| t.header("crit", json!(["exp"])), "header"),
        ("not encoded", |t| t.header("b64", false), "header"),
        ("zipped", |t| t.header("zip", "DEF"), "header"),
        ("an ID token's type", |t| t.header("typ", "id+jwt"), "type"),
        (
            "a logout token's type",
            |t| t.header("typ", "logout+jwt"),
            "type",
        ),
        (
            "another issuer",
            |t| t.claim("iss", "https://as.example"),
            "issuer",
        ),
        (
            "issuer with a slash",
            |t| {
                let iss = t.claims()["iss"].as_str().unwrap().to_owned();
                t.claim("iss", iss + "/")
            },
            "issuer",
        ),
        (
            "issuer as a list",
            |t| t.claim("iss", json!(["a"])),
            "claims",
        ),
        ("no issuer", |t| t.without("iss"), "issuer"),
        (
            "another audience",
            |t| t.audience("https://h/other"),
            "audience",
        ),
        (
            "audience with a slash",
            |t| t.audience("https://h/mcp/"),
            "audience",
        ),
        (
            "the whole host as audience",
            |t| t.audience("https://h"),
            "audience",
        ),
        ("no audience", |t| t.without("aud"), "audience"),
        ("empty audiences", |t| t.claim("aud", json!([])), "audience"),
        ("expired", |t| t.expires_in(-61), "expired"),
        ("expired long ago", |t| t.claim("exp", 0), "expired"),
        ("never expires", |t| t.without("exp"), "never expires"),
        (
            "expires null",
            |t| t.claim("exp", json!(null)),
            "never expires",
        ),
        ("expiry as text", |t| t.claim("exp", "9999999999"), "claims"),
        ("expiry below zero", |t| t.claim("exp", -1), "claims"),
        (
            "not yet",
            |t| t.claim("nbf", 9_999_999_999_u64),
            "not good yet",
        ),
        (
            "issued tomorrow",
            |t| t.claim("iat", 9_999_999_999_u64),
            "future",
        ),
        (
            "nobody's",
            |t| t.without("sub").without("client_id"),
            "neither",
        ),
        ("subject as a number", |t| t.claim("sub", 7), "claims"),
        (
            "bound to a DPoP key",
            |t| t.claim("cnf", json!({"jkt": "x"})),
            "bound",
        ),
        (
            "bound to a certificate",
            |t| t.claim("cnf", json!({"x5t#S256": "x"})),
            "certificate",
        ),
        (
            "a thousand scopes",
            |t| t.scope(&"a ".repeat(1000)),
            "scopes",
        ),
    ];
    for (name, change, why) in table {
        let token = change(good.clone()).token();
        match bearer(&auth, &token, now()).await {
            Err(Refusal::Invalid(said)) => assert!(said.contains(why), "{name}: {said}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    // Keys that a token brings along, or says where to fetch, are as good as none.
    let own = evil.mint().audience(US).claim("iss", server.issuer());
    for (field, value) in [
        ("jku", json!(evil_keys)),
        ("x5u", json!(evil_keys)),
        ("jwk", json!({"kty": "oct", "k": "AA"})),
        ("x5c", json!(["MIIB"])),
    ] {
        let token = own.clone().header(field, value).token();
        assert!(
            matches!(bearer(&auth, &token, now()).await, Err(Refusal::Invalid(_))),
            "{field}"
        );
    }
    assert_eq!(evil.asked(Endpoint::Jwks), 0);
    assert_eq!(server.asked(Endpoint::Jwks), 1);
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let server = AuthorizationServer::start().await;
    let auth = trusting(&server).await;
    let good = server.mint().audience(US).token();
    let parts: Vec<_> = good.split('.').collect();
    let (head, claims, signature) = (parts[0], parts[1], parts[2]);
    for bad in [
        "..".to_owned(),
        format!("{head}.{claims}"),
        format!("{head}.{claims}."),
        format!(".{claims}.{signature}"),
        format!("{head}..{signature}"),
        format!("{good}.{signature}"),
        format!("{good}="),
        format!("{head}=.{claims}.{signature}"),
        format!("{head}.{claims}.{signature}A"),
        format!("{}.{claims}.{signature}", "A".repeat(5000)),
        format!("{head}.{}.{signature}", "A".repeat(9000)),
        format!("{head}.bm90IEpTT04.{signature}"),
        format!("{head}.W10.{signature}"),
        format!("{head}.{claims}.{}", "+/".repeat(171)),
        "opaque".to_owned(),
    ] {
        let refused = bearer(&auth, &bad, now()).await;
        assert!(
            matches!(refused, Err(Refusal::Invalid(_))),
            "{bad}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn whoever_lets_others_audiences_in_is_stopped_at_the_start() {
    let server = AuthorizationServer::start().await;
    let build = |issuer: Issuer| {
        let web = Arc::new(Web::new(&[]).unwrap());
        Auth::builder().issuer(issuer).fetch(web).build()
    };
    let issuer = || Issuer::new(&server.issuer()).unwrap();
    assert!(
        build(issuer())
            .unwrap_err()
            .to_string()
            .contains("set the audience")
    );
    assert!(build(issuer().audience("")).is_err());
    let auth = build(issuer().audience("tidegate")).unwrap();
    let token = server.mint().audience("tidegate").token();
    assert!(bearer(&auth, &token, now()).await.is_ok());
    let twice = Auth::builder()
        .issuer(issuer().audience("a"))
        .issuer(issuer().audience("b"))
        .fetch(Arc::new(Web::new(&[]).unwrap()))
        .build();
    assert!(twice.unwrap_err().to_string().contains("twice"));
    let nothing = Auth::builder().issuer(issuer().audience("a")).build();
    assert!(nothing.unwrap_err().to_string().contains("fetcher"));
    assert!(
        Auth::builder()
            .build()
            .unwrap_err()
            .to_string()
            .contains("nobody")
    );
}
