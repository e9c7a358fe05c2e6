//! A request's way out: into its era's form, over the link, and once more where the era says so.

use std::{collections::HashMap, future::poll_fn, sync::Arc};

use parking_lot::Mutex;
use tidegate_era::{Revision, code};
use tidegate_model::{HeaderParam, Id, Raw};

use http::StatusCode;

use crate::{
    endpoint::{Era, Outgoing, Session, modern},
    error::Error,
    exchange::Exchange,
    handshake,
    info::ServerInfo,
    list,
    message::Message,
    receive::Receive,
    results::check_complete,
    wire::{Deadlines, Wire},
};

/// A client's connection: what is shared, how the server is spoken to, what it said of itself.
#[derive(Debug)]
pub(crate) struct Dispatch {
    pub(crate) wire: Arc<Wire>,
    pub(crate) era: Era,
    pub(crate) info: ServerInfo,
    /// The arguments that each tool wants mirrored in headers, by the latest list.
    pub(crate) params: Mutex<HashMap<String, Arc<[HeaderParam]>>>,
}

// === impl Dispatch ===

impl Dispatch {
    /// Sends a request.
    pub(crate) fn send(self: &Arc<Self>, outgoing: Outgoing, deadlines: Deadlines) -> Exchange {
        let id = self.wire.id();
        let log_level = outgoing.log_level;
        let opening = {
            let (dispatch, id) = (self.clone(), id.clone());
            async move { dispatch.open(&id, &outgoing).await }
        };
        Exchange::begin(self.wire.clone(), id, opening, deadlines)
            .within(self.session().cloned(), log_level)
    }

    /// Sends a request and returns its result.
    pub(crate) async fn ask(self: &Arc<Self>, outgoing: Outgoing) -> Result<Raw, Error> {
        let exchange = self.send(outgoing, self.deadlines());
        self.result(exchange).await
    }

    /// Returns the result of a request that was sent.
    pub(crate) async fn result(&self, exchange: Exchange) -> Result<Raw, Error> {
        let answer = exchange.answer().await?;
        if self.is_modern() {
            check_complete(&answer.result)?;
        }
        Ok(answer.result)
    }

    pub(crate) fn is_modern(&self) -> bool {
        matches!(self.era, Era::Modern(_))
    }

    pub(crate) fn session(&self) -> Option<&Arc<Session>> {
        match &self.era {
            Era::Modern(_) => None,
            Era::Legacy(session) => Some(session),
        }
    }

    /// Returns how long a request may take if its caller does not say.
    pub(crate) fn deadlines(&self) -> Deadlines {
        let limits = &self.wire.limits;
        Deadlines {
            total: limits.deadline,
            idle: limits.idle,
        }
    }

    async fn open(self: &Arc<Self>, id: &Id, outgoing: &Outgoing) -> Result<Receive, Error> {
        match &self.era {
            Era::Modern(revision) => self.open_modern(*revision, id, outgoing).await,
            Era::Legacy(session) => self.open_legacy(session, id, outgoing).await,
        }
    }

    /// A tool whose schema has changed refuses the headers: its list is read and the call sent
    /// once more (2026-07-28 streamable-http §Client Behavior).
    async fn open_modern(
        self: &Arc<Self>,
        revision: Revision,
        id: &Id,
        outgoing: &Outgoing,
    ) -> Result<Receive, Error> {
        let wire = &self.wire;
        let params = self.header_params(outgoing);
        let request = modern::request(wire, revision, id, outgoing, &params)?;
        let mut receive = wire.send(request).await?;
        if receive.status() != StatusCode::BAD_REQUEST || outgoing.method != "tools/call" {
            return Ok(receive);
        }
        let Some(first) = poll_fn(|cx| receive.poll_next(cx)).await else {
            return Ok(receive);
        };
        let first = first?;
        if !is_header_mismatch(&first) {
            receive.put_back(first);
            return Ok(receive);
        }
        wire.handlers.hear(&first);
        tracing::debug!(
            "the headers of a call do not fit its tool any more; the tools are listed anew"
        );
        list::tools(self).await?;
        let params = self.header_params(outgoing);
        wire.send(modern::request(wire, revision, id, outgoing, &params)?)
            .await
    }

    /// A session that has ended is opened anew and the request, which it did not reach, sent once
    /// more (2025-11-25 transports §Session Management).
    async fn open_legacy(
        &self,
        session: &Arc<Session>,
        id: &Id,
        outgoing: &Outgoing,
    ) -> Result<Receive, Error> {
        let wire = &self.wire;
        handshake::lower_level(wire, session, outgoing.log_level).await;
        let current = session.current();
        let receive = wire.send(current.request(wire, id, outgoing)).await?;
        if receive.status() != StatusCode::NOT_FOUND || current.id.is_none() {
            return Ok(receive);
        }
        handshake::renew(wire, session, &current).await?;
        wire.send(session.current().request(wire, id, outgoing))
            .await
    }

    fn header_params(&self, outgoing: &Outgoing) -> Arc<[HeaderParam]> {
        let known = self.params.lock();
        let tool = outgoing
            .name
            .as_deref()
            .filter(|_| outgoing.method == "tools/call");
        tool.and_then(|tool| known.get(tool))
            .cloned()
            .unwrap_or_default()
    }
}

fn is_header_mismatch(message: &Message) -> bool {
    let Message::Response(response) = message else {
        return false;
    };
    matches!(&response.outcome, Err(error) if error.code == code::HEADER_MISMATCH)
}
