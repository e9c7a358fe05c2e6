//! One connection: what it is doing, and what it was last seen with.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use http::HeaderValue;
use parking_lot::Mutex;
use tidegate_model::Principal;
use tidegate_session::Ticket;

use crate::guard::Recognised;

/// One connection, seen from the requests that come over it.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    pub(crate) pulse: Arc<Pulse>,
    /// The last session id seen here, copied: the header's own bytes would hold on to the whole
    /// buffer they were read into.
    session: Mutex<Option<Known>>,
    /// Who was last seen here. A proxy sends many callers over one connection.
    caller: Mutex<Option<Recognised>>,
}

/// A session, the id it was opened with, and by whom.
#[derive(Debug)]
struct Known {
    id: Box<[u8]>,
    principal: Box<[u8]>,
    ticket: Arc<Ticket>,
}

/// What a connection is doing. Counted, not timed: whoever watches looks from time to time.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    /// Requests whose answers are not all sent.
    working: AtomicU32,
    /// Requests that began.
    pub(crate) began: AtomicU32,
    /// Reads that brought bytes.
    pub(crate) reads: AtomicU32,
    /// Writes that took bytes.
    pub(crate) writes: AtomicU32,
    /// Whether the peer takes no more bytes.
    pub(crate) stalled: AtomicBool,
    /// Whether bytes between requests may be something else than a head (HTTP/2).
    pub(crate) framed: AtomicBool,
}

/// A request that is being answered; when it is dropped, it was.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Pulse>);

// === impl Connection ===

impl Connection {
    /// Notes that a request began.
    pub(crate) fn begin(&self) -> Busy {
        self.pulse.working.fetch_add(1, Ordering::Relaxed);
        self.pulse.began.fetch_add(1, Ordering::Relaxed);
        Busy(Arc::clone(&self.pulse))
    }

    /// Returns the session behind `id`, if it is the one this connection was last seen with, and
    /// `principal` opened it.
    pub(crate) fn known(&self, id: &HeaderValue, principal: &[u8]) -> Option<Arc<Ticket>> {
        let session = self.session.lock();
        let known = session.as_ref()?;
        let is_same = *known.id == *id.as_bytes() && *known.principal == *principal;
        is_same.then(|| Arc::clone(&known.ticket))
    }

    /// Remembers the session behind `id`, which `principal` opened.
    pub(crate) fn remember(&self, id: &HeaderValue, principal: &[u8], ticket: &Arc<Ticket>) {
        *self.session.lock() = Some(Known {
            id: id.as_bytes().into(),
            principal: principal.into(),
            ticket: Arc::clone(ticket),
        });
    }

    /// Returns who shows these credentials, if they were the last ones that were checked here and
    /// the verdict holds.
    pub(crate) fn recognise(
        &self,
        shown: u128,
        generation: u64,
        now: u64,
    ) -> Option<Arc<Principal>> {
        self.caller
            .lock()
            .as_ref()?
            .principal(shown, generation, now)
    }

    /// Remembers a verdict.
    pub(crate) fn recognise_from_now_on(&self, caller: Recognised) {
        *self.caller.lock() = Some(caller);
    }

    /// Returns the SHA-256 of the certificate that the connection's client has proved.
    pub(crate) const fn certificate(&self) -> Option<&[u8; 32]> {
        None
    }
}

// === impl Pulse ===

impl Pulse {
    pub(crate) fn frames(&self) {
        self.framed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_working(&self) -> bool {
        self.working.load(Ordering::Relaxed) > 0
    }
}

// === impl Busy ===

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.working.fetch_sub(1, Ordering::Relaxed);
    }
}
