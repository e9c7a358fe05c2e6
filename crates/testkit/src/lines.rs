//! A client over a pair of streams, with a message a line, as over standard input and output.

use std::collections::VecDeque;

use serde_json::{Value, json};
use tidegate_handler::Handler;
use tidegate_server::{Error, Server};
use tokio::{
    io::{
        AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf, duplex, split,
    },
    sync::oneshot,
    task::JoinHandle,
};

use crate::{MODERN, soon};

/// A client that writes lines and reads them, and the server at the other end.
#[derive(Debug)]
pub struct Lines {
    writer: WriteHalf<DuplexStream>,
    reader: BufReader<ReadHalf<DuplexStream>>,
    aside: VecDeque<Value>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<Result<(), Error>>,
}

/// How many bytes lie between the two unread: what a pipe holds.
const PIPE: usize = 64 * 1024;

// === impl Lines ===

impl Lines {
    /// Starts a server at the other end.
    #[must_use]
    pub fn to<H: Handler>(server: Server<H>) -> Self {
        let (ours, theirs) = duplex(PIPE);
        let (reader, writer) = split(theirs);
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(async move {
            let stopped = async {
                if stopped.await.is_err() {
                    std::future::pending().await
                }
            };
            server.serve_lines(reader, writer, stopped).await
        });
        let (reader, writer) = split(ours);
        Self {
            writer,
            reader: BufReader::new(reader),
            aside: VecDeque::new(),
            stop: Some(stop),
            server,
        }
    }

    /// Writes bytes as they are.
    ///
    /// # Panics
    ///
    /// When the server does not take them.
    pub async fn write(&mut self, bytes: &[u8]) {
        let written = soon("the bytes are taken", self.writer.write_all(bytes)).await;
        written.expect("written");
    }

    /// Writes a message.
    ///
    /// # Panics
    ///
    /// When the server does not take it.
    pub async fn send(&mut self, message: &Value) {
        self.write(format!("{message}\n").as_bytes()).await;
    }

    /// Returns the next message; none at the end.
    ///
    /// # Panics
    ///
    /// When none comes, or what comes is none.
    pub async fn next(&mut self) -> Option<Value> {
        if let Some(kept) = self.aside.pop_front() {
            return Some(kept);
        }
        self.read().await
    }

    async fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = soon("a message comes", self.reader.read_line(&mut line)).await;
        if read.expect("read") == 0 {
            return None;
        }
        Some(serde_json::from_str(&line).expect("each line is a message"))
    }

    /// Returns the next message.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn message(&mut self) -> Value {
        self.next().await.expect("a message")
    }

    /// Returns the answer to request `id`; what comes before it is kept.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn answer(&mut self, id: impl Into<Value>) -> Value {
        let id = id.into();
        loop {
            let message = self.read().await.expect("an answer");
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.aside.push_back(message);
        }
    }

    /// Opens a session: `initialize`, and `notifications/initialized`.
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub async fn open(&mut self, revision: &str, capabilities: Value) {
        let params = json!({
            "protocolVersion": revision, "capabilities": capabilities,
            "clientInfo": { "name": "lines", "version": "1" },
        });
        self.send(&request(0, "initialize", params)).await;
        let opened = self.answer(0).await;
        assert_eq!(opened["result"]["protocolVersion"], revision, "{opened}");
        self.send(&notification("notifications/initialized", json!({})))
            .await;
    }

    /// Ends what is written; reading goes on.
    ///
    /// # Panics
    ///
    /// When the server is gone.
    pub async fn end(&mut self) {
        self.writer.shutdown().await.expect("the end is written");
    }

    /// Tells the server to stop.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits until the server has ended, and returns how.
    ///
    /// # Errors
    ///
    /// As the server's.
    ///
    /// # Panics
    ///
    /// When it does not end, or panicked.
    pub async fn ended(self) -> Result<(), Error> {
        let Self { server, .. } = self;
        soon("the server ends", server).await.expect("no panic")
    }

    /// Goes away: nothing more is written, and nothing read.
    ///
    /// # Errors
    ///
    /// As the server's.
    ///
    /// # Panics
    ///
    /// When the server does not end, or panicked.
    pub async fn hang_up(self) -> Result<(), Error> {
        let Self {
            server,
            writer,
            reader,
            stop,
            ..
        } = self;
        drop((writer, reader));
        let ended = soon("the server ends", server).await.expect("no panic");
        drop(stop);
        ended
    }
}

/// Returns a request.
#[must_use]
pub fn request(id: impl Into<Value>, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id.into(), "method": method, "params": params })
}

/// Returns a request of the modern era.
#[must_use]
pub fn claiming(id: impl Into<Value>, method: &str, mut params: Value) -> Value {
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!(MODERN);
    params["_meta"]["io.modelcontextprotocol/logLevel"] = json!("debug");
    if params["_meta"]["io.modelcontextprotocol/clientCapabilities"].is_null() {
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
    }
    request(id, method, params)
}

/// Returns a notification.
#[must_use]
pub fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}
