//! Requests as they are written and answers as they come.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request, Response,
    body::Incoming,
    client::conn::http1,
    header::{HeaderName, HeaderValue},
    http::response,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};

/// An answer that takes longer has been lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// The newest revision.
pub(super) const MODERN: &str = "2026-07-28";

/// A request that has not been sent yet.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    method: Method,
    headers: HeaderMap,
    body: Bytes,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A request, and the status and the JSON-RPC error that have to come back; no error: a result.
pub(super) struct Vector {
    pub(super) what: &'static str,
    pub(super) sent: Sent,
    pub(super) status: u16,
    pub(super) error: Option<i64>,
}

/// Returns `params` with the claim that every modern request makes.
pub(super) fn with_claim(mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    params
}

/// Sends each vector, and says of all that went wrong what did.
pub(super) async fn hold(addr: SocketAddr, vectors: impl IntoIterator<Item = Vector>) {
    let mut wrong = Vec::new();
    for vector in vectors {
        let answer = vector.sent.send(addr).await;
        let is_right = answer.status == vector.status
            && match vector.error {
                Some(code) => answer.error() == Some(code),
                None => answer.json().get("result").is_some(),
            };
        if !is_right {
            wrong.push(format!(
                "{}: expected {} {:?}, got {} {}",
                vector.what,
                vector.status,
                vector.error,
                answer.status,
                answer.text()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

// === impl Sent ===

impl Sent {
    /// A request with these headers alone, and `Host`.
    pub(super) fn new(method: Method, body: impl Into<Bytes>) -> Self {
        Self {
            method,
            headers: HeaderMap::new(),
            body: body.into(),
        }
    }

    /// A message in a POST, with what every POST says of itself.
    pub(super) fn post(body: impl Into<Bytes>) -> Self {
        Self::new(Method::POST, body)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
    }

    /// A modern request whose headers mirror its body, as they must.
    pub(super) fn modern(message: &Value) -> Self {
        let mut sent = Self::post(message.to_string()).header("mcp-protocol-version", MODERN);
        if let Some(method) = message["method"].as_str() {
            sent = sent.header("mcp-method", method);
        }
        let params = &message["params"];
        match params["name"].as_str().or(params["uri"].as_str()) {
            Some(name) if name.is_ascii() => sent.header("mcp-name", name),
            _ => sent,
        }
    }

    /// A modern call of a tool.
    pub(super) fn call(tool: &str, arguments: &Value) -> Self {
        let params = with_claim(json!({ "name": tool, "arguments": arguments }));
        Self::modern(
            &json!({ "jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": params }),
        )
    }

    /// Sets a header, whatever it was before.
    pub(super) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.insert(named(name), valued(value));
        self
    }

    /// Adds a header to those of the same name.
    pub(super) fn header_too(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.append(named(name), valued(value));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Sets the body, whatever the headers say of it.
    pub(super) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request on a connection of its own and reads the whole answer.
    pub(super) async fn send(self, addr: SocketAddr) -> Answer {
        let answer = async {
            let (head, body) = self.exchange(addr).await.into_parts();
            let body = body.collect().await.expect("a whole answer");
            Answer::new(&head, body.to_bytes())
        };
        timeout(PATIENCE, answer).await.expect("an answer in time")
    }

    /// Like [`send`](Self::send), but hangs up once the head of the answer has come.
    pub(super) async fn head(self, addr: SocketAddr) -> Answer {
        let answer = timeout(PATIENCE, self.exchange(addr)).await;
        let (head, _) = answer.expect("an answer in time").into_parts();
        Answer::new(&head, Bytes::new())
    }

    async fn exchange(self, addr: SocketAddr) -> Response<Incoming> {
        let mut request = Request::new(Full::new(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = "/mcp".parse().expect("a path");
        *request.headers_mut() = self.headers;
        let host = valued(addr.to_string());
        request.headers_mut().entry("host").or_insert(host);

        let socket = TcpStream::connect(addr).await.expect("the server listens");
        let (mut sender, connection) = http1::handshake(TokioIo::new(socket))
            .await
            .expect("a fresh connection");
        // It ends by itself: when the answer has been read, or is dropped.
        tokio::spawn(connection);
        sender.send_request(request).await.expect("an answer")
    }
}

fn named(name: &str) -> HeaderName {
    HeaderName::from_bytes(name.as_bytes()).expect("a header's name")
}

fn valued(value: impl AsRef<[u8]>) -> HeaderValue {
    HeaderValue::from_bytes(value.as_ref()).expect("a header's value")
}

// === impl Answer ===

impl Answer {
    fn new(head: &response::Parts, body: Bytes) -> Self {
        Self {
            status: head.status.as_u16(),
            headers: head.headers.clone(),
            body,
        }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The answer's message: the body, or what its only event with data holds; null if there is none.
    pub(super) fn json(&self) -> Value {
        let text = self.text();
        let is_stream = self.header("content-type") == Some("text/event-stream");
        let message = match is_stream {
            true => text
                .lines()
                .filter_map(|line| line.strip_prefix("data:"))
                .rfind(|data| !data.trim().is_empty()),
            false => Some(text.as_str()),
        };
        message
            .and_then(|message| serde_json::from_str(message).ok())
            .unwrap_or_default()
    }

    /// The code of the error, if the message is one.
    pub(super) fn error(&self) -> Option<i64> {
        self.json()["error"]["code"].as_i64()
    }
}

// === impl Vector ===

impl Vector {
    /// A request that has to be served.
    pub(super) const fn served(what: &'static str, sent: Sent) -> Self {
        Self {
            what,
            sent,
            status: 200,
            error: None,
        }
    }

    /// A request that has to be refused.
    pub(super) const fn refused(what: &'static str, sent: Sent, status: u16, error: i64) -> Self {
        Self {
            what,
            sent,
            status,
            error: Some(error),
        }
    }
}
