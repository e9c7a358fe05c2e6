//! A WebSocket server that answers each message as a test says.

use std::{future::Future, net::SocketAddr, sync::Arc};

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Callback, ErrorResponse, Request, Response},
    },
};

use crate::fake::until;

/// A connection, as the server sees it.
pub(crate) type Connection = WebSocketStream<TcpStream>;

/// A running server; it ends when it is dropped.
pub(crate) struct Socket {
    addr: SocketAddr,
    pub(crate) seen: Arc<Mutex<Vec<Value>>>,
    pub(crate) heads: Arc<Mutex<Vec<http::HeaderMap>>>,
    accepting: JoinHandle<()>,
}

// === impl Socket ===

impl Socket {
    /// Starts a server that answers a message with what `answer` says.
    pub(crate) async fn start(
        answer: impl Fn(&Value) -> Vec<Message> + Clone + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = seen.clone();
        Self::with(seen, move |mut socket| {
            let (answer, noted) = (answer.clone(), noted.clone());
            async move {
                while let Some(Ok(message)) = socket.next().await {
                    let Message::Text(text) = message else {
                        continue;
                    };
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    noted.lock().push(message.clone());
                    for frame in answer(&message) {
                        let is_last = matches!(frame, Message::Close(_));
                        if socket.send(frame).await.is_err() || is_last {
                            return;
                        }
                    }
                }
            }
        })
        .await
    }

    /// Starts a server that does with a connection what `serve` says.
    pub(crate) async fn serving<F>(
        serve: impl Fn(Connection) -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        Self::with(Arc::default(), serve).await
    }

    async fn with<F>(
        seen: Arc<Mutex<Vec<Value>>>,
        serve: impl Fn(Connection) -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("bound");
        let heads = Arc::new(Mutex::new(Vec::new()));
        let noted = heads.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (noted, serve) = (noted.clone(), serve.clone());
                tokio::spawn(async move {
                    let socket = accept_hdr_async(stream, Greet(noted));
                    if let Ok(socket) = socket.await {
                        serve(socket).await;
                    }
                });
            }
        });
        Self {
            addr,
            seen,
            heads,
            accepting,
        }
    }

    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}/ws", self.addr)
    }

    /// Returns the methods of every message so far.
    pub(crate) fn methods(&self) -> Vec<String> {
        let seen = self.seen.lock();
        let name = |message: &Value| message["method"].as_str().unwrap_or("").to_owned();
        seen.iter().map(name).collect()
    }

    /// Waits until a message of `method` has come.
    pub(crate) async fn until_seen(&self, method: &str) -> Value {
        let found = || {
            let seen = self.seen.lock();
            seen.iter().find(|seen| seen["method"] == method).cloned()
        };
        until(method, || found().is_some()).await;
        found().expect("just seen")
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Notes the head of a handshake, and agrees to its protocol.
struct Greet(Arc<Mutex<Vec<http::HeaderMap>>>);

impl Callback for Greet {
    fn on_request(
        self,
        request: &Request,
        mut response: Response,
    ) -> Result<Response, ErrorResponse> {
        self.0.lock().push(request.headers().clone());
        if let Some(protocol) = request.headers().get("sec-websocket-protocol") {
            let headers = response.headers_mut();
            headers.insert("sec-websocket-protocol", protocol.clone());
        }
        Ok(response)
    }
}
