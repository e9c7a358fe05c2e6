//! How a request reaches a server: over HTTP, straight into a service in this process, or over a
//! channel of messages: a child process, a WebSocket, HTTP+SSE.

#[cfg(feature = "oauth")]
mod authorized;
mod bearer;
pub(crate) mod channel;
mod http;
mod http_sse;
mod service;
pub(crate) mod stdio;
mod websocket;

use std::{future::Future, pin::Pin, sync::Arc};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;

#[cfg(feature = "oauth")]
pub(crate) use self::{
    authorized::authorized,
    http::{built, is_loopback, settings},
    websocket::over_http as over_http_of,
};
pub(crate) use self::{
    bearer::{bearer, has_credentials},
    channel::over_channel,
    http::{Options, over_http},
    http_sse::HttpSse,
    service::over_service,
    stdio::over_stdio,
    websocket::WebSocket,
};
use crate::error::BoxError;

/// An answer's body, in whatever pieces it arrives.
pub(crate) type LinkBody = UnsyncBoxBody<Bytes, BoxError>;

/// What a link hands back for a request: the answer's head, once it has come.
pub(crate) type Exchanged =
    Pin<Box<dyn Future<Output = Result<::http::Response<LinkBody>, BoxError>> + Send>>;

/// Carries a request to the server. Dropping what it returns, or the body in it, closes the
/// request's stream.
pub(crate) type Link = Arc<dyn Fn(::http::Request<Bytes>) -> Exchanged + Send + Sync>;
