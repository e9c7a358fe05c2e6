//! Tokens of issuers open the server, whether it reads them itself or asks.

use serde_json::json;
use tidegate_testkit::authorization::{AuthorizationServer, Endpoint};

use super::{bearer, get, get_as};
use crate::process::{Running, Serving, tidegate};

/// This server, as its clients know it.
const PUBLIC: &str = "https://mcp.example.org";

/// Serves with these words and variables.
fn serve(words: &[&str], variables: &[(&str, &str)]) -> Serving {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("a.txt"), "A calm sea.").unwrap();
    let path = root.path().to_str().unwrap().to_owned();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--root", &path];
    let mut command = tidegate(&[&serve[..], words].concat());
    command.envs(variables.iter().copied());
    Serving::of(Running::start(&mut command), root)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_issuer_for_this_server_opens_it() {
    let authority = AuthorizationServer::start_at("/realms/main").await;
    let issuer = authority.issuer();
    let server = serve(&["--auth-issuer", &issuer, "--public-url", PUBLIC], &[]);
    server.wait_for(&format!("callers show a token of {issuer}"));
    let refused = get(&server, "/streams", &[]);
    let metadata = format!("{PUBLIC}/.well-known/oauth-protected-resource/mcp");
    assert_eq!(refused.status, 401);
    assert!(refused.head.contains(&metadata), "{refused:?}");
    let document = get(&server, "/.well-known/oauth-protected-resource/mcp", &[]);
    assert_eq!(document.status, 200);
    for says in [&*issuer, "https://mcp.example.org/mcp"] {
        assert!(document.body.contains(says), "{document:?}");
    }
    let resource = format!("{PUBLIC}/mcp");
    let good = authority.mint().audience(&resource).scope("data:read");
    let path = "/secure-stream?query=calm";
    let streamed = get(&server, path, &bearer(&good.token()));
    assert_eq!(streamed.status, 200, "{streamed:?}");
    assert!(streamed.body.contains("A calm sea."), "{streamed:?}");
    let other = authority
        .mint()
        .audience("https://other.example")
        .scope("data:read");
    assert_eq!(get(&server, path, &bearer(&other.token())).status, 401);
    let weak = authority.mint().audience(&resource).scope("other");
    assert_eq!(get(&server, path, &bearer(&weak.token())).status, 403);
    let by = |host: &str| get_as(&server, host, "/streams", &[]).status;
    assert_eq!((by("mcp.example.org"), by("evil.example")), (401, 403));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_of_the_file_has_audiences_of_its_own() {
    let authority = AuthorizationServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.toml");
    let text = format!(
        "[auth]\npublic_url = '{PUBLIC}'\n[[auth.issuers]]\nissuer = '{}'\naudiences = ['tides', 'seas']\njwks_uri = '{}'\n",
        authority.issuer(),
        authority.url(Endpoint::Jwks),
    );
    std::fs::write(&file, text).unwrap();
    let server = serve(&["--config", file.to_str().unwrap()], &[]);
    let status = |audience: &str| {
        let token = authority.mint().audience(audience).token();
        get(&server, "/streams", &bearer(&token)).status
    };
    assert_eq!((status("tides"), status("seas")), (200, 200));
    assert_eq!(status("https://mcp.example.org/mcp"), 401);
    assert_eq!(authority.asked(Endpoint::Metadata), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_is_is_asked_with_a_secret_that_nobody_sees() {
    const SECRET: &str = "hunter2 & more";
    let authority = AuthorizationServer::start().await;
    authority.client("tidegate", Some(SECRET), &[]);
    let url = authority.url(Endpoint::Introspect);
    let words = [
        "--log",
        "trace",
        "--set",
        &format!("auth.introspection.endpoint={url}"),
        "--set",
        "auth.introspection.client_id=tidegate",
        "--set",
        "auth.introspection.audiences=tides",
    ];
    let secret = ("TIDEGATE_AUTH_INTROSPECTION_CLIENT_SECRET", SECRET);
    let server = serve(&words, &[secret]);
    let answer = json!({"active": true, "sub": "ann", "aud": "tides", "scope": "data:read"});
    let token = authority.opaque(answer);
    let path = "/secure-stream?query=calm";
    assert_eq!(get(&server, path, &bearer(&token)).status, 200);
    assert_eq!(get(&server, path, &bearer("made-up")).status, 401);
    assert_eq!(authority.asked(Endpoint::Introspect), 2);
    let said = server.said();
    for secret in ["hunter2", &token] {
        assert!(!said.contains(secret), "{said}");
    }
}
