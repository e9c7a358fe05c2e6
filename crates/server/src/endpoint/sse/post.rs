//! POST: a message on its way to its connection.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response, StatusCode, request::Parts};
use http_body::Body as HttpBody;
use tidegate_era::{Body, Head, Kind, Reject, code};
use tokio::sync::oneshot;

use super::connections::{Inbox, Posted};
use crate::{
    endpoint::body,
    guard::Visitor,
    respond::{self, ResponseBody},
    state::State,
};

/// Takes a message to its connection.
pub(super) async fn post<B>(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: &Parts,
    body: B,
) -> Result<Response<ResponseBody>, Reject>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    if parts.method != Method::POST {
        return Err(Reject::method_not_allowed(
            "POST",
            "messages of an open connection are posted here",
        ));
    }
    Head::read(&parts.headers)?.check_body()?;
    // Strangers cost no parsing: whoever has no key is not read.
    let inbox = inbox(state, visitor, parts)?;
    let bytes = body::read(body, state).await?;
    let message =
        Body::read(&bytes).map_err(|(malformed, id)| Reject::from(malformed).for_id(id))?;
    if state.is_stopping() && asks(&message) {
        return Err(Reject::busy(
            StatusCode::SERVICE_UNAVAILABLE,
            5,
            "the server stops, and begins nothing more",
        ));
    }
    let (taken, heard) = oneshot::channel();
    let posted = Posted { message, taken };
    inbox.send(posted).await.map_err(|_| unknown())?;
    heard.await.map_err(|_| unknown())?;
    Ok(respond::accepted())
}

fn inbox(state: &State, visitor: &Visitor<'_>, parts: &Parts) -> Result<Inbox, Reject> {
    let key = key(parts.uri.query().unwrap_or_default()).ok_or_else(|| {
        Reject::bad_request(
            code::INVALID_REQUEST,
            "the key is missing: post to the URI that the connection's first event says",
        )
    })?;
    let found = state.connections.find(&state.keys, key, visitor.id());
    found.ok_or_else(unknown)
}

/// Returns the key that a query names. Its letters need no escapes.
fn key(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("key="))
}

fn unknown() -> Reject {
    Reject::guard(
        StatusCode::NOT_FOUND,
        "the connection is unknown or has ended; open another one by GET",
    )
}

/// Whether a message would begin something.
fn asks(message: &Body) -> bool {
    match message {
        Body::One(message) => message.kind() == Kind::Request,
        Body::Batch(messages) => messages
            .iter()
            .any(|message| message.kind() == Kind::Request),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_anywhere_in_the_query() {
        for (query, found) in [
            ("key=a-_9", Some("a-_9")),
            ("x=1&key=a", Some("a")),
            ("key=a&x=1", Some("a")),
            ("key=", Some("")),
            ("monkey=a", None),
            ("", None),
        ] {
            assert_eq!(key(query), found, "{query}");
        }
    }
}
