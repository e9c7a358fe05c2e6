//! Logging in: once, for what is needed, and not again and again.

use std::sync::atomic::Ordering;

use serde_json::json;
use tidegate_client::{
    Client, PlainClient,
    oauth::{FileStore, Grant, MemoryStore, OAuth},
};

use crate::{
    authority::{Authority, Rules, browsing, field},
    fake::Answer,
};

#[tokio::test]
async fn one_login_is_for_all_requests() {
    let authority = Authority::start(Rules::default()).await;
    let (oauth, opened) = browsing();
    let client = Client::builder(&authority.url()).oauth(oauth);
    let client = client.connect().await.expect("connects");
    for _ in 0..3 {
        let result = client.call_tool("work", json!({})).await.expect("called");
        assert_eq!(result.text(), "done");
    }
    assert_eq!(opened.load(Ordering::Acquire), 1);
    assert_eq!(authority.count("/register"), 1);
    assert_eq!(authority.granted("authorization_code"), 1);
    let seen = authority.fake.seen();
    let asked = seen
        .iter()
        .find(|seen| seen.target == "/token")
        .expect("asked");
    assert_eq!(field(&asked.text, "resource"), Some(authority.url()));
    let registered = seen
        .iter()
        .find(|seen| seen.target == "/register")
        .expect("registered");
    assert_eq!(registered.body["application_type"], "native");
    let grants = &registered.body["grant_types"];
    assert_eq!(grants, &json!(["authorization_code", "refresh_token"]));
}

#[tokio::test]
async fn the_documents_are_asked_for_in_order() {
    let authority = Authority::start(Rules {
        changes: |path, document| {
            if path.starts_with("/.well-known/oauth-protected-resource/") {
                let origin = document["authorization_servers"][0].as_str().expect("text");
                document["authorization_servers"] = json!([format!("{origin}/tenant")]);
            }
            if path == "/tenant/.well-known/openid-configuration" {
                let issuer = format!("{}/tenant", document["issuer"].as_str().expect("text"));
                document["issuer"] = issuer.into();
            }
        },
        instead: |seen| {
            // The document is at the last of the three places.
            let place = seen.target.contains("well-known") && seen.target.contains("tenant");
            (place && !seen.target.starts_with("/tenant")).then(|| Answer::empty(404))
        },
        ..Rules::default()
    })
    .await;
    // What the fake has at its root is not asked for: the issuer has a path.
    let error = Client::builder(&authority.url())
        .oauth(browsing().0)
        .connect()
        .await;
    assert!(error.expect_err("no such document").is_auth());
    let asked: Vec<String> = authority
        .fake
        .seen()
        .into_iter()
        .map(|seen| seen.target)
        .filter(|target| target.contains("tenant"))
        .collect();
    assert_eq!(
        asked,
        [
            "/.well-known/oauth-authorization-server/tenant",
            "/.well-known/openid-configuration/tenant",
            "/tenant/.well-known/openid-configuration",
        ]
    );
    assert_eq!(
        authority.count("/.well-known/oauth-authorization-server"),
        0
    );
}

#[tokio::test]
async fn a_call_that_needs_more_logs_in_for_all_of_it_once() {
    let authority = Authority::start(Rules {
        needs: |method| {
            if method == "tools/call" {
                "write"
            } else {
                "read"
            }
        },
        // The call's token is good for both: this server's writers may read.
        changes: |_, _| {},
        ..Rules::default()
    })
    .await;
    let (oauth, opened) = browsing();
    let client = Client::builder(&authority.url()).oauth(oauth);
    let client = client.connect().await.expect("connects");
    client.call_tool("work", json!({})).await.expect("called");
    client.call_tool("work", json!({})).await.expect("called");
    assert_eq!(opened.load(Ordering::Acquire), 2);
    let scopes: Vec<_> = authority
        .fake
        .seen()
        .iter()
        .filter(|seen| seen.target.starts_with("/authorize"))
        .map(|seen| field(seen.target.split_once('?').expect("a query").1, "scope"))
        .collect();
    assert_eq!(
        scopes,
        [Some("read".to_owned()), Some("read write".to_owned())]
    );
}

