//! GET: a connection is opened, and says where its messages are to be posted.

use std::sync::Arc;

use http::{Method, Response, StatusCode, request::Parts};
use tidegate_era::{Head, Reject, encode::Framing, notice};
use tidegate_model::Principal;

use super::serve::serve;
use crate::{
    census::Front,
    channel::Channel,
    guard::Visitor,
    respond::{self, ResponseBody},
    state::State,
};

/// How long a client that is refused for now should wait, in seconds.
const BUSY: u32 = 5;

/// Opens a connection.
pub(super) fn open(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: &Parts,
) -> Result<Response<ResponseBody>, Reject> {
    if parts.method != Method::GET {
        // A client that finds out what is here posts first, and goes on to GET at this answer
        // (2025-03-26 transports §Backwards Compatibility).
        return Err(Reject::method_not_allowed(
            "GET",
            "GET opens a connection of HTTP+SSE here; its first event says where messages are posted",
        ));
    }
    let head = Head::read(&parts.headers)?;
    if !head.accept.sse {
        return Err(Reject::guard(
            StatusCode::NOT_ACCEPTABLE,
            "the answer is text/event-stream; accept it",
        ));
    }
    if state.is_stopping() {
        return Err(busy("the server stops; connect again in a moment"));
    }
    let most = state.config.http_sse.max_connections;
    let presence = state
        .census
        .enter(Front::HttpSse, most)
        .ok_or_else(|| busy("no more connections can be opened now; try again in a moment"))?;
    let (entry, posted) = state
        .connections
        .enter(&state.keys, visitor.id())
        .map_err(|_| busy("no key can be made at the moment"))?;
    let principal = &visitor.principal;
    let mut first = Vec::with_capacity(128);
    notice::endpoint(&mut first, &messages(state, parts.uri.path(), entry.key()));
    let presence = presence.calling_from(visitor.client);
    let (channel, outgoing) = Channel::new(state, Framing::Sse, presence, principal.clone());
    let serving = tokio::spawn(serve(Arc::clone(state), channel, posted, entry));
    let serving = serving.abort_handle();
    let expires = principal.as_deref().and_then(Principal::expires);
    Ok(respond::connection(
        state, first, outgoing, serving, expires,
    ))
}

/// Returns where the messages of the connection that was opened at `path` are posted.
///
/// It is a path from the root on, beside the one that was asked for: old clients agree on nothing
/// else. Most resolve it against the URL they opened, as browsers would; one puts a slash before a
/// relative one, and one resolves it against the server's root.
fn messages(state: &State, path: &str, key: &str) -> String {
    let prefix = &state.config.http_sse.prefix;
    let above = path.strip_suffix("/sse").unwrap_or_default();
    format!("{prefix}{above}/messages?key={key}")
}

fn busy(why: &'static str) -> Reject {
    Reject::busy(StatusCode::SERVICE_UNAVAILABLE, BUSY, why)
}
