//! Requests of 2025-11-25 and before: they belong to a session that `initialize` opened.

use bytes::Bytes;
use http::{HeaderValue, Method};
use parking_lot::Mutex;
use serde_json::{Map, json};
use tidegate_era::{Revision, SESSION_ID, code};
use tidegate_model::{Id, Level};

use super::outgoing::{Outgoing, PROTOCOL_VERSION, bare, post};
use crate::{message::Request, wire::Wire};

/// A session, which is another one once the server has forgotten it.
#[derive(Debug)]
pub(crate) struct Session {
    current: Mutex<Current>,
    /// Held by whoever opens the session anew, so that one does it for all.
    pub(crate) renewing: tokio::sync::Mutex<()>,
    /// Whether the server sends log messages.
    pub(crate) logs: bool,
}

/// What a session is at the moment.
#[derive(Clone, Debug)]
pub(crate) struct Current {
    /// The id the server gave it, if it did.
    pub(crate) id: Option<HeaderValue>,
    /// The revision both speak.
    pub(crate) revision: Revision,
    /// From which level on the server sends log messages.
    pub(crate) level: Level,
}

/// From which level on servers send log messages to a session that never said.
pub(crate) const DEFAULT_LEVEL: Level = Level::Info;

// === impl Session ===

impl Session {
    /// Returns a session that has just been opened.
    pub(crate) fn new(current: Current, logs: bool) -> Self {
        Self {
            current: Mutex::new(current),
            renewing: tokio::sync::Mutex::new(()),
            logs,
        }
    }

    /// Puts a new session in the place of the one that ended.
    pub(crate) fn replace(&self, current: Current) {
        *self.current.lock() = current;
    }

    /// Remembers what the server was told.
    pub(crate) fn set_level(&self, level: Level) {
        self.current.lock().level = level;
    }

    /// Returns what the session is at the moment.
    pub(crate) fn current(&self) -> Current {
        self.current.lock().clone()
    }
}

// === impl Current ===

impl Current {
    /// Puts the session's headers on a request.
    fn sign(&self, mut request: http::Request<Bytes>) -> http::Request<Bytes> {
        let headers = request.headers_mut();
        headers.insert(
            PROTOCOL_VERSION,
            HeaderValue::from_static(self.revision.name()),
        );
        if let Some(id) = &self.id {
            headers.insert(SESSION_ID, id.clone());
        }
        request
    }

    /// Returns the POST of a request within the session.
    pub(crate) fn request(
        &self,
        wire: &Wire,
        id: &Id,
        outgoing: &Outgoing,
    ) -> http::Request<Bytes> {
        let mut meta = outgoing.meta.clone();
        meta.entry("progressToken").or_insert_with(|| json!(id));
        self.sign(post(wire, outgoing.body(Some(id), meta)))
    }

    /// Returns the POST of `notifications/initialized`.
    pub(crate) fn initialized(&self, wire: &Wire) -> http::Request<Bytes> {
        let outgoing = Outgoing::new("notifications/initialized", None);
        self.sign(post(wire, outgoing.body(None, Map::new())))
    }

    /// Returns the POST that cancels request `id`.
    pub(crate) fn cancelled(&self, wire: &Wire, id: &Id) -> http::Request<Bytes> {
        let outgoing = Outgoing::new("notifications/cancelled", None)
            .field("requestId", json!(id))
            .field("reason", json!("the caller no longer waits"));
        self.sign(post(wire, outgoing.body(None, Map::new())))
    }

    /// Returns the POST that answers a request of the server's: `ping`, and nothing else is known.
    pub(crate) fn answer(&self, wire: &Wire, asked: &Request) -> http::Request<Bytes> {
        let answer = if asked.method == "ping" {
            json!({"jsonrpc": "2.0", "id": asked.id, "result": {}})
        } else {
            let message = format!("{} is not known to this client", asked.method);
            let error = json!({"code": code::METHOD_NOT_FOUND, "message": message});
            json!({"jsonrpc": "2.0", "id": asked.id, "error": error})
        };
        self.sign(post(wire, answer.to_string().into()))
    }

    /// Returns the DELETE that ends the session, if there is one to end.
    pub(crate) fn delete(&self, wire: &Wire) -> Option<http::Request<Bytes>> {
        self.id.as_ref()?;
        Some(self.sign(bare(wire, Method::DELETE, Bytes::new())))
    }
}

/// Returns the POST of `initialize`.
pub(crate) fn initialize(wire: &Wire, revision: Revision, id: &Id) -> http::Request<Bytes> {
    let outgoing = Outgoing::new("initialize", None)
        .field("protocolVersion", json!(revision.name()))
        .field("capabilities", json!({}))
        .field("clientInfo", json!(wire.info));
    post(wire, outgoing.body(Some(id), Map::new()))
}
