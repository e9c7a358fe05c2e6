//! Keys that come, go, are late, or do not come at all.

use std::sync::Arc;

use serde_json::{Value, json};
use tidegate_auth::{
    Auth, Authenticate, Issuer, KeySet, Refusal,
    fetch::{Unfetched, Web},
};
use tidegate_testkit::{
    AuthorizationServer,
    authorization::{Endpoint, Fault, Mint},
};

use crate::{bearer, now, scripted::Scripted};

const KEYS: &str = "https://as.example/keys";
const ISSUER: &str = "https://as.example";

/// A clock of the test's own; tokens are good around it.
const T: u64 = 1_900_000_000;

fn scripted(fetch: &Scripted) -> Auth {
    let issuer = Issuer::new(ISSUER).unwrap().keys_at(KEYS).unwrap();
    Auth::builder()
        .issuer(issuer.audience("us"))
        .fetch(Arc::new(fetch.clone()))
        .build()
        .unwrap()
}

/// Returns the document of a server's keys.
async fn keys_of(server: &AuthorizationServer) -> String {
    use tidegate_auth::fetch::Fetch as _;
    let url = server.url(Endpoint::Jwks).parse().unwrap();
    let document = Web::new(&[]).unwrap().get(url).await.unwrap();
    String::from_utf8(document.body.to_vec()).unwrap()
}

fn token(server: &AuthorizationServer) -> Mint {
    let mint = server.mint().audience("us").claim("iss", ISSUER);
    mint.claim("iat", T - 10).claim("exp", T + 10_000_000)
}

#[tokio::test]
async fn keys_are_fetched_once_however_many_wait() {
    let server = AuthorizationServer::start().await;
    let fetch = Scripted::default();
    fetch.put(KEYS, &keys_of(&server).await, None);
    fetch.hold();
    let auth = Arc::new(scripted(&fetch));
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let (auth, token) = (auth.clone(), token(&server).token());
            tokio::spawn(async move { bearer(&auth, &token, T).await })
        })
        .collect();
    // A task is polled for each turn at least, and there are fewer.
    for _ in 0..500 {
        tokio::task::yield_now().await;
    }
    fetch.release();
    for waiter in waiting {
        assert!(waiter.await.unwrap().is_ok());
    }
    assert_eq!(fetch.count(), 1);
}

#[tokio::test]
async fn a_fetch_whose_caller_went_away_serves_the_next() {
    let server = AuthorizationServer::start().await;
    let fetch = Scripted::default();
    fetch.put(KEYS, &keys_of(&server).await, None);
    fetch.hold();
    let auth = scripted(&fetch);
    let token = token(&server).token();
    let gone = bearer(&auth, &token, T);
    assert!(futures_util::FutureExt::now_or_never(gone).is_none());
    fetch.release();
    assert!(bearer(&auth, &token, T + 1).await.is_ok());
    assert_eq!(fetch.count(), 1);
}

#[tokio::test]
async fn made_up_key_ids_cause_a_fetch_a_minute() {
    let server = AuthorizationServer::start().await;
    let fetch = Scripted::default();
    fetch.put(KEYS, &keys_of(&server).await, Some(86_400));
    let auth = scripted(&fetch);
    let good = token(&server);
    assert!(bearer(&auth, &good.token(), T).await.is_ok());
    for n in 0..200 {
        let made_up = good.clone().header("kid", format!("k{n}")).token();
        let refused = bearer(&auth, &made_up, T + n).await;
        assert!(matches!(refused, Err(Refusal::Invalid(_))));
    }
    // The first, and one at T + 60, T + 120 and T + 180.
    assert_eq!(fetch.count(), 4);
}

#[tokio::test]
async fn a_new_key_is_found_and_a_withdrawn_one_refused() {
    let server = AuthorizationServer::start().await;
    let fetch = Scripted::default();
    fetch.put(KEYS, &keys_of(&server).await, Some(300));
    let auth = scripted(&fetch);
    let old = token(&server).token();
    let known = bearer(&auth, &old, T).await.unwrap();
    // The verdict is not kept for longer than the keys.
    assert_eq!((known.until, auth.generation()), (T + 300, 0));
    server.rotate();
    fetch.put(KEYS, &keys_of(&server).await, Some(300));
    assert!(
        bearer(&auth, &old, T + 61).await.is_ok(),
        "the keys are fresh"
    );
    assert!(bearer(&auth, &token(&server).token(), T + 62).await.is_ok());
    assert_eq!(auth.generation(), 1);
    assert!(matches!(
        bearer(&auth, &old, T + 63).await,
        Err(Refusal::Invalid(_))
    ));
    assert_eq!(fetch.count(), 2);
}

#[tokio::test]
async fn old_keys_are_used_for_half_a_day_while_no_new_ones_come() {
    let server = AuthorizationServer::start().await;
    let fetch = Scripted::default();
    fetch.put(KEYS, &keys_of(&server).await, Some(60));
    let auth = scripted(&fetch);
    let token = token(&server).token();
    assert!(bearer(&auth, &token, T).await.is_ok());
    fetch.fail(KEYS, Unfetched::Unreachable);
    for minutes in 1..720 {
        let now = T + 60 * minutes;
        let known = bearer(&auth, &token, now).await.unwrap();
        assert!(known.until <= now + 300);
    }
    // Twice as long between tries each time, up to five minutes: not one a call.
    assert!((100..200).contains(&fetch.count()), "{}", fetch.count());
    let end = T + 60 + 12 * 3600;
    assert!(matches!(
        bearer(&auth, &token, end).await,
        Err(Refusal::Unavailable(1..=300))
    ));
    fetch.put(KEYS, &keys_of(&server).await, None);
    assert!(bearer(&auth, &token, end + 300).await.is_ok());
}

