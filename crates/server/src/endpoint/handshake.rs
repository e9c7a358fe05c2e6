//! `initialize`: a session is opened, and rides away in its id.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Response, StatusCode};
use tidegate_era::{
    Envelope, Head, Kind, Reject, SESSION_ID, code,
    legacy::{self, Handshake},
};
use tidegate_model::{Outcome, Raw};
use tidegate_session::Ticket;

use super::modern::unavailable;
use crate::{
    respond::{self, ResponseBody},
    state::{self, State},
};

/// Answers `initialize`.
pub(super) async fn initialize(
    state: &Arc<State>,
    head: &Head<'_>,
    message: Box<Envelope>,
) -> Result<Response<ResponseBody>, Reject> {
    if message.kind() != Kind::Request {
        return Err(Reject::bad_request(
            code::INVALID_REQUEST,
            "initialize is a request: it needs an id",
        ));
    }
    let accept = head.accept;
    let call = legacy::admit(*message)?;
    let handshake = match Handshake::read(&call.params) {
        Ok(handshake) => handshake,
        Err(failure) => {
            let facts = tidegate_era::Revision::NEWEST_LEGACY.facts();
            return Ok(respond::outcome(
                state,
                accept,
                facts,
                &call.id,
                &Outcome::from(failure),
            ));
        }
    };
    let facts = handshake.revision.facts();
    let offer = state.offer(facts).await.map_err(unavailable)?;
    let result = legacy::initialized(
        handshake.revision,
        &offer.capabilities,
        &offer.server,
        offer.instructions.as_deref(),
    );
    let id = seal(state, handshake).ok_or_else(|| {
        Reject::busy(
            StatusCode::SERVICE_UNAVAILABLE,
            1,
            "no session can be opened at the moment",
        )
    })?;
    let mut response = respond::outcome(state, accept, facts, &call.id, &result);
    response
        .headers_mut()
        .insert(HeaderName::from_static(SESSION_ID), id);
    Ok(response)
}

fn seal(state: &State, handshake: Handshake) -> Option<HeaderValue> {
    let ticket = Ticket::opened_by(handshake, state::now()).ok()?;
    tracing::debug!(
        session = ticket.key.to_hex(),
        revision = %ticket.revision,
        client = ticket.client.as_ref().map(|client| client.name.as_str()),
        "a session was opened"
    );
    let id = state.keys.seal(&ticket, b"").ok()?;
    HeaderValue::try_from(id).ok()
}

/// The empty result of `ping`, `logging/setLevel` and subscriptions, which must be exactly that.
pub(super) const fn empty() -> Outcome {
    Outcome::complete(Raw::empty_object())
}
