//! What all attacks share: the server under attack, its fronts, and how an answer is judged.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};
use tidegate_handler::{Context, ToolSpec};
use tidegate_server::{
    Config, Fronts,
    auth::{Auth, Issuer, Key, Policy, Resource, fetch::Web},
};
use tidegate_testkit::{
    AuthorizationServer, Request, Run, Running, Session, authorization::Mint, call, server,
};

/// Whom tokens are for.
pub(super) const US: &str = "https://tide.example/mcp";

/// A server under attack.
pub(super) struct Target {
    pub(super) server: Running,
    pub(super) issuer: AuthorizationServer,
    /// A key that is good.
    pub(super) key: String,
    reached: Arc<AtomicUsize>,
}

/// What comes back.
#[derive(Clone, Copy)]
pub(super) enum Refused {
    /// 403: whoever it is, not from there.
    FromThere,
    /// 401: nothing was shown.
    Missing,
    /// 401: what was shown is not good; why, in part.
    Invalid(&'static str),
    /// 400: what was shown cannot be read; why, in part.
    Malformed(&'static str),
}

/// What challenges end with.
const METADATA: &str = concat!(
    r#"resource_metadata="https://tide.example/"#,
    r#".well-known/oauth-protected-resource/mcp", scope="notes:read""#
);

// === impl Target ===

impl Target {
    pub(super) async fn start() -> Self {
        let issuer = AuthorizationServer::start().await;
        let reached = Arc::new(AtomicUsize::new(0));
        let scopes = ["notes:read".to_owned(), "notes:write".to_owned()];
        let key = Key::generate("robot", &scopes, None, 0).expect("a key");
        let resource = Resource::new("https://tide.example", "/mcp")
            .and_then(|resource| resource.issued_by(&issuer.issuer()))
            .expect("good URLs");
        let web = Web::new(&[]).expect("HTTP");
        let auth = Auth::builder()
            .keys(key.record.to_string())
            .issuer(Issuer::new(&issuer.issuer()).expect("a URL"))
            .resource(&resource)
            .fetch(Arc::new(web))
            .build()
            .expect("somebody can be known");
        let policy = Policy::new()
            .all(&["notes:read".to_owned()])
            .expect("a scope");
        let counted = Arc::clone(&reached);
        let note = move |_: Map<String, Value>, _: Context| {
            counted.fetch_add(1, Ordering::Relaxed);
            async { "noted" }
        };
        let server = server()
            .tool(
                ToolSpec::new("note")
                    .input_schema(json!({ "type": "object" }))
                    .scopes(["notes:write"])
                    .read_only(),
                note,
            )
            .config(Config {
                fronts: Fronts {
                    http_sse: true,
                    samples: true,
                    monitor: true,
                    ..Fronts::default()
                },
                ..Config::default()
            })
            .authenticate(auth)
            .policy(policy)
            .protected_resource(resource)
            .run()
            .await;
        Self {
            server,
            issuer,
            key: key.secret.expose_secret().to_owned(),
            reached,
        }
    }

    /// Begins a token that would be let in.
    pub(super) fn good(&self) -> Mint {
        self.issuer
            .mint()
            .audience(US)
            .scope("notes:read notes:write")
    }

    /// Sends a request on a connection of its own, and judges the answer letter by letter.
    pub(super) async fn refuses(&self, what: &str, request: &Request, refused: Refused) {
        let answer = self.server.ask(request.clone()).await;
        let status = answer.status;
        let challenge = answer.header("www-authenticate").map(str::to_owned);
        let error = answer.response().await;
        assert_eq!(error["error"]["code"], -32600, "{what}: {error}");
        let why = error["error"]["message"].as_str().expect("why");
        assert!(
            !why.contains("eyJ") && !why.contains("tgk_"),
            "{what}: {why}"
        );
        let saying = |error: &str| {
            Some(format!(
                "Bearer error=\"{error}\", error_description=\"{why}\", {METADATA}"
            ))
        };
        let (expected, word) = match refused {
            Refused::FromThere => ((403, None), ""),
            Refused::Missing => ((401, Some(format!("Bearer {METADATA}"))), "missing"),
            Refused::Invalid(word) => ((401, saying("invalid_token")), word),
            Refused::Malformed(word) => ((400, saying("invalid_request")), word),
        };
        assert_eq!((status, challenge), expected, "{what}: {why}");
        assert!(why.contains(word), "{what}: {why}");
    }

    /// Nobody has reached the handler, and who may still does.
    pub(super) async fn stands(self) {
        assert_eq!(
            self.reached.load(Ordering::Relaxed),
            0,
            "an attack got through"
        );
        for shown in [self.good().token(), self.key.clone()] {
            let answer = self
                .server
                .ask(call("note", json!({})).bearer(&shown))
                .await;
            assert_eq!(answer.status, 200);
        }
        assert_eq!(self.reached.load(Ordering::Relaxed), 2);
        self.server.stop().await;
    }
}

/// A request to each front that would be answered if it came from somebody.
pub(super) fn fronts() -> Vec<(&'static str, Request)> {
    let stream = Request::new("GET").accept("text/event-stream");
    vec![
        ("modern", call("note", json!({}))),
        ("legacy", Session::initialize("2025-11-25")),
        ("http+sse", stream.at("/sse")),
        ("websocket", websocket()),
        (
            "plain",
            Request::new("POST")
                .at("/tools/note/stream")
                .json(json!({})),
        ),
        ("plain by GET", Request::new("GET").at("/tools/note/stream")),
        ("streams", Request::new("GET").at("/streams")),
        ("sample", Request::new("GET").at("/stream?n=1")),
    ]
}

/// The handshake of a WebSocket.
pub(super) fn websocket() -> Request {
    Request::new("GET")
        .at("/ws")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-protocol", "mcp")
}
