//! The whole walk on one screen.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response, StatusCode, request::Parts};
use http_body::Body;
use tidegate_era::{Head, Reject};

use crate::{
    connection::Connection,
    endpoint,
    respond::{self, ResponseBody},
    state::State,
};

/// Answers one request.
pub(crate) async fn walk<B>(
    state: &Arc<State>,
    connection: &Connection,
    parts: Box<Parts>,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    // Strangers are judged first, by their headers alone …
    let judged = Head::read(&parts.headers).and_then(|head| {
        state.guard.check(&head, &parts.uri)?;
        if parts.method == Method::POST {
            head.check_post()?;
        }
        Ok(())
    });
    let answer = match (judged, &parts.method) {
        (Err(reject), _) => Err(reject),
        // … then the door that fits the method reads the message, decides its era, and hands
        // it to the one place that calls the handler …
        (Ok(()), &Method::POST) => endpoint::post(state, connection, parts, body).await,
        (Ok(()), &Method::GET) => endpoint::get(state, &parts).await,
        (Ok(()), &Method::DELETE) => endpoint::delete(state, &parts),
        (Ok(()), _) => Err(Reject::guard(
            StatusCode::METHOD_NOT_ALLOWED,
            "messages are sent by POST",
        )),
    };
    // … and what comes back, answer or refusal, becomes HTTP in one place.
    answer.unwrap_or_else(|reject| respond::refuse(&reject))
}
