//! A request of the modern era: it stands alone.

use std::sync::Arc;

use http::{Response, request::Parts};
use tidegate_era::{
    Accept, Envelope, Facts, Head, Kind, Reject, Revision, code,
    encode::{Framing, Signature},
    modern,
};
use tidegate_handler::Caller;
use tidegate_model::{Call, Method, Principal};

use super::listen::listen;
use crate::{
    census::Front,
    dispatch::{Begun, begin, returned},
    guard::Visitor,
    respond::{self, ResponseBody},
    state::State,
    tasks,
};

/// A message that the ladder let through.
#[expect(
    clippy::large_enum_variant,
    reason = "a call is the common one, and moved once"
)]
pub(super) enum Admitted {
    /// A call for the handler.
    Call(Call, Facts, Accept),
    /// What needs no handler.
    Answer(Response<ResponseBody>),
}

/// Takes a message that claims the modern era up the ladder.
pub(super) async fn admit(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    head: &Head<'_>,
    parts: &Parts,
    message: Box<Envelope>,
    revision: Revision,
) -> Result<Admitted, Reject> {
    match message.kind() {
        Kind::Request => {}
        // Over HTTP the era has no notification a client sends; unknown ones are no fault.
        Kind::Notification => return Ok(Admitted::Answer(respond::accepted())),
        Kind::Response => {
            return Err(Reject::bad_request(
                code::INVALID_REQUEST,
                "responses are not posted in this revision",
            ));
        }
    }
    let facts = revision.facts();
    let offer = state
        .offer(facts, visitor.principal.as_ref())
        .await
        .map_err(unavailable)?;
    let call = modern::admit(head, &parts.headers, *message, &*offer)?;
    state
        .callers
        .may(visitor.principal.as_deref(), &call, &offer)?;
    if call.method == Method::Discover {
        let client = call.meta.client_info.as_ref();
        let client = client.and_then(|raw| raw.decode().ok());
        let front = Front::StreamableHttp;
        state.census.meet(front, revision, client.as_ref());
        let instructions = offer.instructions.as_deref();
        let outcome = modern::discover(&offer.capabilities, instructions, offer.cache);
        // Here the server says all of itself, and in every other result only its name.
        let signature = Signature::new(&offer.server);
        let answer = respond::signed(state, &signature, head.accept, facts, &call.id, &outcome);
        return Ok(Admitted::Answer(answer));
    }
    if call.method == Method::Listen {
        let stream = Box::pin(listen(state, visitor, head.accept, facts, &offer, call)).await?;
        return Ok(Admitted::Answer(stream));
    }
    Ok(Admitted::Call(call, facts, head.accept))
}

/// Answers what was admitted.
pub(super) async fn answer(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: Box<Parts>,
    admitted: Admitted,
) -> Result<Response<ResponseBody>, Reject> {
    let (call, facts, accept) = match admitted {
        Admitted::Call(call, facts, accept) => (call, facts, accept),
        Admitted::Answer(answer) => return Ok(answer),
    };
    let begun = start(
        state,
        visitor.principal.clone(),
        call,
        facts,
        Some(parts),
        Framing::Sse,
    )
    .await;
    respond::answer(state, accept, facts, begun).await
}

/// Begins a call: by the handler, or by whoever looks after tasks.
pub(crate) async fn start(
    state: &Arc<State>,
    principal: Option<Arc<Principal>>,
    mut call: Call,
    facts: Facts,
    parts: Option<Box<Parts>>,
    framing: Framing,
) -> Begun {
    let caller = Caller {
        principal,
        capabilities: call.meta.client_capabilities.take(),
        info: call.meta.client_info.take(),
        request: parts,
        ..Caller::new(facts)
    };
    if tasks::is_about_tasks(&call.method) {
        let outcome = Box::pin(tasks::answer(state, &call, &caller)).await;
        return Begun::Done(call.id, outcome);
    }
    let log_level = call.meta.log_level;
    match returned(state, &call, &caller) {
        Ok(returned) => begin(state, call, caller, framing, log_level, returned, None),
        Err(failure) => Begun::Done(call.id, failure.into()),
    }
}

/// What is offered cannot be said: whoever knows does not answer.
pub(crate) fn unavailable(failure: tidegate_handler::Failure) -> Reject {
    tracing::warn!("the handler's offer cannot be had: {failure}");
    Reject::busy(
        http::StatusCode::SERVICE_UNAVAILABLE,
        1,
        "what is offered here cannot be told at the moment",
    )
}
