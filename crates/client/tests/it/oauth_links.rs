//! Every way to a server carries the login: a relay, HTTP+SSE, a WebSocket's handshake, a session.

use serde_json::{Value, json};
use tidegate_client::{
    Client, EraChoice, Revision,
    oauth::{MemoryStore, OAuth},
};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::{
    authority::{Authority, Rules, browsing},
    fake::{Seen, legacy},
};

/// Returns what the requests to the endpoint carried, in order.
fn carried(authority: &Authority) -> Vec<(String, bool)> {
    let seen = authority.fake.seen();
    let there = seen.iter().filter(|seen| seen.target.starts_with("/mcp"));
    let entry = |seen: &Seen| {
        let token = seen.header("authorization");
        let is_token = token.is_some_and(|token| token.starts_with("Bearer t0ken-"));
        (seen.method().to_owned(), is_token)
    };
    there.map(entry).collect()
}

#[tokio::test]
async fn a_relay_uses_the_login_that_is_kept() {
    let authority = Authority::start(Rules::default()).await;
    let store = MemoryStore::default();
    let login = Client::builder(&authority.url()).oauth(browsing().0.store(store.clone()));
    login.login().await.expect("logged in");
    let relay = Client::builder(&authority.url()).oauth(OAuth::new().store(store));
    let (mut host, input) = tokio::io::duplex(1 << 16);
    let (output, lines) = tokio::io::duplex(1 << 16);
    let running = tokio::spawn(relay.relay().expect("a URL").run(input, output));
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let asked = json!({
        "jsonrpc": "2.0", "id": 7, "method": "server/discover", "params": {"_meta": meta},
    });
    host.write_all(format!("{asked}\n").as_bytes())
        .await
        .expect("sent");
    let line = BufReader::new(lines).lines().next_line().await;
    let answer: Value = serde_json::from_str(&line.expect("read").expect("a line")).expect("JSON");
    assert!(answer["result"].is_object(), "{answer}");
    drop(host);
    running.await.expect("no panic").expect("relayed");
    let last = carried(&authority).pop();
    assert_eq!(last, Some(("server/discover".to_owned(), true)));
}

#[tokio::test]
async fn a_relay_without_a_login_says_so_to_its_host() {
    let authority = Authority::start(Rules::default()).await;
    let relay = Client::builder(&authority.url()).oauth(OAuth::new());
    let (mut host, input) = tokio::io::duplex(1 << 16);
    let (output, lines) = tokio::io::duplex(1 << 16);
    let running = tokio::spawn(relay.relay().expect("a URL").run(input, output));
    let asked = json!({"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "host", "version": "1"},
    }});
    host.write_all(format!("{asked}\n").as_bytes())
        .await
        .expect("sent");
    let line = BufReader::new(lines).lines().next_line().await;
    let answer: Value = serde_json::from_str(&line.expect("read").expect("a line")).expect("JSON");
    assert_eq!(answer["id"], 7);
    assert_eq!(answer["error"]["data"]["status"], 401, "{answer}");
    let why = answer["error"]["message"].as_str().expect("text");
    assert!(why.contains("wants a login"), "{why}");
    drop(host);
    running.await.expect("no panic").expect("relayed");
}

#[tokio::test]
async fn a_session_carries_it_from_its_beginning_to_its_end() {
    let authority = Authority::start(Rules {
        instead: |seen| {
            let token = seen.header("authorization")?;
            let good = token.starts_with("Bearer t0ken-") && seen.target.starts_with("/mcp");
            good.then(|| legacy(seen))
        },
        ..Rules::default()
    })
    .await;
    let client = Client::builder(&authority.url())
        .era(EraChoice::Legacy(Revision::V2025_11_25))
        .roots([tidegate_client::ask::Root::new("file:///x")])
        .oauth(browsing().0);
    let client = client.connect().await.expect("connects");
    authority.fake.until_seen("GET").await;
    client.close().await.expect("closed");
    let carried = carried(&authority);
    let (strangers, known): (Vec<_>, Vec<_>) = carried.iter().partition(|(_, token)| !token);
    assert_eq!(strangers.len(), 1, "{carried:?}");
    for method in ["initialize", "notifications/initialized", "GET", "DELETE"] {
        assert!(
            known.iter().any(|(name, _)| name == method),
            "{method}: {carried:?}"
        );
    }
}

#[tokio::test]
async fn what_is_no_post_carries_it_too() {
    for scheme in ["sse+http", "ws"] {
        let authority = Authority::start(Rules::default()).await;
        let url = authority.url().replacen("http", scheme, 1);
        let client = Client::builder(&url).oauth(browsing().0);
        // The fake speaks neither; it is asked again with the token all the same.
        let error = client.connect().await.expect_err("neither");
        assert!(!error.is_auth(), "{scheme}: {error}");
        let carried = carried(&authority);
        let gets: Vec<bool> = carried
            .iter()
            .filter(|(method, _)| method == "GET")
            .map(|(_, token)| *token)
            .collect();
        assert_eq!(gets[..2], [false, true], "{scheme}: {carried:?}");
    }
}
