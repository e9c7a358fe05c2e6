//! Which era is found, and what is remembered of it (checklist V23).

use std::time::Duration;

use serde_json::{Value, json};
use tidegate_client::{Client, EraChoice, Revision};

use crate::fake::{Answer, Fake, Piece, legacy, modern};

/// Connects to a server that answers `server/discover` so, and is legacy apart from that.
async fn probed(answer: Answer) -> (Result<Client, tidegate_client::Error>, Vec<String>) {
    let server =
        Fake::legacy(move |seen| (seen.method() == "server/discover").then(|| answer.clone()))
            .await;
    let client = Client::connect(&server.url()).await;
    (client, server.methods())
}

#[tokio::test]
async fn a_modern_server_is_found_at_once() {
    let server = Fake::modern(|_| None).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let info = client.server();
    assert_eq!(info.revision, Revision::V2026_07_28);
    assert_eq!(
        (info.name.as_str(), info.version.as_str()),
        ("fake", "1.2.3")
    );
    assert_eq!(info.instructions.as_deref(), Some("Be kind."));
    assert!(info.capabilities.tools.is_some());
    assert_eq!(server.methods(), ["server/discover"]);

    let probe = server.only("server/discover");
    assert_eq!(probe.header("mcp-protocol-version"), Some("2026-07-28"));
    assert_eq!(probe.header("mcp-method"), Some("server/discover"));
    assert_eq!(
        probe.header("accept"),
        Some("application/json, text/event-stream")
    );
    let meta = &probe.body["params"]["_meta"];
    assert_eq!(
        meta["io.modelcontextprotocol/protocolVersion"],
        "2026-07-28"
    );
    assert_eq!(
        meta["io.modelcontextprotocol/clientCapabilities"],
        json!({})
    );
    assert_eq!(
        meta["io.modelcontextprotocol/clientInfo"]["name"],
        "tidegate"
    );
}

#[tokio::test]
async fn refusals_without_a_modern_error_mean_legacy() {
    let error =
        |code: i64| json!({"jsonrpc": "2.0", "id": null, "error": {"code": code, "message": "no"}});
    for answer in [
        Answer::text(400, "text/html", "<html>Bad Request</html>"),
        Answer::empty(400),
        Answer::json(&error(-32000)).status(400),
        Answer::json(&error(-32602)).status(400),
        Answer::json(&error(-32601)).status(404),
        Answer::json(&error(-32601)),
        Answer::empty(404),
        Answer::empty(405),
    ] {
        let shown = format!("{answer:?}");
        let (client, methods) = probed(answer).await;
        let client = client.unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(client.server().revision, Revision::V2025_11_25, "{shown}");
        assert_eq!(
            methods,
            ["server/discover", "initialize", "notifications/initialized"]
        );
    }
}

#[tokio::test]
async fn an_unsupported_version_is_retried_once_and_never_initialized() {
    let supported = json!({"supported": ["2026-07-28"], "requested": "2026-07-28"});
    let server = Fake::legacy(move |seen| {
        (seen.method() == "server/discover")
            .then(|| Answer::json(&seen.error(-32022, supported.clone())).status(400))
    })
    .await;
    let error = Client::connect(&server.url())
        .await
        .expect_err("no common ground");
    assert!(
        error.to_string().contains("refuses the protocol version"),
        "{error}"
    );
    assert_eq!(server.methods(), ["server/discover", "server/discover"]);
}

#[tokio::test]
async fn an_unsupported_version_with_legacy_ones_leads_to_initialize() {
    let supported = json!({"supported": ["2025-06-18", "2025-03-26"], "requested": "2026-07-28"});
    let server = Fake::legacy(move |seen| {
        (seen.method() == "server/discover")
            .then(|| Answer::json(&seen.error(-32022, supported.clone())).status(400))
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    assert_eq!(client.server().revision, Revision::V2025_06_18);
    assert_eq!(
        server.only("initialize").body["params"]["protocolVersion"],
        "2025-06-18"
    );
}

#[tokio::test]
async fn credentials_and_outages_are_no_verdict() {
    for status in [401_u16, 403, 429, 500, 502, 503] {
        let (client, methods) = probed(Answer::text(status, "text/plain", "go away")).await;
        let error = client.expect_err("refused");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(error.is_auth(), matches!(status, 401 | 403));
        assert_eq!(methods, ["server/discover"], "{status}");
    }
}

#[tokio::test]
async fn modern_errors_are_no_reason_to_fall_back() {
    for code in [-32020_i64, -32021] {
        let server = Fake::legacy(move |seen| {
            (seen.method() == "server/discover")
                .then(|| Answer::json(&seen.error(code, Value::Null)).status(400))
        })
        .await;
        let error = Client::connect(&server.url()).await.expect_err("refused");
        assert_eq!(error.rpc_code(), Some(code));
        assert_eq!(server.methods(), ["server/discover"]);
    }
}

#[tokio::test]
async fn silence_is_a_timeout_and_no_verdict() {
    let server = Fake::start(|_| Answer::events(vec![Piece::Hang])).await;
    let connecting = Client::builder(&server.url())
        .handshake_deadline(Duration::from_millis(500))
        .connect();
    let error = connecting.await.expect_err("silent");
    assert!(error.is_timeout(), "{error}");
    assert_eq!(server.methods(), ["server/discover"]);
}

#[tokio::test]
async fn a_legacy_verdict_is_remembered_and_forgotten_when_it_fails() {
    let upgraded = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let server = {
        let upgraded = upgraded.clone();
        Fake::start(move |seen| {
            if upgraded.load(std::sync::atomic::Ordering::Relaxed) {
                modern(seen)
            } else {
                legacy(seen)
            }
        })
        .await
    };
    let url = server.url();
    Client::connect(&url).await.expect("connects");
    Client::connect(&url).await.expect("connects");
    assert_eq!(
        server
            .methods()
            .iter()
            .filter(|name| *name == "server/discover")
            .count(),
        1
    );

    upgraded.store(true, std::sync::atomic::Ordering::Relaxed);
    let client = Client::connect(&url).await.expect("connects");
    assert_eq!(client.server().revision, Revision::V2026_07_28);
}

#[tokio::test]
async fn an_era_can_be_chosen() {
    let server = Fake::start(legacy).await;
    let error = Client::builder(&server.url())
        .era(EraChoice::Modern)
        .connect()
        .await;
    assert!(
        error
            .expect_err("legacy")
            .to_string()
            .contains("2026-07-28")
    );

    let chosen = EraChoice::Legacy(Revision::V2025_03_26);
    let client = Client::builder(&server.url())
        .era(chosen)
        .connect()
        .await
        .expect("connects");
    assert_eq!(client.server().revision, Revision::V2025_03_26);
}

#[tokio::test]
async fn what_is_no_mcp_server_is_said_to_be_none() {
    let server = Fake::start(|_| Answer::text(404, "text/html", "<html>")).await;
    let error = Client::connect(&server.url())
        .await
        .expect_err("a web server");
    assert!(
        error
            .to_string()
            .contains("not the address of an MCP server"),
        "{error}"
    );
}

#[tokio::test]
async fn nobody_there_is_a_connect_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = listener.local_addr().expect("bound");
    drop(listener);
    let error = Client::connect(&format!("http://{addr}/mcp"))
        .await
        .expect_err("nobody");
    assert!(error.is_connect(), "{error:?}");
}
