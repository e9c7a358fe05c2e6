//! What a fake server answers: a head, and a body piece by piece.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::StreamExt;
use http::StatusCode;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::fake::{Body, Watch};

/// What a request is answered with.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) pieces: Vec<Piece>,
}

/// A part of an answer's body.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// One message as an event.
    Event(Value),
    /// These bytes.
    Text(String),
    /// Nothing, for a while.
    Wait(Duration),
    /// Nothing, until the gate is open.
    Until(Gate),
    /// Nothing any more, on an open stream.
    Hang,
    /// The end of the connection.
    Break,
}

/// What holds up an answer until a test, or another request, opens it.
#[derive(Clone, Debug)]
pub(crate) struct Gate(Arc<Semaphore>);

/// Returns the body that these pieces are.
pub(crate) fn stream(pieces: Vec<Piece>, watch: Watch) -> Body {
    let state = (pieces.into_iter(), watch);
    let frames = futures_util::stream::unfold(state, |(mut pieces, mut watch)| async move {
        loop {
            let text = match pieces.next() {
                Some(Piece::Event(message)) => format!("event: message\ndata: {message}\n\n"),
                Some(Piece::Text(text)) => text,
                Some(Piece::Wait(time)) => {
                    tokio::time::sleep(time).await;
                    continue;
                }
                Some(Piece::Until(gate)) => {
                    gate.opened().await;
                    continue;
                }
                Some(Piece::Hang) => std::future::pending().await,
                Some(Piece::Break) => {
                    drop(watch.0.take());
                    let broken = std::io::Error::other("the test broke the connection");
                    return Some((Err(broken), (pieces, watch)));
                }
                None => {
                    drop(watch.0.take());
                    return None;
                }
            };
            return Some((
                Ok::<_, std::io::Error>(Frame::data(Bytes::from(text))),
                (pieces, watch),
            ));
        }
    });
    StreamBody::new(frames.boxed()).boxed_unsync()
}

// === impl Gate ===

impl Gate {
    /// Returns a gate that is shut.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Opens it, for good.
    pub(crate) fn open(&self) {
        self.0.close();
    }

    /// Waits until it is open.
    pub(crate) async fn opened(&self) {
        // Nobody is ever let in; closing lets all go.
        let _ = self.0.acquire().await;
    }
}

/// A log message.
pub(crate) fn log(level: &str, text: &str) -> Value {
    notification("message", json!({"level": level, "data": text}))
}

pub(crate) fn notification(kind: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": format!("notifications/{kind}"), "params": params})
}

// === impl Answer ===

impl Answer {
    pub(crate) fn json(message: &Value) -> Self {
        Self::text(200, "application/json", &message.to_string())
    }

    pub(crate) fn text(status: u16, kind: &str, text: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", kind.to_owned())],
            pieces: vec![Piece::Text(text.to_owned())],
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            pieces: Vec::new(),
        }
    }

    pub(crate) fn events(pieces: Vec<Piece>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "text/event-stream".to_owned())],
            pieces,
        }
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = StatusCode::from_u16(status).expect("a status").as_u16();
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}
