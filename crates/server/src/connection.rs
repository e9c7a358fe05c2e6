//! One connection: where it comes from, what it is doing, and what it was last seen with.

mod certificate;

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::Poll,
};

use http::HeaderValue;
use parking_lot::Mutex;
use tidegate_auth::Credentials;
use tidegate_model::Principal;
use tidegate_session::Ticket;
use tokio::sync::Notify;

pub(crate) use self::certificate::{Fingerprint, PeerCertificate};
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
    peer: Option<IpAddr>,
    secured: Option<Secured>,
}

/// What TLS says of a connection.
#[derive(Debug, Default)]
pub(crate) struct Secured {
    /// Who its client is, by a certificate that was verified.
    pub(crate) certificate: Option<Arc<PeerCertificate>>,
    /// The header that every answer has, if there is one.
    pub(crate) hsts: Option<HeaderValue>,
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
    /// For how many seconds it has lain idle, as far as was last looked.
    pub(crate) quiet: AtomicU32,
    /// Told when it is to give way to another one.
    pub(crate) leave: Notify,
    /// Whether bytes between requests may be something else than a head (HTTP/2).
    pub(crate) framed: AtomicBool,
}

/// A request that is being answered; when it is dropped, it was.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Pulse>);

// === impl Connection ===

impl Connection {
    /// Returns a connection from `peer`, encrypted or not, that `pulse` counts.
    pub(crate) fn new(pulse: Arc<Pulse>, peer: Option<IpAddr>, secured: Option<Secured>) -> Self {
        Self {
            pulse,
            peer,
            secured,
            ..Self::default()
        }
    }

    /// Returns the address at its other end, a client's or a proxy's; none on a Unix socket and
    /// inside another program's server.
    pub(crate) const fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// Returns whether it is encrypted up to this server.
    pub(crate) const fn is_tls(&self) -> bool {
        self.secured.is_some()
    }

    /// Returns the certificate that its client showed.
    pub(crate) fn certificate(&self) -> Option<&Arc<PeerCertificate>> {
        self.secured.as_ref()?.certificate.as_ref()
    }

    /// Returns what every answer says in `Strict-Transport-Security`, if anything.
    pub(crate) fn hsts(&self) -> Option<&HeaderValue> {
        self.secured.as_ref()?.hsts.as_ref()
    }

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
        shown: &Credentials<'_>,
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
}

// === impl Pulse ===

impl Pulse {
    pub(crate) fn frames(&self) {
        self.framed.store(true, Ordering::Relaxed);
    }

    /// Counts a write that the socket was asked for.
    pub(crate) fn wrote(&self, wrote: &Poll<io::Result<usize>>) {
        self.stalled.store(wrote.is_pending(), Ordering::Relaxed);
        if wrote.is_ready() {
            self.writes.fetch_add(1, Ordering::Relaxed);
        }
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
