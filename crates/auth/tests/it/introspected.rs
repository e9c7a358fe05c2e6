//! Tokens that only their issuer can read.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tidegate_auth::{Auth, Introspection, Issuer, Refusal, fetch::Unfetched, fetch::Web};
use tidegate_testkit::{
    AuthorizationServer,
    authorization::{Endpoint, Fault},
};

use crate::{bearer, now, scripted::Scripted};

const URL: &str = "https://as.example/introspect";

fn asking(server: &AuthorizationServer) -> Introspection {
    server.client("rs 1", Some("se:cr%et"), &[]);
    let url = server.url(Endpoint::Introspect);
    Introspection::new(&url, "rs 1", "se:cr%et")
        .unwrap()
        .issuer(&server.issuer())
        .audience("us")
}

fn web() -> Arc<Web> {
    Arc::new(Web::new(&[]).unwrap())
}

#[tokio::test]
async fn an_issuer_is_asked_and_its_answer_kept() {
    let server = AuthorizationServer::start().await;
    let auth = Auth::builder()
        .introspection(asking(&server))
        .fetch(web())
        .build()
        .unwrap();
    let answer = json!({"active": true, "sub": "ann", "aud": "us", "scope": "a b"});
    let token = server.opaque(answer);
    for _ in 0..3 {
        let known = bearer(&auth, &token, now()).await.unwrap();
        assert_eq!(known.principal.scopes().to_string(), "a b");
        assert!(known.until <= now() + 30);
    }
    assert_eq!(server.asked(Endpoint::Introspect), 1);
    server.withdraw(&token);
    assert!(matches!(
        bearer(&auth, &token, now() + 31).await,
        Err(Refusal::Invalid(_))
    ));
    assert_eq!(server.asked(Endpoint::Introspect), 2);
    // Refusals are kept too, for less long.
    assert!(bearer(&auth, &token, now() + 35).await.is_err());
    assert_eq!(server.asked(Endpoint::Introspect), 2);
}

#[tokio::test]
async fn what_an_issuers_key_refutes_is_never_asked_about() {
    let server = AuthorizationServer::start().await;
    let auth = Auth::builder()
        .issuer(Issuer::new(&server.issuer()).unwrap().audience("us"))
        .introspection(asking(&server))
        .fetch(web())
        .build()
        .unwrap();
    let expired = server.mint().audience("us").expires_in(-600).token();
    let foreign = server
        .mint()
        .audience("us")
        .claim("iss", "https://x")
        .token();
    let key = format!("tgk_abcdefghij_{}", "A".repeat(43));
    for token in [expired, foreign, key] {
        assert!(matches!(
            bearer(&auth, &token, now()).await,
            Err(Refusal::Invalid(_))
        ));
    }
    assert_eq!(server.asked(Endpoint::Introspect), 0);
}

#[tokio::test]
async fn an_issuer_that_is_down_or_mad_lets_nobody_in() {
    for fault in [
        Fault::Status(500),
        Fault::Garbage,
        Fault::Huge(300_000),
        Fault::Status(401),
    ] {
        let server = AuthorizationServer::start().await;
        let auth = Auth::builder()
            .introspection(asking(&server))
            .fetch(web())
            .build()
            .unwrap();
        let token = server.opaque(json!({"active": true, "sub": "ann", "aud": "us"}));
        server.fault(Endpoint::Introspect, fault.clone());
        let refused = bearer(&auth, &token, now()).await;
        assert!(
            matches!(refused, Err(Refusal::Unavailable(_))),
            "{fault:?}: {refused:?}"
        );
        server.fault(Endpoint::Introspect, None);
        assert!(bearer(&auth, &token, now()).await.is_ok(), "{fault:?}");
    }
    let fetch = Scripted::default();
    fetch.fail(URL, Unfetched::Unreachable);
    let auth = scripted(&fetch);
    for (at, count) in [(0, 1), (1, 1), (4, 1), (5, 2)] {
        let refused = bearer(&auth, "t", 1000 + at).await;
        assert!(matches!(refused, Err(Refusal::Unavailable(1..=5))));
        assert_eq!(fetch.count(), count);
    }
}

fn scripted(fetch: &Scripted) -> Auth {
    let asking = Introspection::new(URL, "a", "b").unwrap().audience("us");
    let asking = asking.keep(Duration::from_secs(60)).unwrap();
    let fetch = Arc::new(fetch.clone());
    Auth::builder()
        .introspection(asking)
        .fetch(fetch)
        .build()
        .unwrap()
}

#[tokio::test]
async fn one_question_a_token_and_sixty_four_in_all() {
    let fetch = Scripted::default();
    fetch.put(URL, r#"{"active":true,"sub":"ann","aud":"us"}"#, None);
    fetch.hold();
    let auth = Arc::new(scripted(&fetch));
    let ask = |token: String| {
        let auth = auth.clone();
        tokio::spawn(async move { bearer(&auth, &token, 1000).await })
    };
    let same: Vec<_> = (0..20).map(|_| ask("same".to_owned())).collect();
    let others: Vec<_> = (0..70).map(|n| ask(format!("t{n}"))).collect();
    // A task is polled for each turn at least, and there are fewer.
    for _ in 0..500 {
        tokio::task::yield_now().await;
    }
    fetch.release();
    for waiter in same {
        assert!(waiter.await.unwrap().is_ok());
    }
    let mut shed = 0;
    for waiter in others {
        match waiter.await.unwrap() {
            Ok(_) => {}
            Err(refusal) => {
                assert_eq!(refusal, Refusal::Unavailable(1));
                shed += 1;
            }
        }
    }
    assert_eq!((fetch.count(), shed), (64, 7));
    // Those that were asked about are kept.
    assert!(bearer(&auth, "t0", 1059).await.is_ok());
    assert_eq!(fetch.count(), 64);
}
