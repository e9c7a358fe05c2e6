//! Messages inside a session.

use std::sync::Arc;

use http::{Response, StatusCode, request::Parts};
use tidegate_era::{
    Accept, Envelope, Head, Kind, Reject, code, encode::Framing, legacy, modern::Offered,
};
use tidegate_handler::{Caller, Failure, Offer};
use tidegate_model::{Call, Method, Outcome};
use tidegate_session::{Full, Numbers, Subscribed};

use super::{
    handshake::empty,
    modern::unavailable,
    session::{self, Inside},
};
use crate::{
    access,
    dispatch::{Begun, begin},
    guard::Visitor,
    respond::{self, ResponseBody},
    state::{self, State},
};

/// A message that its session let in.
#[expect(
    clippy::large_enum_variant,
    reason = "a call is the common one, and moved once"
)]
pub(super) enum Admitted {
    /// A request.
    Call(Call, Inside, Arc<Offer>, Accept),
    /// A notification or a response: it was taken.
    Taken,
}

/// Lets one message into its session.
pub(super) async fn admit(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    head: &Head<'_>,
    parts: &Parts,
    message: Box<Envelope>,
) -> Result<Admitted, Reject> {
    let inside = match session::enter(state, visitor, head) {
        Ok(inside) => inside,
        Err(reject) => return Err(reject.for_id(message.id)),
    };
    access::session(parts, inside.ticket.key);
    if message.kind() != Kind::Request {
        take(state, &inside, &message);
        return Ok(Admitted::Taken);
    }
    let offer = state
        .offer(inside.ticket.revision.facts(), inside.principal.as_ref())
        .await
        .map_err(unavailable)?;
    Ok(Admitted::Call(
        legacy::admit(*message)?,
        inside,
        offer,
        head.accept,
    ))
}

/// Answers what was admitted.
pub(super) async fn answer(
    state: &Arc<State>,
    parts: Box<Parts>,
    admitted: Admitted,
) -> Result<Response<ResponseBody>, Reject> {
    let Admitted::Call(call, inside, offer, accept) = admitted else {
        return Ok(respond::accepted());
    };
    let facts = inside.ticket.revision.facts();
    let is_kept = facts.resumes && respond::may_stream(state, accept);
    let numbers = is_kept.then(|| state.replay.numbers(inside.ticket.key, &call.id));
    let numbers = numbers.flatten();
    let begun = request(
        state,
        &inside,
        &offer,
        call,
        Some(parts),
        Framing::Sse,
        numbers,
    )?;
    respond::answer(state, accept, facts, begun).await
}

/// Answers several messages inside a session of the one revision that has batches.
pub(super) async fn batch(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: Box<Parts>,
    messages: Vec<Envelope>,
) -> Result<Response<ResponseBody>, Reject> {
    let head = Head::read(&parts.headers)?;
    let accept: Accept = head.accept;
    let inside = session::enter(state, visitor, &head)?;
    access::session(&parts, inside.ticket.key);
    let facts = inside.ticket.revision.facts();
    if !facts.reads_batches {
        return Err(Reject::bad_request(
            code::INVALID_REQUEST,
            "send one message a request; arrays were given up in 2025-06-18",
        ));
    }
    // All of them or none: what was begun could not be taken back.
    for _ in messages
        .iter()
        .filter(|message| message.kind() == Kind::Request)
    {
        state
            .limits
            .call(visitor.principal.as_deref(), visitor.client)?;
    }
    let offer = state
        .offer(facts, inside.principal.as_ref())
        .await
        .map_err(unavailable)?;
    let mut begun = Vec::new();
    for message in messages {
        if message.kind() == Kind::Request {
            let call = legacy::admit(message)?;
            let id = call.id.clone();
            // Calls that share a stream cannot be resumed: an event's id names one call alone.
            let one = request(state, &inside, &offer, call, None, Framing::Sse, None);
            // One that is refused must not take the others with it.
            begun.push(one.unwrap_or_else(|reject| {
                Begun::Done(id, Failure::internal(reject.message).into())
            }));
        } else {
            take(state, &inside, &message);
        }
    }
    Ok(respond::batch(state, accept, facts, begun).await)
}

/// Takes a notification or a response.
pub(crate) fn take(state: &State, inside: &Inside, message: &Envelope) {
    let Some(method) = &message.method else {
        state.asked.take(inside.ticket.key, message);
        return;
    };
    if Method::read(method) == Method::Cancelled
        && let Some(id) = &message.params.request_id
    {
        state.calls.cancel(inside.ticket.key, id);
    }
}

