//! `subscriptions/listen`: who may hear of what, before the stream of it begins.

use std::sync::Arc;

use http::{Response, StatusCode};
use tidegate_era::{Accept, Facts, Reject, code, modern::Filter};
use tidegate_handler::{Bulletin, Caller, Offer};
use tidegate_model::Call;
use tidegate_session::Limits;

use crate::{
    respond::{self, ResponseBody},
    state::State,
    tasks,
};

/// Answers a listener with its stream.
pub(super) async fn listen(
    state: &Arc<State>,
    accept: Accept,
    facts: Facts,
    offer: &Offer,
    call: Call,
) -> Result<Response<ResponseBody>, Reject> {
    let id = call.id.clone();
    let stream = try_listen(state, accept, facts, offer, call).await;
    stream.map_err(|reject| reject.for_id(Some(id)))
}

async fn try_listen(
    state: &Arc<State>,
    accept: Accept,
    facts: Facts,
    offer: &Offer,
    call: Call,
) -> Result<Response<ResponseBody>, Reject> {
    if !accept.sse {
        return Err(Reject::guard(
            StatusCode::NOT_ACCEPTABLE,
            "the answer is text/event-stream, however short; accept it",
        ));
    }
    let offered = Filter::offered(&offer.capabilities);
    let bulletin = state.handler.bulletin();
    if bulletin.is_none() && offered.names_changes() {
        return Err(Reject::method_not_found(call.method.name()));
    }
    let most = state.config.max_subscriptions;
    let asked = Filter::read(&call.params, most, Limits::URI_BYTES)?;
    let mut honoured = asked.honoured(&offered);
    // Whatever changes from here on is told, however soon it follows the acknowledgement.
    let seen = bulletin.as_deref().map_or(0, Bulletin::version);
    let mut followed = Vec::new();
    if let Some(ids) = &mut honoured.task_ids {
        let caller = Caller {
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
    let open = state.streams.listen(seen)?;
    let bulletin = bulletin.as_ref();
    Ok(respond::listen(
        state, open, facts, call.id, bulletin, &honoured, followed,
    ))
}
