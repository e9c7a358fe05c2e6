//! The legacy era's session on a connection: it lives as long as the connection does.

use std::{future::poll_fn, sync::Arc, task::Poll};

use tidegate_era::{
    Envelope, Kind, Reject, Revision, code, encode::Framing, legacy, modern::Filter, notice,
};
use tidegate_handler::Bulletin;
use tidegate_model::Method;
use tidegate_session::Ticket;

use super::{Channel, Closed, outbox::Outbox};
use crate::{
    dispatch::Open,
    endpoint::{handshake, legacy as messages, modern::unavailable, session::Inside},
    respond::Hearing,
    state::{self, State},
};

/// A session, and its place among the open streams.
pub(super) struct Session {
    pub(super) ticket: Arc<Ticket>,
    /// Until the client has said that it is ready; then what tells it of changes has it.
    unheard: Option<(Open, Filter)>,
}

// === impl Channel ===

impl Channel {
    /// Answers `initialize`.
    pub(super) async fn initialize(&mut self, message: Box<Envelope>) -> Result<(), Closed> {
        let id = message.id.clone();
        if self.session.is_some() {
            let reject = Reject::bad_request(
                code::INVALID_REQUEST,
                "this connection has a session already; open another connection for another one",
            );
            return self.refuse(&reject.for_id(id)).await;
        }
        let principal = self.principal.as_ref();
        let limits = &self.state.limits;
        if let Err(reject) = limits.initialize(self.principal.as_deref(), self.presence.client()) {
            return self.refuse(&reject.for_id(id)).await;
        }
        let opened = handshake::open(&self.state, principal, message, Ticket::unending).await;
        let opened = match opened {
            Ok(opened) => opened,
            Err(reject) => return self.refuse(&reject.for_id(id)).await,
        };
        if let Some(ticket) = opened.ticket {
            let bulletin = self.state.handler.bulletin();
            let now = bulletin.as_deref().map_or(0, Bulletin::version);
            match self.state.streams.open(ticket.owner, ticket.key, now) {
                Ok(open) => {
                    self.presence.meet(ticket.revision, ticket.client.as_ref());
                    self.session = Some(Session {
                        ticket: Arc::new(ticket),
                        unheard: Some((open, opened.offered)),
                    });
                }
                Err(reject) => return self.refuse(&reject.for_id(id)).await,
            }
        }
        self.answer(opened.facts, &opened.id, &opened.result).await
    }

    /// Takes a message of the session.
    pub(super) async fn within_session(&mut self, message: Box<Envelope>) -> Result<(), Closed> {
        let id = message.id.clone();
        let kind = message.kind();
        let Some(session) = &mut self.session else {
            return self.before_session(*message, kind).await;
        };
        let ticket = Arc::clone(&session.ticket);
        if kind != Kind::Request {
            let method = message.method.as_ref().map(Method::read);
            if method == Some(Method::Initialized) {
                if let Some((open, offered)) = session.unheard.take() {
                    self.tell_changes(open, &offered, &ticket);
                }
                return Ok(());
            }
            let inside = Inside {
                ticket,
                principal: self.principal.clone(),
                level: None,
            };
            messages::take(&self.state, &inside, &message);
            return Ok(());
        }
        let entered = self
            .state
            .sessions
            .lock()
            .table
            .enter(&ticket, state::now());
        let inside = Inside {
            level: entered.unwrap_or_default(),
            principal: self.principal.clone(),
            ticket,
        };
        let facts = inside.ticket.revision.facts();
        let begun = async {
            let offer = self
                .state
                .offer(facts, inside.principal.as_ref())
                .await
                .map_err(unavailable)?;
            let call = legacy::admit(*message)?;
            messages::request(&self.state, &inside, &offer, call, None, self.framing, None)
        };
        match begun.await {
            Ok(begun) => self.follow(facts, begun, None).await,
            Err(reject) => self.refuse(&reject.for_id(id)).await,
        }
    }

    /// Answers what may come before `initialize`, which is a `ping`, and says so otherwise.
    async fn before_session(&self, message: Envelope, kind: Kind) -> Result<(), Closed> {
        if kind != Kind::Request {
            return Ok(());
        }
        let id = message.id.clone();
        let facts = Revision::NEWEST_LEGACY.facts();
        match legacy::admit(message) {
            Ok(call) if call.method == Method::Ping => {
                self.answer(facts, &call.id, &handshake::empty()).await
            }
            // What a client that probes is told of the modern era it does not claim.
            Ok(call) if messages::is_modern_only(&call.method) => {
                self.refuse(&Reject::method_not_found(call.method.name()).for_id(id))
                    .await
            }
            Ok(_) => {
                let reject = Reject::bad_request(
                    code::INVALID_REQUEST,
                    "send initialize first, or the modern era's _meta with each request",
                );
                self.refuse(&reject.for_id(id)).await
            }
            Err(reject) => self.refuse(&reject.for_id(id)).await,
        }
    }

    /// Tells the session what changes, from the moment it was opened on.
    fn tell_changes(&mut self, open: Open, offered: &Filter, ticket: &Ticket) {
        let Some(bulletin) = self.state.handler.bulletin() else {
            self.streams.spawn(async move {
                poll_fn(|task| open.lane().poll_cancelled(task)).await;
            });
            return;
        };
        let hearing = Hearing::new(&bulletin, offered).with_session(&self.state, ticket.key);
        let (outbox, framing) = (self.outbox.clone(), self.framing);
        self.streams.spawn(tell(open, hearing, outbox, framing));
    }

    pub(super) fn leave_session(&mut self) {
        if let Some(session) = self.session.take() {
            leave(&self.state, &session.ticket);
        }
    }
}

async fn tell(open: Open, mut hearing: Hearing, outbox: Outbox, framing: Framing) {
    loop {
        let news = poll_fn(|task| {
            let news = hearing.take(task, open.seen());
            if news.is_empty() && open.lane().poll_cancelled(task).is_pending() {
                return Poll::Pending;
            }
            Poll::Ready(news)
        })
        .await;
        if news.is_empty() {
            // The server stops.
            return;
        }
        let mut out = Vec::with_capacity(96 * news.len());
        for one in &news {
            framing.write(&mut out, |out| notice::changed(out, &one.change, None));
        }
        if outbox.send(out.into()).await.is_err() {
            return;
        }
    }
}

fn leave(state: &State, ticket: &Ticket) {
    state.calls.cancel_all(ticket.key);
    state.sessions.lock().table.forget(&ticket.key);
}
