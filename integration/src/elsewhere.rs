//! A page on another origin, which calls a server by the official TypeScript client.
//!
//! ```text
//!   http://page.example:PORT/   the page, and the client's modules as npm has installed them
//!        │ fetch, another origin
//!        ▼
//!   http://127.0.0.1:PORT/mcp   the server
//! ```
//!
//! The name is no loopback name, since pages of those may call anyway; the browser is told where it
//! points.

use std::fs;
use std::net::TcpListener;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::Value;

use crate::browser::reports;
use crate::clients::prepared;
use crate::process::Endpoint;

/// A page's place, taken before it is visited: its origin has to be known to whoever allows it.
#[derive(Debug)]
pub struct Elsewhere {
    listener: TcpListener,
    origin: String,
}

const NAME: &str = "page.example";

/// Lists the tools, calls one, and reports what it saw, or why it saw nothing. `TARGET` is the server,
/// `CALL` the call, and `ERA` how its version is found.
const PAGE: &str = r#"<!doctype html><title>elsewhere</title>
<script type="importmap">{ "imports": {
  "@modelcontextprotocol/client": "/modules/@modelcontextprotocol/client/dist/index.mjs",
  "@modelcontextprotocol/client/_shims": "/modules/@modelcontextprotocol/client/dist/shimsBrowser.mjs",
  "@modelcontextprotocol/core/internal": "/modules/@modelcontextprotocol/core/dist/internal.mjs",
  "eventsource": "/modules/eventsource/dist/index.js",
  "eventsource-parser": "/modules/eventsource-parser/dist/index.js",
  "eventsource-parser/stream": "/modules/eventsource-parser/dist/stream.js",
  "pkce-challenge": "/modules/pkce-challenge/dist/index.browser.js",
  "zod/v4": "/modules/zod/v4/index.js"
} }</script>
<script type="module">
const report = (what) => fetch("/report", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(what),
});
try {
  const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const seen = { origin: location.origin, progress: [] };
  try {
    const client = new Client({ name: "page", version: "1" }, { versionNegotiation: { mode: ERA } });
    await client.connect(new StreamableHTTPClientTransport(new URL(TARGET)));
    seen.version = client.getNegotiatedProtocolVersion();
    seen.tools = (await client.listTools()).tools.map(({ name }) => name);
    seen.result = await client.callTool(CALL, {
      onprogress: ({ progress, total }) => seen.progress.push([progress, total]),
    });
    await client.close();
  } catch (error) {
    seen.refused = String(error);
    // What the client makes of it is its own; this is what the browser says.
    seen.fetched = await fetch(TARGET).then(({ status }) => status, String);
  }
  await report(seen);
} catch (error) {
  await report({ broken: String(error) });
}
</script>"#;

// === impl Elsewhere ===

impl Elsewhere {
    /// Takes a free port.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn take() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        Self {
            listener,
            origin: format!("http://{NAME}:{port}"),
        }
    }

    /// Returns the page's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Visits the page, whose client calls `call` at the server in an era, and returns what it saw.
    ///
    /// # Panics
    /// There is no browser, or the client's modules do not load.
    #[must_use]
    pub fn calls(self, server: &impl Endpoint, era: &Value, call: &Value) -> Value {
        let page = PAGE
            .replace("TARGET", &Value::from(server.url()).to_string())
            .replace("ERA", &era.to_string())
            .replace("CALL", &call.to_string());
        let app = Router::new()
            .route("/", get(move || async move { Html(page) }))
            .route("/modules/{*path}", get(module));
        let url = format!("{}/", self.origin);
        let flags = [format!("--host-resolver-rules=MAP {NAME} 127.0.0.1")];
        let report = reports(self.listener, app, &url, &flags);
        assert_eq!(report["broken"], Value::Null, "the page works");
        assert_eq!(report["origin"], *self.origin);
        report
    }
}

/// Returns a module of the client, or of what it stands on.
async fn module(Path(path): Path<String>) -> impl IntoResponse {
    let file = prepared("TIDEGATE_TS2_PEERS")
        .join("node_modules")
        .join(&path);
    let text = fs::read_to_string(file).map_err(|_| StatusCode::NOT_FOUND)?;
    Ok::<_, StatusCode>(([(header::CONTENT_TYPE, "text/javascript")], text))
}
