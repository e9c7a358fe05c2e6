//! Renewing a login: once, whoever asks, and never by a token that is spent.

use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use serde_json::json;
use tidegate_client::{
    Client,
    oauth::{FileStore, OAuth},
};

use crate::authority::{Authority, Rules, browsing};

/// Tokens that have ended when they arrive: clocks are thirty seconds early.
fn short() -> Rules {
    Rules {
        expires_in: 1,
        ..Rules::default()
    }
}

#[tokio::test]
async fn calls_side_by_side_renew_once() {
    let authority = Authority::start(Rules::default()).await;
    let (oauth, opened) = browsing();
    let client = Client::builder(&authority.url()).oauth(oauth);
    let client = client.connect().await.expect("connects");
    authority.end_tokens();
    let calls = (0..16).map(|_| client.call_tool("work", json!({})));
    for called in join_all(calls).await {
        called.expect("called");
    }
    assert_eq!(authority.granted("refresh_token"), 1);
    assert_eq!(opened.load(Ordering::Acquire), 1, "nobody was asked again");
}

#[tokio::test]
async fn processes_that_share_a_login_spend_each_refresh_token_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = || FileStore::at(folder.path().join("logins"));
    let authority = Authority::start(Rules::default()).await;
    let (oauth, _) = browsing();
    let login = Client::builder(&authority.url()).oauth(oauth.store(store()));
    login.login().await.expect("logged in");
    // Each has its own memory of the login, as processes do; the files are all they share.
    let mut clients = Vec::new();
    for _ in 0..4 {
        let client = Client::builder(&authority.url()).oauth(OAuth::new().store(store()));
        clients.push(client.connect().await.expect("connects"));
    }
    for _ in 0..3 {
        authority.end_tokens();
        let calls = clients
            .iter()
            .map(|client| client.call_tool("work", json!({})));
        for called in join_all(calls).await {
            called.expect("called");
        }
    }
    assert_eq!(authority.granted("refresh_token"), 3, "once each time");
    assert_eq!(authority.reused(), 0, "no token was spent twice");
}

#[tokio::test]
async fn a_token_that_is_about_to_end_is_renewed_before_it_is_sent() {
    let authority = Authority::start(short()).await;
    let (oauth, opened) = browsing();
    let client = Client::builder(&authority.url()).oauth(oauth);
    let client = client.connect().await.expect("connects");
    client.call_tool("work", json!({})).await.expect("called");
    assert!(authority.granted("refresh_token") >= 1);
    assert_eq!(authority.reused(), 0);
    assert_eq!(opened.load(Ordering::Acquire), 1);
}

#[tokio::test]
async fn a_login_that_was_revoked_is_asked_for_once_more() {
    let authority = Authority::start(Rules::default()).await;
    let (oauth, opened) = browsing();
    let client = Client::builder(&authority.url()).oauth(oauth);
    let client = client.connect().await.expect("connects");
    authority.end_tokens();
    authority.end_refreshes();
    let calls = (0..8).map(|_| client.call_tool("work", json!({})));
    for called in join_all(calls).await {
        called.expect("called");
    }
    assert_eq!(
        opened.load(Ordering::Acquire),
        2,
        "one window for all of them"
    );
    assert_eq!(authority.granted("refresh_token"), 1);
}

#[tokio::test]
async fn a_call_that_is_dropped_in_the_middle_loses_no_login() {
    let authority = Authority::start(Rules::default()).await;
    let (oauth, opened) = browsing();
    let client = Client::builder(&authority.url()).oauth(oauth);
    let client = client.connect().await.expect("connects");
    for _ in 0..5 {
        authority.end_tokens();
        let mut call = Box::pin(client.call_tool("work", json!({})));
        let before = authority.granted("refresh_token");
        // Dropped while its refresh token is on the way.
        tokio::select! {
            _ = &mut call => {}
            () = async {
                while authority.granted("refresh_token") == before {
                    tokio::task::yield_now().await;
                }
            } => {}
        }
        drop(call);
        client.call_tool("work", json!({})).await.expect("called");
    }
    assert_eq!(authority.reused(), 0);
    assert_eq!(opened.load(Ordering::Acquire), 1);
}
