//! Requests of 2025-11-25 and before: they belong to a session that `initialize` opened.

use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tidegate_era::{Revision, SESSION_ID};
use tidegate_model::{Id, Level};
use tokio::sync::{Notify, watch};

use super::{
    outgoing::{Outgoing, PROTOCOL_VERSION, bare, post},
    watching::Watching,
};
use crate::wire::Wire;

/// A session, which is another one once the server has forgotten it.
#[derive(Debug)]
pub(crate) struct Session {
    current: Mutex<Current>,
    /// Held by whoever opens the session anew, so that one does it for all.
    pub(crate) renewing: tokio::sync::Mutex<()>,
    /// Whether the server sends log messages.
    pub(crate) logs: bool,
    /// How often it was opened anew; the standing stream opens its own anew with it.
    renewed: watch::Sender<u64>,
    /// A request was made: a standing stream that has given up tries again.
    pub(crate) used: Notify,
    /// Whether the user has ended it.
    closed: AtomicBool,
    /// The resources whose changes are told.
    pub(crate) watching: Watching,
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
            renewed: watch::Sender::new(0),
            used: Notify::new(),
            closed: AtomicBool::new(false),
            watching: Watching::default(),
        }
    }

    /// Puts a new session in the place of the one that ended.
    pub(crate) fn replace(&self, current: Current) {
        *self.current.lock() = current;
        self.closed.store(false, Ordering::Release);
    }

    /// Says that the user has ended the session.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Returns whether the user has ended the session, and not used it since.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Says that the session has been opened anew, with all that belongs to it.
    pub(crate) fn renewed(&self) {
        self.renewed.send_modify(|times| *times += 1);
    }

    /// Returns what tells when the session has been opened anew.
    pub(crate) fn renewals(&self) -> watch::Receiver<u64> {
        self.renewed.subscribe()
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
    pub(crate) fn sign(&self, mut request: http::Request<Bytes>) -> http::Request<Bytes> {
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

    /// Returns the POST of an answer to a request of the server's.
    pub(crate) fn answer(&self, wire: &Wire, answer: &Value) -> http::Request<Bytes> {
        self.sign(post(wire, answer.to_string().into()))
    }

    /// Returns the POST of `notifications/roots/list_changed`.
    pub(crate) fn roots_changed(&self, wire: &Wire) -> http::Request<Bytes> {
        let outgoing = Outgoing::new("notifications/roots/list_changed", None);
        self.sign(post(wire, outgoing.body(None, Map::new())))
    }

    /// Returns the GET of a stream: the one that belongs to no request, or, after the event
    /// `behind`, the rest of the one that had it.
    pub(crate) fn stream(&self, wire: &Wire, behind: Option<&str>) -> http::Request<Bytes> {
        let mut request = self.sign(bare(wire, Method::GET, Bytes::new()));
        let headers = request.headers_mut();
        headers.insert(
            header::ACCEPT,
            HeaderValue::from_static("text/event-stream"),
        );
        // An id that no header can hold cannot be named; the server then begins anew.
        let behind = behind.and_then(|id| HeaderValue::from_bytes(id.as_bytes()).ok());
        if let Some(id) = behind {
            headers.insert("last-event-id", id);
        }
        request
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
        .field("capabilities", wire.asks.capabilities(false))
        .field("clientInfo", json!(wire.info));
    post(wire, outgoing.body(Some(id), Map::new()))
}