#[tokio::test]
async fn a_server_that_is_never_content_opens_no_second_window() {
    for challenge in [
        "Bearer error=\"insufficient_scope\", scope=\"all\"",
        "Bearer scope=\"all\"",
    ] {
        let authority = Authority::start(Rules {
            instead: if challenge.contains("error") {
                |seen| {
                    let refused = seen.method() == "server/discover"
                        && seen.header("authorization").is_some();
                    let challenge = "Bearer error=\"insufficient_scope\", scope=\"all\"";
                    refused.then(|| Answer::empty(403).header("www-authenticate", challenge))
                }
            } else {
                |seen| {
                    let refused = seen.method() == "server/discover";
                    refused.then(|| {
                        Answer::empty(401).header("www-authenticate", "Bearer scope=\"all\"")
                    })
                }
            },
            ..Rules::default()
        })
        .await;
        let (oauth, opened) = browsing();
        for _ in 0..2 {
            let client = Client::builder(&authority.url()).oauth(oauth.clone());
            let error = client.connect().await.expect_err("never content");
            assert!(error.is_auth() && !error.wants_login(), "{error}");
        }
        // One for each client, and one more for the one that asked for a scope after the fact.
        assert!(opened.load(Ordering::Acquire) <= 3, "{challenge}");
        assert!(authority.count("/mcp") <= 8, "{challenge}");
    }
}

