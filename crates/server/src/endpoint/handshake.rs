//! `initialize`: a session is opened, and rides away in its id.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Response, StatusCode, request::Parts};
use tidegate_era::{
    Envelope, Facts, Head, Kind, Reject, Revision, SESSION_ID, code,
    legacy::{self, Handshake},
    modern::Filter,
};
use tidegate_model::{Call, Id, Outcome, Principal, Raw};
use tidegate_session::{NoEntropy, Ticket};

use super::modern::unavailable;
use crate::{
    access,
    census::Front,
    guard::Visitor,
    respond::{self, ResponseBody},
    state::{self, State},
};

/// What `initialize` is answered with, and the session it opened; none if it was refused.
pub(crate) struct Opened {
    pub(crate) ticket: Option<Ticket>,
    /// What may be heard of in the session.
    pub(crate) offered: Filter,
    pub(crate) id: Id,
    pub(crate) facts: Facts,
    pub(crate) result: Outcome,
}

/// Answers `initialize`: the session's id goes into a header.
pub(super) async fn initialize(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    head: &Head<'_>,
    parts: &Parts,
    message: Box<Envelope>,
) -> Result<Response<ResponseBody>, Reject> {
    let accept = head.accept;
    let opened = open(state, visitor.principal.as_ref(), message, |handshake| {
        Ticket::opened_by(handshake, state::now())
    });
    let Opened {
        ticket,
        id,
        facts,
        result,
        ..
    } = opened.await?;
    let session = match ticket {
        Some(ticket) => {
            let client = ticket.client.as_ref();
            let front = Front::StreamableHttp;
            state.census.meet(front, ticket.revision, client);
            access::session(parts, ticket.key);
            Some(seal(state, &ticket, visitor.id()).ok_or_else(no_room)?)
        }
        None => None,
    };
    let mut response = respond::outcome(state, accept, facts, &id, &result);
    if let Some(session) = session {
        response
            .headers_mut()
            .insert(HeaderName::from_static(SESSION_ID), session);
    }
    Ok(response)
}

/// Opens a session, with the ticket that `issue` makes of what was settled.
pub(crate) async fn open(
    state: &Arc<State>,
    principal: Option<&Arc<Principal>>,
    message: Box<Envelope>,
    issue: impl FnOnce(Handshake) -> Result<Ticket, NoEntropy>,
) -> Result<Opened, Reject> {
    if message.kind() != Kind::Request {
        return Err(Reject::bad_request(
            code::INVALID_REQUEST,
            "initialize is a request: it needs an id",
        ));
    }
    let Call { id, params, .. } = legacy::admit(*message)?;
    let admitted = state.callers.may_come_in(principal.map(|who| &**who));
    admitted.map_err(|reject| reject.for_id(Some(id.clone())))?;
    let handshake = match Handshake::read(&params) {
        Ok(handshake) => handshake,
        Err(failure) => {
            return Ok(Opened {
                ticket: None,
                offered: Filter::default(),
                id,
                facts: Revision::NEWEST_LEGACY.facts(),
                result: failure.into(),
            });
        }
    };
    let facts = handshake.revision.facts();
    let offer = state.offer(facts, principal).await.map_err(unavailable)?;
    let result = legacy::initialized(
        handshake.revision,
        &offer.capabilities,
        &offer.server,
        offer.instructions.as_deref(),
    );
    let mut ticket = issue(handshake).map_err(|_| no_room())?;
    ticket.owner = state.limits.owner(principal.map(|who| &**who));
    tracing::debug!(
        session = ticket.key.to_hex(),
        revision = %ticket.revision,
        client = ticket.client.as_ref().map(|client| client.name.as_str()),
        "a session was opened"
    );
    Ok(Opened {
        ticket: Some(ticket),
        offered: Filter::offered(&offer.capabilities),
        id,
        facts,
        result,
    })
}

fn seal(state: &State, ticket: &Ticket, principal: &[u8]) -> Option<HeaderValue> {
    let id = state.keys.seal(ticket, principal).ok()?;
    HeaderValue::try_from(id).ok()
}

fn no_room() -> Reject {
    Reject::busy(
        StatusCode::SERVICE_UNAVAILABLE,
        1,
        "no session can be opened at the moment",
    )
}

/// The empty result of `ping`, `logging/setLevel` and subscriptions, which must be exactly that.
pub(crate) const fn empty() -> Outcome {
    Outcome::complete(Raw::empty_object())
}
