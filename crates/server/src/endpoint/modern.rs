//! A request of the modern era: it stands alone.

use std::sync::Arc;

use http::{Response, request::Parts};
use tidegate_era::{Envelope, Head, Kind, Reject, Revision, code, modern};
use tidegate_handler::Caller;
use tidegate_model::Method;

use crate::{
    dispatch::begin,
    respond::{self, ResponseBody},
    stack::Stack,
};

/// Answers a message that claims the modern era.
pub(super) async fn request(
    stack: &Arc<Stack>,
    parts: Parts,
    message: Envelope,
    revision: Revision,
) -> Result<Response<ResponseBody>, Reject> {
    match message.kind() {
        Kind::Request => {}
        // Over HTTP the era has no notification a client sends; unknown ones are no fault.
        Kind::Notification => return Ok(respond::accepted()),
        Kind::Response => {
            return Err(Reject::bad_request(
                code::INVALID_REQUEST,
                "responses are not posted in this revision",
            ));
        }
    }
    let facts = revision.facts();
    let offer = stack.offer(facts).await.map_err(unavailable)?;
    let head = Head::read(&parts.headers)?;
    let accept = head.accept;
    let mut call = modern::admit(&head, &parts.headers, message, &*offer)?;
    if call.method == Method::Discover {
        let instructions = offer.instructions.as_deref();
        let outcome = modern::discover(&offer.capabilities, instructions, offer.cache);
        return Ok(respond::outcome(stack, accept, facts, &call.id, &outcome));
    }
    let caller = Caller {
        capabilities: call.meta.client_capabilities.take(),
        info: call.meta.client_info.take(),
        request: Some(parts),
        ..Caller::new(facts)
    };
    let log_level = call.meta.log_level;
    let begun = begin(stack, call, caller, log_level);
    respond::answer(stack, accept, facts, begun).await
}

/// What is offered cannot be said: whoever knows does not answer.
pub(super) fn unavailable(failure: tidegate_handler::Failure) -> Reject {
    tracing::warn!("the handler's offer cannot be had: {failure}");
    Reject::busy(
        http::StatusCode::SERVICE_UNAVAILABLE,
        1,
        "what is offered here cannot be told at the moment",
    )
}
