//! The access log: who asked for what, over which front, and what came of it; one event a request.
//!
//! It goes to `tracing` at the target `tidegate::access`, and costs nothing while nobody listens
//! there. An event is written when its answer has ended, which for a stream may be hours later.
//!
//! ```text
//!   who=ann client=192.0.2.7 front=streamable-http http=POST path=/mcp method=tools/call name=echo
//!   session=- id=7 status=200 ended=whole bytes=131 ms=0.41
//! ```
//!
//! Nothing of a header, a query, an argument or an answer is in it.

use std::{
    fmt::Display,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering},
    },
    time::Instant,
};

use http::{StatusCode, request::Parts};
use parking_lot::Mutex;
use tidegate_era::Envelope;
use tidegate_model::{Id, Principal};
use tidegate_session::SessionKey;

/// Where the events go.
const TARGET: &str = "tidegate::access";

/// How many letters are kept of what a stranger says: more than any name has that is meant.
const LETTERS: usize = 128;

/// What stands for something that there is not.
const NOTHING: &str = "-";

/// How an answer is written down whose client hung up before its head was there, as nginx does.
const HUNG_UP: u16 = 499;

/// A request, until its answer has ended; dropping it writes it down.
#[derive(Debug)]
pub(crate) struct Entry {
    begun: Instant,
    client: Option<IpAddr>,
    front: &'static str,
    http: String,
    path: String,
    notes: Notes,
    status: AtomicU16,
    bytes: AtomicU64,
    whole: AtomicBool,
}

/// What becomes known of a request on its way; it rides with the request's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    who: Option<String>,
    method: Option<String>,
    name: Option<String>,
    session: Option<String>,
    id: Option<String>,
}

/// Returns whether anybody listens.
pub(crate) fn is_on() -> bool {
    tracing::enabled!(target: TARGET, tracing::Level::INFO)
}

/// Notes who asks.
pub(crate) fn who(parts: &Parts, principal: &Principal) {
    note(parts, |noted| noted.who = Some(printable(principal.name())));
}

/// Notes the session that a request is of.
pub(crate) fn session(parts: &Parts, session: SessionKey) {
    note(parts, |noted| noted.session = Some(session.to_hex()));
}

/// Notes what a message asks for.
pub(crate) fn message(parts: &Parts, message: &Envelope) {
    note(parts, |noted| noted.read(message));
}

/// Notes the call of a tool without a message.
pub(crate) fn call(parts: &Parts, tool: &str) {
    note(parts, |noted| {
        noted.method = Some("tools/call".to_owned());
        noted.name = Some(printable(tool));
    });
}

fn note(parts: &Parts, take: impl FnOnce(&mut Noted)) {
    if let Some(notes) = parts.extensions.get::<Notes>() {
        take(&mut notes.0.lock());
    }
}

// === impl Entry ===

impl Entry {
    /// Begins the entry of a request over HTTP, if anybody listens.
    pub(crate) fn of_request(
        client: Option<IpAddr>,
        front: &'static str,
        parts: &mut Parts,
    ) -> Option<Box<Self>> {
        if !is_on() {
            return None;
        }
        let entry = Self::new(client, front, parts.method.as_str(), parts.uri.path());
        parts.extensions.insert(entry.notes.clone());
        Some(Box::new(entry))
    }

    /// Begins the entry of a message on a connection of its own, if anybody listens.
    pub(crate) fn of_message(
        client: Option<IpAddr>,
        front: &'static str,
        session: Option<SessionKey>,
        message: &Envelope,
    ) -> Option<Box<Self>> {
        if !is_on() {
            return None;
        }
        let entry = Self::new(client, front, NOTHING, NOTHING);
        let mut noted = entry.notes.0.lock();
        noted.read(message);
        noted.session = session.map(SessionKey::to_hex);
        drop(noted);
        Some(Box::new(entry))
    }

    fn new(client: Option<IpAddr>, front: &'static str, http: &str, path: &str) -> Self {
        Self {
            begun: Instant::now(),
            client,
            front,
            http: printable(http),
            path: printable(path),
            notes: Notes::default(),
            status: AtomicU16::new(HUNG_UP),
            bytes: AtomicU64::new(0),
            whole: AtomicBool::new(false),
        }
    }

    /// Notes how it is answered.
    pub(crate) fn answered(&self, status: StatusCode) {
        self.status.store(status.as_u16(), Ordering::Relaxed);
    }

    /// Notes that so many bytes of the answer were sent.
    pub(crate) fn sent(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Notes that all of the answer was sent.
    pub(crate) fn ended(&self) {
        self.whole.store(true, Ordering::Relaxed);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let noted = self.notes.0.lock();
        let text = |text: &Option<String>| text.as_deref().unwrap_or(NOTHING).to_owned();
        let client = self
            .client
            .as_ref()
            .map_or(&NOTHING as &dyn Display, |ip| ip);
        let whole = self.whole.load(Ordering::Relaxed);
        tracing::info!(
            target: TARGET,
            who = text(&noted.who),
            %client,
            front = self.front,
            http = self.http,
            path = self.path,
            method = text(&noted.method),
            name = text(&noted.name),
            session = text(&noted.session),
            id = text(&noted.id),
            status = self.status.load(Ordering::Relaxed),
            ended = if whole { "whole" } else { "cut" },
            bytes = self.bytes.load(Ordering::Relaxed),
            // To the microsecond: what is finer is noise.
            ms = self.begun.elapsed().as_micros() as f64 / 1_000.0,
        );
    }
}

// === impl Noted ===

impl Noted {
    fn read(&mut self, message: &Envelope) {
        let params = &message.params;
        self.method = message
            .method
            .as_ref()
            .map(|method| printable(method.as_str()));
        self.id = message
            .id
            .as_ref()
            .map(|id: &Id| printable(&id.to_string()));
        self.name = match (&params.name, &params.uri) {
            (Some(name), _) => Some(printable(name.as_str())),
            // What follows may be anything: it is not part of the name.
            (None, Some(uri)) => uri.as_str().split(['?', '#']).next().map(printable),
            (None, None) => None,
        };
    }
}

/// Returns what can be shown of a stranger's words, on one line and no longer than names are.
pub(crate) fn printable(text: &str) -> String {
    let shown = text.chars().filter(|letter| !letter.is_control());
    shown.take(LETTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_a_stranger_is_a_line_of_its_own() {
        assert_eq!(
            printable("echo\n2026 INFO who=root\u{1b}[2J"),
            "echo2026 INFO who=root[2J"
        );
        assert_eq!(printable(&"é".repeat(1_000)).chars().count(), LETTERS);
    }
}