/// Answers what the session itself knows, and gives the rest to the handler.
pub(crate) fn request(
    state: &Arc<State>,
    inside: &Inside,
    offer: &Offer,
    call: Call,
    parts: Option<Box<Parts>>,
    framing: Framing,
    numbers: Option<Box<Numbers>>,
) -> Result<Begun, Reject> {
    state
        .callers
        .may(inside.principal.as_deref(), &call, offer)?;
    let facts = inside.ticket.revision.facts();
    let done = |outcome: Outcome| Ok(Begun::Done(call.id.clone(), outcome));
    match &call.method {
        Method::Ping => done(empty()),
        Method::SetLevel if offer.has_method(&call.method) => set_level(state, inside, call),
        // The modern era's own methods are unknown here.
        method if is_modern_only(method) || !offer.has_method(method) => {
            done(Failure::method_not_found(method.name()).into())
        }
        Method::Subscribe => subscribe(state, inside, call),
        Method::Unsubscribe => Ok(unsubscribe(state, inside, call)),
        // `initialize` inside a batch (2025-03-26 lifecycle forbids it).
        Method::Initialize => done(
            Failure::new(
                tidegate_model::FailureKind::InvalidRequest,
                "initialize stands alone",
            )
            .into(),
        ),
        _ => {
            let caller = Caller {
                principal: inside.principal.clone(),
                session: Some(Arc::clone(&inside.ticket)),
                request: parts,
                ..Caller::new(facts)
            };
            let level = inside.level.or(facts.default_log_level);
            Ok(begin(state, call, caller, framing, level, None, numbers))
        }
    }
}

pub(crate) const fn is_modern_only(method: &Method) -> bool {
    matches!(
        method,
        Method::Discover
            | Method::Listen
            | Method::TasksGet
            | Method::TasksUpdate
            | Method::TasksCancel
            | Method::SkillsList
            | Method::SkillsGet
            | Method::DirectoryRead
    )
}

fn set_level(state: &State, inside: &Inside, call: Call) -> Result<Begun, Reject> {
    let now = state::now();
    state.sweep(now);
    let outcome = match legacy::set_level(&call.params) {
        Ok(level) => {
            let set = state
                .sessions
                .lock()
                .table
                .set_level(&inside.ticket, level, now);
            set.map_err(|full| no_room(full).for_id(Some(call.id.clone())))?;
            empty()
        }
        Err(failure) => failure.into(),
    };
    Ok(Begun::Done(call.id, outcome))
}

fn subscribe(state: &State, inside: &Inside, call: Call) -> Result<Begun, Reject> {
    let now = state::now();
    state.sweep(now);
    let outcome = match legacy::subscribed(&call) {
        Ok(uri) => {
            let mut sessions = state.sessions.lock();
            let subscribed = sessions.table.subscribe(&inside.ticket, uri, now);
            drop(sessions);
            match subscribed.map_err(|full| no_room(full).for_id(Some(call.id.clone())))? {
                Subscribed::Taken => empty(),
                Subscribed::TooMany(most) => Failure::invalid_params(format_args!(
                    "this session subscribes to {most} resources already; unsubscribe from some"
                ))
                .into(),
                Subscribed::TooLong(most) => Failure::invalid_params(format_args!(
                    "the URIs that this session subscribes to would be longer than {most} bytes; \
                     unsubscribe from some"
                ))
                .into(),
            }
        }
        Err(failure) => failure.into(),
    };
    Ok(Begun::Done(call.id, outcome))
}

fn unsubscribe(state: &State, inside: &Inside, call: Call) -> Begun {
    let outcome = match legacy::subscribed(&call) {
        Ok(uri) => {
            let mut sessions = state.sessions.lock();
            sessions.table.unsubscribe(&inside.ticket, uri);
            empty()
        }
        Err(failure) => failure.into(),
    };
    Begun::Done(call.id, outcome)
}

/// There is no room for what a session wants to have remembered.
pub(crate) fn no_room(full: Full) -> Reject {
    let status = match full {
        Full::All => StatusCode::SERVICE_UNAVAILABLE,
        Full::Owner(_) => StatusCode::TOO_MANY_REQUESTS,
    };
    Reject::busy(status, 10, full.to_string())
}
