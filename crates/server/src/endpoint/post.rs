//! POST: one message, of either era.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, request::Parts};
use http_body::Body as HttpBody;
use tidegate_era::{Body, Envelope, Head, Kind, Reject, Verdict, classify, code};

use super::{body, handshake, legacy, modern};
use crate::{access, guard::Visitor, respond::ResponseBody, state::State};

/// Answers a POST.
pub(crate) async fn post<B>(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: Box<Parts>,
    body: B,
) -> Result<Response<ResponseBody>, Reject>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let bytes = body::read(body, state).await?;
    let message =
        Body::read(&bytes).map_err(|(malformed, id)| Reject::from(malformed).for_id(id))?;
    match message {
        Body::One(message) => one(state, visitor, parts, message).await,
        Body::Batch(messages) => {
            refuse_modern(&messages)?;
            legacy::batch(state, visitor, parts, messages).await
        }
    }
}

async fn one(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: Box<Parts>,
    message: Box<Envelope>,
) -> Result<Response<ResponseBody>, Reject> {
    access::message(&parts, &message);
    let head = Head::read(&parts.headers)?;
    let verdict = classify(&head, &message)?;
    check_rate(state, visitor, &verdict, &message)?;
    match verdict {
        Verdict::Modern(revision) => {
            let admitted = modern::admit(state, visitor, &head, &parts, message, revision).await?;
            modern::answer(state, visitor, parts, admitted).await
        }
        Verdict::Initialize => handshake::initialize(state, visitor, &head, &parts, message).await,
        Verdict::Session => {
            let admitted = legacy::admit(state, visitor, &head, &parts, message).await?;
            legacy::answer(state, parts, admitted).await
        }
    }
}

/// Turns away who comes too fast, before anything is done for it.
fn check_rate(
    state: &State,
    visitor: &Visitor<'_>,
    verdict: &Verdict,
    message: &Envelope,
) -> Result<(), Reject> {
    let (principal, client) = (visitor.principal.as_deref(), visitor.client);
    let checked = match verdict {
        Verdict::Initialize => state.limits.initialize(principal, client),
        _ if message.kind() == Kind::Request => state.limits.call(principal, client),
        _ => return Ok(()),
    };
    checked.map_err(|reject| reject.for_id(message.id.clone()))
}

/// Batches are older than the claim: an array with one is neither.
fn refuse_modern(messages: &[Envelope]) -> Result<(), Reject> {
    if messages
        .iter()
        .any(|message| message.params.meta.version.is_some())
    {
        return Err(Reject::bad_request(
            code::INVALID_REQUEST,
            "send one message a request; arrays were given up in 2025-06-18",
        ));
    }
    Ok(())
}
