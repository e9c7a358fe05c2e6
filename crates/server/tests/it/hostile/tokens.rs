//! Credentials that are forged, meant for others, out of date, or no credentials at all.

use serde_json::json;
use tidegate_testkit::{
    Request,
    authorization::{Mint, Signature},
    call,
};

use super::attack::{Refused, Target, fronts};

/// What is done to a good token, and a word of why it is refused then.
type Forgery = (&'static str, fn(Mint) -> Mint, &'static str);

const FORGERIES: &[Forgery] = &[
    ("unsigned", |t| t.signed(Signature::None), "no signed"),
    (
        "none, and a signature",
        |t| t.header("alg", "none"),
        "algorithm",
    ),
    (
        "HMAC by the public key",
        |t| t.signed(Signature::Hs256OfThePublicKey),
        "algorithm",
    ),
    (
        "by a stranger",
        |t| t.signed(Signature::Stranger),
        "signature",
    ),
    (
        "tampered with",
        |t| t.signed(Signature::Tampered),
        "signature",
    ),
    ("truncated", |t| t.signed(Signature::Cut), "signature"),
    ("another kind of key", |t| t.header("alg", "ES256"), "key"),
    (
        "a path as key id",
        |t| t.header("kid", "../../../../dev/null"),
        "key",
    ),
    (
        "SQL as key id",
        |t| t.header("kid", "x' UNION SELECT 'AA"),
        "key",
    ),
    (
        "a URL as key id",
        |t| t.header("kid", "http://127.0.0.1:1/"),
        "key",
    ),
    (
        "a long key id",
        |t| t.header("kid", "k".repeat(300)),
        "key id",
    ),
    (
        "a key of its own",
        |t| {
            t.signed(Signature::Stranger)
                .header("jwk", json!({ "kty": "oct", "k": "AA" }))
        },
        "signature",
    ),
    ("critical", |t| t.header("crit", json!(["exp"])), "header"),
    ("an ID token", |t| t.header("typ", "id+jwt"), "type"),
    (
        "another issuer",
        |t| t.claim("iss", "https://as.example"),
        "issuer",
    ),
    ("no issuer", |t| t.without("iss"), "issuer"),
    (
        "another audience",
        |t| t.audience("https://tide.example/other"),
        "audience",
    ),
    (
        "an audience above",
        |t| t.audience("https://tide.example"),
        "audience",
    ),
    ("no audience", |t| t.without("aud"), "audience"),
    ("expired", |t| t.expires_in(-61), "expired"),
    ("never expires", |t| t.without("exp"), "never expires"),
    (
        "not good yet",
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
    (
        "bound to another key",
        |t| t.claim("cnf", json!({ "jkt": "x" })),
        "bound",
    ),
    ("oversized", |t| t.claim("x", "x".repeat(9_000)), "8 KiB"),
];

#[tokio::test]
async fn no_forged_token_opens_any_front() {
    let target = Target::start().await;
    for (what, forge, why) in FORGERIES {
        let token = forge(target.good()).token();
        for (front, request) in fronts() {
            let what = format!("{what}, {front}");
            target
                .refuses(&what, &request.bearer(&token), Refused::Invalid(why))
                .await;
        }
    }
    target.stands().await;
}

#[tokio::test]
async fn nor_does_what_is_no_token_at_all() {
    let target = Target::start().await;
    let (good, key) = (target.good().token(), target.key.clone());
    let (id, secret) = key.rsplit_once('_').expect("an id and a secret");
    let flipped = secret.replacen(char::is_alphanumeric, "_", 1);
    let rows: Vec<(&str, &str, String, Refused)> = vec![
        ("nothing", "x-nothing", String::new(), Refused::Missing),
        (
            "Basic",
            "authorization",
            "Basic YTpi".to_owned(),
            Refused::Missing,
        ),
        (
            "a scheme alone",
            "authorization",
            "Bearer".to_owned(),
            Refused::Malformed("Bearer"),
        ),
        (
            "two tokens",
            "authorization",
            format!("Bearer {good} {good}"),
            Refused::Malformed("Bearer"),
        ),
        (
            "no letters",
            "authorization",
            "Bearer t\u{f6}ken".to_owned(),
            Refused::Malformed("Bearer"),
        ),
        (
            "shown twice",
            "authorization",
            format!("Bearer {good}\r\nauthorization: Bearer {good}"),
            Refused::Malformed("twice"),
        ),
        (
            "garbage",
            "authorization",
            "Bearer x".to_owned(),
            Refused::Invalid("not known"),
        ),
        (
            "dots",
            "authorization",
            "Bearer ..".to_owned(),
            Refused::Invalid(""),
        ),
        (
            "a key of another secret",
            "authorization",
            format!("Bearer {id}_{flipped}"),
            Refused::Invalid("not known"),
        ),
        (
            "a key of another id",
            "x-api-key",
            format!("tgk_aaaaaaaaaaaa_{secret}"),
            Refused::Invalid("not known"),
        ),
        (
            "a key without its end",
            "x-api-key",
            key[..key.len() - 1].to_owned(),
            Refused::Invalid("not known"),
        ),
        (
            "a token as a key",
            "x-api-key",
            good.clone(),
            Refused::Invalid("not known"),
        ),
        (
            "two ways",
            "authorization",
            format!("Bearer {good}\r\nx-api-key: {key}"),
            Refused::Malformed("one of them"),
        ),
    ];
    for (what, name, value, refused) in rows {
        for (front, request) in fronts() {
            let request = request.header(name, &value);
            target
                .refuses(&format!("{what}, {front}"), &request, refused)
                .await;
        }
    }
    // A token in the URL stands in logs: it is refused even beside a good one.
    for path in ["/mcp", "/sse", "/streams", "/tools/note/stream"] {
        let path = format!("{path}?access_token={good}");
        let request = call("note", json!({})).at(&path).bearer(&good);
        target
            .refuses(&path, &request, Refused::Malformed("URL"))
            .await;
    }
    target.stands().await;
}

#[tokio::test]
async fn a_token_of_keys_that_were_replaced_is_refused() {
    let target = Target::start().await;
    let old = target.good().token();
    target.issuer.rotate();
    // The server has not looked yet: it finds the new keys, and the old ones are gone.
    for (front, request) in fronts() {
        target
            .refuses(front, &request.bearer(&old), Refused::Invalid("key"))
            .await;
    }
    target.stands().await;
}

#[tokio::test]
async fn a_known_caller_does_no_more_than_its_scopes_allow() {
    let target = Target::start().await;
    let reader = target
        .issuer
        .mint()
        .audience(super::attack::US)
        .scope("notes:read")
        .token();
    let writer = target
        .issuer
        .mint()
        .audience(super::attack::US)
        .scope("notes:write")
        .token();
    let plain = Request::new("POST")
        .at("/tools/note/stream")
        .json(json!({}));
    let asked = Request::new("GET").at("/tools/note/stream");
    for token in [&reader, &writer] {
        for request in [call("note", json!({})), plain.clone(), asked.clone()] {
            let answer = target.server.ask(request.bearer(token)).await;
            assert_eq!(answer.status, 403);
            let challenge = answer.header("www-authenticate").expect("a challenge");
            let scopes = r#"Bearer error="insufficient_scope", scope="notes:read notes:write", "#;
            assert!(challenge.starts_with(scopes), "{challenge}");
            assert_eq!(answer.error().await, -32600);
        }
    }
    target.stands().await;
}
