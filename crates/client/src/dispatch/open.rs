//! Opening a request's stream, with the one repair each era knows before there is a stream.

use std::{future::poll_fn, sync::Arc};

use http::StatusCode;
use tidegate_era::{Revision, code};
use tidegate_model::{HeaderParam, Id};

use super::Dispatch;
use crate::{
    endpoint::{Era, Outgoing, Session, modern},
    error::Error,
    handshake, list,
    message::Message,
    place::Place,
    receive::Receive,
};

impl Dispatch {
    /// Sends a request in the server's era and waits for the head of its answer.
    pub(super) async fn open(
        self: &Arc<Self>,
        id: &Id,
        outgoing: &Outgoing,
    ) -> Result<Receive, Error> {
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
        wire.cache.drop_list("tools/list");
        // A list is a request like any other, whose future this one would hold in itself.
        Box::pin(list::tools(self)).await?;
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
        session.used.notify_one();
        handshake::lower_level(wire, session, outgoing.log_level).await;
        let mut current = session.current();
        let mut receive = wire.send(current.request(wire, id, outgoing)).await?;
        if receive.status() == StatusCode::NOT_FOUND && current.id.is_some() {
            handshake::renew(wire, session, &current).await?;
            current = session.current();
            receive = wire.send(current.request(wire, id, outgoing)).await?;
        }
        Ok(receive.within(current, Place::default()))
    }

    fn header_params(&self, outgoing: &Outgoing) -> Arc<[HeaderParam]> {
        let tool = outgoing
            .name
            .as_deref()
            .filter(|_| outgoing.method == "tools/call");
        tool.map(|tool| self.tools.params(tool)).unwrap_or_default()
    }
}

fn is_header_mismatch(message: &Message) -> bool {
    let Message::Response(response) = message else {
        return false;
    };
    matches!(&response.outcome, Err(error) if error.code == code::HEADER_MISMATCH)
}