#[tokio::test]
async fn while_one_waits_for_new_keys_the_others_take_the_old() {
    let server = AuthorizationServer::start().await;
    let fetch = Scripted::default();
    fetch.put(KEYS, &keys_of(&server).await, Some(60));
    let auth = scripted(&fetch);
    let token = token(&server).token();
    assert!(bearer(&auth, &token, T).await.is_ok());
    fetch.hold();
    let waits = bearer(&auth, &token, T + 60);
    assert!(futures_util::FutureExt::now_or_never(waits).is_none());
    let known = futures_util::FutureExt::now_or_never(bearer(&auth, &token, T + 61));
    assert_eq!(known.unwrap().unwrap().until, T + 66);
    assert_eq!(fetch.count(), 2);
}

#[tokio::test]
async fn without_keys_nobody_comes_in_and_tries_back_off() {
    let server = AuthorizationServer::start().await;
    let fetch = Scripted::default();
    let auth = scripted(&fetch);
    let token = token(&server).token();
    for (at, count) in [(0, 1), (1, 1), (4, 1), (5, 2), (14, 2), (15, 3), (35, 4)] {
        match bearer(&auth, &token, T + at).await {
            Err(Refusal::Unavailable(wait)) => assert!((1..=300).contains(&wait)),
            other => panic!("{other:?}"),
        }
        assert_eq!(fetch.count(), count, "after {at} s");
    }
}

#[tokio::test]
async fn bad_documents_are_as_good_as_none() {
    let server = AuthorizationServer::start().await;
    let good = server.mint().audience("us").token();
    let issuer = server.issuer();
    for (endpoint, fault) in [
        (Endpoint::Jwks, Fault::Garbage),
        (Endpoint::Jwks, Fault::Status(500)),
        (Endpoint::Jwks, Fault::Huge(300_000)),
        (Endpoint::Jwks, Fault::Redirect(server.url(Endpoint::Jwks))),
        (Endpoint::Metadata, Fault::Garbage),
        (Endpoint::Metadata, Fault::Huge(300_000)),
        (Endpoint::Metadata, Fault::Issuer(format!("{issuer}/"))),
    ] {
        server.fault(endpoint, fault.clone());
        let auth = Auth::builder()
            .issuer(Issuer::new(&issuer).unwrap().audience("us"))
            .fetch(Arc::new(Web::new(&[]).unwrap()))
            .build()
            .unwrap();
        let refused = bearer(&auth, &good, now()).await;
        assert!(
            matches!(refused, Err(Refusal::Unavailable(_))),
            "{fault:?}: {refused:?}"
        );
        server.fault(endpoint, None);
    }
    // Where OAuth's metadata is not, OpenID's is.
    server.fault(Endpoint::Metadata, Fault::Status(404));
    let auth = Auth::builder()
        .issuer(Issuer::new(&issuer).unwrap().audience("us"))
        .fetch(Arc::new(Web::new(&[]).unwrap()))
        .build()
        .unwrap();
    assert!(bearer(&auth, &good, now()).await.is_ok());
}

#[test]
fn key_sets_leave_out_what_is_of_no_use() {
    let rsa = |bytes: usize| {
        use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
        json!({"kty": "RSA", "e": "AQAB", "n": BASE64_URL_SAFE_NO_PAD.encode(vec![0xff; bytes])})
    };
    let with = |field: &str, value: Value| {
        let mut key = rsa(256);
        key[field] = value;
        key
    };
    let count = |keys: &[Value]| {
        let document = json!({ "keys": keys }).to_string();
        KeySet::read(document.as_bytes()).map_or(0, |keys| keys.len())
    };
    assert_eq!(
        count(&[rsa(256), with("kid", json!("a")), with("kid", json!("a"))]),
        3
    );
    assert_eq!(
        count(&[
            with("use", json!("sig")),
            with("key_ops", json!(["verify"]))
        ]),
        2
    );
    assert_eq!(
        count(&[with("alg", json!("PS384")), with("x5c", json!(["MII"]))]),
        2
    );
    for bad in [
        rsa(255),
        rsa(1025),
        with("e", json!("AQ")),
        with("e", json!("Ag")),
        with("e", json!("AAAA")),
        with("e", json!("AQABAQAB")),
        with("use", json!("enc")),
        with("key_ops", json!(["encrypt"])),
        with("alg", json!("HS256")),
        with("alg", json!("ES256")),
        with("alg", json!("RSA-OAEP")),
        with("d", json!("AQAB")),
        with("kid", json!("k".repeat(257))),
        with("kty", json!("oct")),
        with("n", json!("!")),
        json!({"kty": "oct", "k": "AAAA", "alg": "HS256"}),
        json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
        json!({"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}),
        json!({"kty": "OKP", "crv": "X25519", "x": "AA"}),
        json!(7),
    ] {
        assert_eq!(count(std::slice::from_ref(&bad)), 0, "{bad}");
        assert_eq!(count(&[bad, rsa(256)]), 1);
    }
    assert_eq!(count(&vec![rsa(256); 100]), 100);
    assert_eq!(count(&vec![rsa(256); 101]), 0);
    for bad in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[]}"#] {
        assert!(KeySet::read(bad.as_bytes()).is_err(), "{bad}");
    }
}