#[tokio::test]
async fn without_a_browser_a_login_is_wanted_and_nothing_registered() {
    let authority = Authority::start(Rules::default()).await;
    let client = Client::builder(&authority.url()).oauth(OAuth::new());
    let error = client.connect().await.expect_err("nobody is there");
    assert!(error.is_auth() && error.wants_login(), "{error}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(authority.count("/register") + authority.count("/token"), 0);
}

#[tokio::test]
async fn without_a_browser_it_is_said_what_a_login_has_to_be_good_for() {
    let authority = Authority::start(Rules {
        needs: |method| match method {
            "tools/call" => "write",
            _ => "read",
        },
        ..Rules::default()
    })
    .await;
    let store = MemoryStore::default();
    let (oauth, opened) = browsing();
    let login = Client::builder(&authority.url()).oauth(oauth.store(store.clone()));
    login.login().await.expect("logged in");
    let client = Client::builder(&authority.url()).oauth(OAuth::new().store(store));
    let client = client.connect().await.expect("connects");
    let error = client.call_tool("work", json!({})).await;
    let error = error.expect_err("nobody is there");
    assert!(error.is_auth() && error.wants_login(), "{error}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(403));
    // All of it: the next login takes the place of this one.
    assert_eq!(error.wanted_scopes(), ["read", "write"]);
    assert!(error.to_string().contains("good for write,"), "{error}");
    assert_eq!(opened.load(Ordering::Acquire), 1);
}

#[tokio::test]
async fn a_token_that_is_refused_is_said_to_be() {
    let authority = Authority::start(Rules::default()).await;
    let client = Client::builder(&authority.url()).token("s3cret");
    let error = client.connect().await.expect_err("refused");
    assert!(error.is_auth() && !error.wants_login());
    assert!(error.to_string().contains("refuses the token"), "{error}");
    assert!(!format!("{error:?}").contains("s3cret"));
    assert_eq!(authority.fake.seen().len(), 1, "nobody asks for another");
    let both = Client::builder(&authority.url())
        .token("x")
        .oauth(OAuth::new());
    assert!(both.connect().await.expect_err("one of them").is_input());
}

#[tokio::test]
async fn a_kept_login_serves_the_next_process_and_ends_with_logout() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::at(folder.path().join("logins"));
    let authority = Authority::start(Rules::default()).await;
    let (oauth, opened) = browsing();
    let oauth = oauth.store(store.clone());
    let login = Client::builder(&authority.url()).oauth(oauth.clone());
    let login = login.login().await.expect("logged in");
    assert_eq!(login.resource, authority.url());
    assert!(login.renews && login.issuer.starts_with("http://127.0.0.1"));
    // Nobody is there any more.
    let kept = || Client::builder(&authority.url()).oauth(OAuth::new().store(store.clone()));
    let client = kept().connect().await.expect("connects");
    client.call_tool("work", json!({})).await.expect("called");
    assert_eq!(opened.load(Ordering::Acquire), 1);
    assert!(kept().logout().await.expect("logged out"));
    assert!(!kept().logout().await.expect("logged out before"));
    assert_eq!(authority.count("/revoke"), 1);
    assert!(kept().connect().await.expect_err("no login").wants_login());
    let again = Client::builder(&authority.url()).oauth(oauth).login().await;
    again.expect("logged in");
    assert_eq!(authority.count("/register"), 2, "who logs out begins anew");
}

#[tokio::test]
async fn a_client_is_registered_once_and_again_when_it_was_forgotten() {
    let authority = Authority::start(Rules {
        instead: |seen| {
            // The first client is forgotten as soon as it wants its token.
            let forgotten = seen.target == "/token" && seen.text.contains("client_id=client-0");
            let why = json!({"error": "invalid_client"});
            forgotten.then(|| Answer::json(&why).status(401))
        },
        ..Rules::default()
    })
    .await;
    let oauth = browsing().0.store(MemoryStore::default());
    let login = || {
        Client::builder(&authority.url())
            .oauth(oauth.clone())
            .login()
    };
    let error = login().await.expect_err("forgotten");
    assert!(error.to_string().contains("invalid_client"), "{error}");
    login().await.expect("registered anew");
    login().await.expect("known");
    assert_eq!(authority.count("/register"), 2);
}

#[tokio::test]
async fn a_call_that_is_always_refused_does_not_fill_the_screen() {
    let authority = Authority::start(Rules {
        instead: |seen| {
            let call = seen.method() == "tools/call";
            call.then(|| Answer::empty(401).header("www-authenticate", "Bearer"))
        },
        ..Rules::default()
    })
    .await;
    let (oauth, opened) = browsing();
    let client = Client::builder(&authority.url()).oauth(oauth);
    let client = client.connect().await.expect("connects");
    for _ in 0..10 {
        let error = client
            .call_tool("work", json!({}))
            .await
            .expect_err("refused");
        assert!(error.is_auth(), "{error}");
        // Whatever else is asked is answered: the login is good.
        let _ = client.list_tools().await;
    }
    assert!(opened.load(Ordering::Acquire) <= 4, "{opened:?}");
}

#[tokio::test]
async fn a_login_is_for_one_server_alone() {
    let store = MemoryStore::default();
    let (first, second) = (
        Authority::start(Rules::default()).await,
        Authority::start(Rules::default()).await,
    );
    let oauth = browsing().0.store(store.clone());
    let login = Client::builder(&first.url()).oauth(oauth).login().await;
    login.expect("logged in");
    let other = Client::builder(&second.url()).oauth(OAuth::new().store(store));
    assert!(
        other
            .connect()
            .await
            .expect_err("another server")
            .wants_login()
    );
    let carried = |seen: &crate::fake::Seen| seen.header("authorization").is_some();
    assert!(!second.fake.seen().iter().any(carried));
}

#[tokio::test]
async fn a_server_that_wants_no_login_is_not_logged_in_at() {
    let server =
        crate::fake::Fake::modern(|seen| (seen.verb == "GET").then(|| Answer::empty(404))).await;
    let (oauth, opened) = browsing();
    let error = Client::builder(&server.url()).oauth(oauth).login().await;
    let error = error.expect_err("no login");
    assert!(error.is_input(), "{error}");
    assert_eq!(opened.load(Ordering::Acquire), 0);
}

#[tokio::test]
async fn a_client_logs_in_as_itself_again_and_again() {
    let authority = Authority::start(Rules::default()).await;
    let oauth = OAuth::new()
        .grant(Grant::ClientCredentials)
        .client("robot")
        .client_secret("s3cret");
    let client = Client::builder(&authority.url()).oauth(oauth);
    let client = client.connect().await.expect("connects");
    client.call_tool("work", json!({})).await.expect("called");
    authority.end_tokens();
    client
        .call_tool("work", json!({}))
        .await
        .expect("called again");
    assert_eq!(authority.granted("client_credentials"), 2);
    assert_eq!(
        authority.count("/register") + authority.count("/authorize"),
        0
    );
}

#[tokio::test]
async fn plain_streams_log_in_too() {
    let authority = Authority::start(Rules {
        instead: |seen| {
            let good = seen.header("authorization").is_some() && seen.target == "/lines";
            if good {
                return Some(Answer::text(200, "text/plain", "a line\n"));
            }
            (seen.target == "/lines").then(|| Answer::empty(401))
        },
        ..Rules::default()
    })
    .await;
    let url = format!("http://{}/lines", authority.fake.addr());
    let client = PlainClient::at(&url)
        .expect("a URL")
        .oauth(browsing().0, &authority.url());
    let mut stream = client
        .expect("a login")
        .listen_stream(&url)
        .await
        .expect("opened");
    assert!(stream.next().await.is_some());
    let given = PlainClient::at(&authority.url())
        .expect("a URL")
        .token("wrong");
    let refused = given
        .expect("a token")
        .listen_stream(&authority.url())
        .await;
    assert!(
        refused
            .expect_err("refused")
            .to_string()
            .contains("refuses the token")
    );
}

#[tokio::test]
async fn no_secret_is_shown() {
    let authority = Authority::start(Rules::default()).await;
    let store = MemoryStore::default();
    let (oauth, _) = browsing();
    let oauth = oauth
        .store(store.clone())
        .client("me")
        .client_secret("s3cret");
    let builder = Client::builder(&authority.url()).oauth(oauth.clone());
    let mut shown = format!("{oauth:?} {builder:?}");
    let client = builder.connect().await.expect("connects");
    shown.push_str(&format!("{client:?} {store:?}"));
    authority.end_tokens();
    authority.end_refreshes();
    let kept = Client::builder(&authority.url()).oauth(OAuth::new().store(store));
    let error = kept.connect().await.expect_err("it has ended");
    shown.push_str(&format!("{error} {error:?}"));
    for secret in ["s3cret", "t0ken", "r3fresh", "code-"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
