//! A server that answers each request as a test says, and remembers what it saw.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle, time::Instant};

use crate::answer::stream;
pub(crate) use crate::answer::{Answer, Feed, Gate, Piece, log, notification};

/// How many servers there were in this process.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// A running server; it ends when it is dropped.
pub(crate) struct Fake {
    addr: SocketAddr,
    nth: usize,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

pub(crate) struct Shared {
    answer: Box<dyn Fn(&Seen) -> Answer + Send + Sync>,
    pub(crate) seen: Mutex<Vec<Seen>>,
    pub(crate) closed: AtomicUsize,
    connections: AtomicUsize,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The HTTP method.
    pub(crate) verb: String,
    /// The path, with its query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) text: String,
    /// When it came.
    pub(crate) at: Instant,
}

pub(crate) type Body = UnsyncBoxBody<Bytes, std::io::Error>;

// === impl Fake ===

impl Fake {
    /// Starts a server that answers by `answer`.
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("bound");
        let shared = Shared::new(answer);
        let accepting = tokio::spawn(accept(listener, shared.clone()));
        Self {
            addr,
            nth: STARTED.fetch_add(1, Ordering::Relaxed),
            shared,
            accepting,
        }
    }

    /// Starts a modern server; what `answer` leaves, `server/discover`, it answers itself.
    pub(crate) async fn modern(
        answer: impl Fn(&Seen) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        Self::start(move |seen| answer(seen).unwrap_or_else(|| modern(seen))).await
    }

    /// Starts a legacy server; what `answer` leaves, the handshake above all, it answers itself.
    pub(crate) async fn legacy(
        answer: impl Fn(&Seen) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        Self::start(move |seen| answer(seen).unwrap_or_else(|| legacy(seen))).await
    }

    /// Returns the server's address. No two are alike, though ports come again: verdicts are
    /// remembered by address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/mcp/{}", self.addr, self.nth)
    }

    /// Returns where it listens.
    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns every request so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().clone()
    }

    /// Returns the methods of every request so far.
    pub(crate) fn methods(&self) -> Vec<String> {
        self.seen()
            .iter()
            .map(|seen| seen.method().to_owned())
            .collect()
    }

    /// Waits until so many requests have come, and returns the methods of all.
    pub(crate) async fn until_as_many(&self, requests: usize) -> Vec<String> {
        until("requests", || self.shared.seen.lock().len() >= requests).await;
        self.methods()
    }

    /// Returns the one request of `method`.
    pub(crate) fn only(&self, method: &str) -> Seen {
        let mut found: Vec<Seen> = self
            .seen()
            .into_iter()
            .filter(|seen| seen.method() == method)
            .collect();
        assert_eq!(found.len(), 1, "{method} among {:?}", self.methods());
        found.remove(0)
    }

    /// Waits until a request of `method` has come.
    pub(crate) async fn until_seen(&self, method: &str) -> Seen {
        let found = || self.seen().into_iter().find(|seen| seen.method() == method);
        until(method, || found().is_some()).await;
        found().expect("just seen")
    }

    /// Waits until a client has closed a stream before its end.
    pub(crate) async fn until_closed(&self) {
        until("a closed stream", || self.closed() > 0).await;
    }

    /// Returns how many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Acquire)
    }

    /// Returns how many streams were closed before their end.
    pub(crate) fn closed(&self) -> usize {
        self.shared.closed.load(Ordering::Acquire)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited five seconds for {what}");
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        shared.connections.fetch_add(1, Ordering::AcqRel);
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let shared = shared.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = body
                    .collect()
                    .await
                    .map(|body| body.to_bytes())
                    .unwrap_or_default();
                Ok::<_, Infallible>(shared.respond(Request::from_parts(parts, body)))
            }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service),
        );
    }
}

// === impl Shared ===

impl Shared {
    pub(crate) fn new(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            answer: Box::new(answer),
            seen: Mutex::default(),
            closed: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
        })
    }

    pub(crate) fn respond(self: &Arc<Self>, request: Request<Bytes>) -> Response<Body> {
        let seen = Seen::of(&request);
        self.seen.lock().push(seen.clone());
        let answer = (self.answer)(&seen);
        let mut response = Response::builder().status(answer.status);
        for (name, value) in answer.headers {
            response = response.header(name, value);
        }
        let body = stream(answer.pieces, Watch(Some(self.clone())));
        response.body(body).expect("a response")
    }
}

/// Answers one request by `answer`, without a socket.
pub(crate) fn respond(request: Request<Bytes>, answer: fn(&Seen) -> Answer) -> Response<Body> {
    Shared::new(answer).respond(request)
}

/// Counts a stream that is dropped before its end.
pub(crate) struct Watch(pub(crate) Option<Arc<Shared>>);

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(shared) = &self.0 {
            shared.closed.fetch_add(1, Ordering::AcqRel);
        }
    }
}

// === impl Seen ===

impl Seen {
    fn of(request: &Request<Bytes>) -> Self {
        Self {
            verb: request.method().to_string(),
            target: request.uri().to_string(),
            headers: request.headers().clone(),
            body: serde_json::from_slice(request.body()).unwrap_or_default(),
            text: String::from_utf8_lossy(request.body()).into_owned(),
            at: Instant::now(),
        }
    }

    pub(crate) fn method(&self) -> &str {
        self.body["method"].as_str().unwrap_or(&self.verb)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("ASCII"))
    }

    /// The response to this request.
    pub(crate) fn response(&self, result: Value) -> Value {
        json!({"jsonrpc": "2.0", "id": self.body["id"], "result": result})
    }

    /// The error response to this request.
    pub(crate) fn error(&self, code: i64, data: Value) -> Value {
        let error = json!({"code": code, "message": "refused", "data": data});
        json!({"jsonrpc": "2.0", "id": self.body["id"], "error": error})
    }

    /// The progress notification for this request.
    pub(crate) fn progress(&self, done: u32) -> Value {
        let token = &self.body["params"]["_meta"]["progressToken"];
        notification(
            "progress",
            json!({"progressToken": token, "progress": done, "total": 3}),
        )
    }
}

/// What a modern server answers that offers nothing.
pub(crate) fn modern(seen: &Seen) -> Answer {
    match seen.method() {
        "server/discover" => Answer::json(&seen.response(json!({
            "resultType": "complete",
            "supportedVersions": ["2026-07-28", "2025-11-25"],
            "capabilities": {"tools": {}, "logging": {}},
            "instructions": "Be kind.",
            "ttlMs": 0, "cacheScope": "private",
            "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "fake", "version": "1.2.3"}},
        }))),
        _ => Answer::json(&seen.error(-32601, Value::Null)).status(404),
    }
}

/// What a legacy server answers that offers nothing.
pub(crate) fn legacy(seen: &Seen) -> Answer {
    match seen.method() {
        "initialize" => {
            let version = &seen.body["params"]["protocolVersion"];
            Answer::json(&seen.response(json!({
                "protocolVersion": version,
                "capabilities": {"tools": {"listChanged": true}, "logging": {}},
                "serverInfo": {"name": "old fake", "version": "0.9"},
            })))
            .header("mcp-session-id", "session-1")
        }
        "logging/setLevel" | "ping" => Answer::json(&seen.response(json!({}))),
        "server/discover" => Answer::json(&seen.error(-32000, Value::Null)).status(400),
        "DELETE" => Answer::empty(200),
        "GET" => Answer::empty(405),
        _ if seen.body["id"].is_null() || seen.body["method"].is_null() => Answer::empty(202),
        _ => Answer::json(&seen.error(-32601, Value::Null)),
    }
}
