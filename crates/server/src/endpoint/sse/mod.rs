//! HTTP+SSE, the transport of 2024-11-05: two doors, and a connection between them.
//!
//! ```text
//!   GET /sse ──────▶ open ─▶ 200: event: endpoint, data: /messages?key=…, and all there is to say
//!                      │
//!                   [serve]  a task a connection, which has its Channel
//!                      ▲
//!   POST /messages ──▶ post ─▶ 202 once the message was taken; its answer comes on the stream
//! ```
//!
//! Whoever has the key is the connection's client, so nobody can guess one. The connection is the
//! session: it ends with the stream, and everything under way with it, because a client of this
//! transport cannot come back for its answers. For that reason no stream is closed for its age.
//!
//! The specification leaves a POST's answer open (2024-11-05 transports §HTTP with SSE). Here a
//! message is either taken (202, and what comes of it is on the stream) or refused (4xx or 5xx, with
//! the reason in the body, and nothing of it on the stream): nobody is told of one failure twice.

mod connections;
mod open;
mod post;
mod serve;

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, request::Parts};
use http_body::Body;
use tidegate_era::Reject;

pub(crate) use self::connections::Connections;
use crate::{
    guard::Visitor,
    respond::{self, ResponseBody},
    state::State,
};

/// Opens a connection.
pub(crate) fn open(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: &Parts,
) -> Response<ResponseBody> {
    said(state, open::open(state, visitor, parts))
}

/// Takes a message to its connection.
pub(crate) async fn post<B>(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: &Parts,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    said(state, post::post(state, visitor, parts, body).await)
}

/// Whatever the answer is, it says that the transport goes.
fn said(state: &State, answer: Result<Response<ResponseBody>, Reject>) -> Response<ResponseBody> {
    let mut answer = answer.unwrap_or_else(|reject| respond::refuse(&reject));
    state.connections.deprecate(answer.headers_mut());
    answer
}
