//! A connection that carries messages both ways, of both eras, many calls at a time.
//!
//! ```text
//!   front ── bytes of one message ──▶ Channel::take ─▶ era ─▶ dispatch ─▶ Handler::call
//!   front ◀── frames ◀── Outbox ◀──── a task a call that is pending ◀───────┘
//! ```
//!
//! stdio, WebSocket and HTTP+SSE are each a few lines round it: they cut their bytes into
//! messages, and send what comes out. On such a connection the legacy era has one session, which
//! lives as long as the connection; the modern era has none, as everywhere. Both may be spoken by
//! turns: a client that probes does (2025-11-25 and 2026-07-28 stdio).

mod call;
mod ids;
mod modern;
mod outbox;
mod session;
mod take;

use std::{sync::Arc, time::Duration};

use tidegate_era::{
    Facts, Reject,
    encode::{self, Framing},
};
use tidegate_model::{Id, Outcome, Principal};
use tokio::task::JoinSet;

pub(crate) use self::outbox::Outgoing;
use self::{ids::Ids, outbox::Outbox, session::Session};
use crate::{access::Entry, audit::Refused, census::Presence, state::State};

/// One connection, seen from the messages that come over it. Dropped, it cancels what is under way.
pub(crate) struct Channel {
    state: Arc<State>,
    framing: Framing,
    /// Whose connection it is.
    principal: Option<Arc<Principal>>,
    outbox: Outbox,
    /// The legacy era's session, once `initialize` has opened it.
    session: Option<Session>,
    /// The modern era's requests under way.
    ids: Ids,
    calls: JoinSet<()>,
    /// What ends only with the connection: listeners, and what tells a session of changes.
    streams: JoinSet<()>,
    presence: Presence,
    /// Where the message that is being taken is written down.
    entry: Option<Box<Entry>>,
}

/// Nobody reads what is sent any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed;

// === impl Channel ===

impl Channel {
    /// Returns the two ends of a connection: where messages go in, and where frames come out.
    pub(crate) fn new(
        state: &Arc<State>,
        framing: Framing,
        presence: Presence,
        principal: Option<Arc<Principal>>,
    ) -> (Self, Outgoing) {
        let (outbox, outgoing) = outbox::new();
        let channel = Self {
            state: Arc::clone(state),
            framing,
            principal,
            outbox,
            session: None,
            ids: Ids::default(),
            calls: JoinSet::new(),
            streams: JoinSet::new(),
            presence,
            entry: None,
        };
        (channel, outgoing)
    }

    /// Ends what is told without being asked: no more requests will come.
    pub(crate) fn hush(&mut self) {
        self.streams.abort_all();
    }

    /// Lets what is under way end, for no longer than `most`.
    pub(crate) async fn finish(mut self, most: Duration) {
        if tokio::time::timeout(most, self.ended()).await.is_err() {
            tracing::warn!(
                calls = self.calls.len(),
                "a connection ended with calls under way"
            );
        }
    }

    /// Completes when nothing is under way.
    ///
    /// # Cancel safety
    ///
    /// Dropping it before its end changes nothing.
    pub(crate) async fn ended(&mut self) {
        while self.calls.join_next().await.is_some() {}
        while self.streams.join_next().await.is_some() {}
    }

    async fn refuse(&self, reject: &Reject) -> Result<(), Closed> {
        tracing::debug!(code = reject.code, "refused: {}", reject.message);
        if let Some(entry) = &self.entry {
            entry.answered(reject.status);
        }
        if let Some(refused) = Refused::of(reject) {
            let (client, front) = (self.presence.client(), self.presence.front().name());
            let audit = &self.state.audit;
            let who = self.principal.as_deref().map(Principal::name);
            audit.refused(&refused, who, client, front, reject.status);
        }
        self.send(|out| encode::reject(out, reject)).await
    }

    async fn answer(&self, facts: Facts, id: &Id, outcome: &Outcome) -> Result<(), Closed> {
        if let Some(entry) = &self.entry {
            entry.answered(encode::status(facts, outcome));
        }
        let signature = &self.state.signature;
        self.send(|out| encode::response(out, facts, signature, id, outcome))
            .await
    }

    async fn send(&self, message: impl FnOnce(&mut Vec<u8>)) -> Result<(), Closed> {
        let mut out = Vec::with_capacity(256);
        self.framing.write(&mut out, message);
        if let Some(entry) = &self.entry {
            entry.sent(out.len());
            entry.ended();
        }
        self.outbox.send(out.into()).await
    }

    /// Forgets the tasks that have ended.
    fn reap(&mut self) {
        while self.calls.try_join_next().is_some() {}
        while self.streams.try_join_next().is_some() {}
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.leave_session();
    }
}
