//! What a fake server answers: a head, and a body piece by piece.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::StreamExt;
use http::StatusCode;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc};

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
    /// What is fed to it, until nothing more is.
    Fed(Fed),
    /// Nothing any more, on an open stream.
    Hang,
    /// The end of the connection.
    Break,
}

/// What holds up an answer until a test, or another request, opens it.
#[derive(Clone, Debug)]
pub(crate) struct Gate(Arc<Semaphore>);

/// Feeds one stream at a time: the latest that was opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Feed(Arc<Mutex<Option<mpsc::UnboundedSender<String>>>>);

/// What was fed to a stream.
#[derive(Clone, Debug)]
pub(crate) struct Fed(Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<String>>>);

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
                Some(Piece::Fed(fed)) => {
                    let Some(text) = fed.0.lock().await.recv().await else {
                        continue;
                    };
                    // It is not used up.
                    let rest = std::iter::once(Piece::Fed(fed)).chain(pieces);
                    pieces = rest.collect::<Vec<_>>().into_iter();
                    text
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

// === impl Feed ===

impl Feed {
    /// Returns what a stream that is opened now is fed; the one before it ends.
    pub(crate) fn open(&self) -> Piece {
        let (sender, receiver) = mpsc::unbounded_channel();
        *self.0.lock() = Some(sender);
        Piece::Fed(Fed(Arc::new(tokio::sync::Mutex::new(receiver))))
    }

    /// Sends a message, if there is a stream.
    pub(crate) fn tell(&self, message: &Value) {
        self.text(&format!("event: message\ndata: {message}\n\n"));
    }

    /// Sends these bytes, if there is a stream.
    pub(crate) fn text(&self, text: &str) {
        if let Some(sender) = &*self.0.lock() {
            // A client that has gone hears nothing.
            let _ = sender.send(text.to_owned());
        }
    }

    /// Ends the stream.
    pub(crate) fn end(&self) {
        self.0.lock().take();
    }
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
