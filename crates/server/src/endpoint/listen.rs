//! `subscriptions/listen`: who may hear of what, before the stream of it begins.

use std::sync::Arc;

use http::{Response, StatusCode};
use tidegate_era::{Accept, Facts, Reject, code, modern::Filter};
use tidegate_handler::{Bulletin, Caller, Offer};
use tidegate_model::{Call, Principal};
use tidegate_session::Limits;

use crate::{
    guard::Visitor,
    respond::{self, Listener, ResponseBody},
    state::State,
    tasks,
};

/// Answers a listener with its stream.
pub(super) async fn listen(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    accept: Accept,
    facts: Facts,
    offer: &Offer,
    call: Call,
) -> Result<Response<ResponseBody>, Reject> {
    if !accept.sse {
        let unread = Reject::guard(
            StatusCode::NOT_ACCEPTABLE,
            "the answer is text/event-stream, however short; accept it",
        );
        return Err(unread.for_id(Some(call.id)));
    }
    let principal = visitor.principal.as_ref();
    let listener = admit(state, principal, facts, offer, call).await?;
    Ok(respond::listen(state, listener, state.age(principal)))
}

/// Lets a listener in.
pub(crate) async fn admit(
    state: &Arc<State>,
    principal: Option<&Arc<Principal>>,
    facts: Facts,
    offer: &Offer,
    call: Call,
) -> Result<Listener, Reject> {
    let id = call.id.clone();
    let listener = try_admit(state, principal, facts, offer, call).await;
    listener.map_err(|reject| reject.for_id(Some(id)))
}

async fn try_admit(
    state: &Arc<State>,
    principal: Option<&Arc<Principal>>,
    facts: Facts,
    offer: &Offer,
    call: Call,
) -> Result<Listener, Reject> {
    let offered = Filter::offered(&offer.capabilities);
    let bulletin = state.handler.bulletin();
    if bulletin.is_none() && offered.names_changes() {
        return Err(Reject::method_not_found(call.method.name()));
    }
    let most = state.config.max_subscriptions;
    let asked = Filter::read(&call.params, most, Limits::URI_BYTES)?;
    let mut honoured = asked.honoured(&offered);
    for uri in honoured.resource_subscriptions.iter().flatten() {
        state.callers.may_watch(principal.map(|who| &**who), uri)?;
    }
    // Whatever changes from here on is told, however soon it follows the acknowledgement.
    let seen = bulletin.as_deref().map_or(0, Bulletin::version);
    let mut followed = Vec::new();
    if let Some(ids) = &mut honoured.task_ids {
        let caller = Caller {
            principal: principal.cloned(),
            capabilities: call.meta.client_capabilities.clone(),
            ..Caller::new(facts)
        };
        let found = Box::pin(tasks::follow(state, &caller, ids)).await;
        followed = found.map_err(|failure| {
            let mut reject = Reject::bad_request(code::MISSING_CAPABILITY, failure.to_string());
            reject.data = failure.data().cloned();
            reject
        })?;
    }
    let open = state
        .streams
        .listen(state.limits.owner(principal.map(|who| &**who)), seen)?;
    Ok(Listener {
        open,
        facts,
        id: call.id,
        bulletin,
        honoured,
        followed,
    })
}
