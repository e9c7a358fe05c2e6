//! `subscriptions/listen`: who may hear of what, before the stream of it begins.

use std::sync::Arc;

use http::{Response, StatusCode};
use tidegate_era::{Accept, Facts, Reject, modern::Filter};
use tidegate_handler::Offer;
use tidegate_model::Call;

use crate::{
    respond::{self, ResponseBody},
    state::State,
};

/// Answers a listener with its stream.
pub(super) fn listen(
    state: &Arc<State>,
    accept: Accept,
    facts: Facts,
    offer: &Offer,
    call: Call,
) -> Result<Response<ResponseBody>, Reject> {
    let id = call.id.clone();
    try_listen(state, accept, facts, offer, call).map_err(|reject| reject.for_id(Some(id)))
}

fn try_listen(
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
    let Some(bulletin) = state.handler.bulletin() else {
        return Err(Reject::method_not_found(call.method.name()));
    };
    let asked = Filter::read(&call.params, state.config.max_subscriptions)?;
    let honoured = asked.honoured(&Filter::offered(&offer.capabilities));
    // Whatever changes from here on is told, however soon it follows the acknowledgement.
    let open = state.streams.listen(bulletin.version())?;
    Ok(respond::listen(
        state, open, facts, call.id, &bulletin, &honoured,
    ))
}
