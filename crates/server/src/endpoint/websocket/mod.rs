//! WebSocket: one JSON-RPC message a text frame, both ways, of both eras.
//!
//! ```text
//!   GET /ws ─▶ guard ─▶ handshake ─▶ manager ─▶ 101 ──┐ hyper hands the socket over
//!                                                     ▼
//!   socket ◀─▶ Link (frames, pings, closing) ◀─▶ Channel ─▶ dispatch ─▶ Handler::call
//! ```
//!
//! No revision describes this transport; what the SDKs do is the custom: the subprotocol is `mcp`,
//! and a message is a text frame. The legacy era has one session, which lives as long as the
//! connection; what a server tells of by itself comes over it too.
//!
//! Left out: extensions (a browser asks for `permessage-deflate`, and does without), and HTTP/2's
//! extended CONNECT (RFC 8441): over HTTP/2 the path answers 426, and clients use HTTP/1.1.

mod handshake;
mod manager;
mod serve;
mod link;
mod watch;
mod metered;
mod farewell;

use std::sync::Arc;

use http::{HeaderValue, Response, StatusCode, header, request::Parts};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tidegate_era::Reject;
use tidegate_model::Principal;

use self::{handshake::Handshake, manager::Place};
pub(crate) use self::{manager::Manager, serve::serve};
use crate::{
    guard::Visitor,
    respond::{self, ResponseBody},
    state::State,
};

/// Answers a handshake whose sender was judged; what follows it is served by a task of its own.
pub(crate) fn answer(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: &mut Parts,
) -> Result<Response<ResponseBody>, Reject> {
    let handshake = Handshake::read(parts)?;
    let Some(upgrade) = parts.extensions.remove::<OnUpgrade>() else {
        return Err(Reject::guard(
            StatusCode::UPGRADE_REQUIRED,
            "this connection cannot become a WebSocket; open it over HTTP/1.1",
        ));
    };
    let place = state.websockets.admit(state, visitor.client)?;
    let principal = visitor.principal.clone();
    tokio::spawn(upgraded(Arc::clone(state), upgrade, place, principal));
    Ok(handshake.accept())
}

/// Refuses a handshake, with what HTTP wants beside the status.
pub(crate) fn refuse(reject: &Reject) -> Response<ResponseBody> {
    let mut response = respond::refuse(reject);
    let headers = response.headers_mut();
    match reject.status {
        StatusCode::METHOD_NOT_ALLOWED => {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET"));
        }
        StatusCode::UPGRADE_REQUIRED => {
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
            headers.insert(
                header::SEC_WEBSOCKET_VERSION,
                HeaderValue::from_static(handshake::VERSION),
            );
        }
        _ => {}
    }
    response
}

/// Serves what was a request's connection until now.
async fn upgraded(
    state: Arc<State>,
    upgrade: OnUpgrade,
    place: Place,
    principal: Option<Arc<Principal>>,
) {
    let socket = match upgrade.await {
        Ok(upgraded) => TokioIo::new(upgraded),
        Err(error) => {
            tracing::debug!("a connection broke before it was a WebSocket: {error}");
            return;
        }
    };
    match place {
        Place::Taken(presence) => Box::pin(serve(&state, presence, principal, socket)).await,
        Place::Full(_room) => serve::turn_away(socket).await,
    }
}
