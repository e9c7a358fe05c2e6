//! How a request reaches a server: over HTTP, or straight into a service in this process.

mod http;
mod service;

use std::{future::Future, pin::Pin, sync::Arc};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;

pub(crate) use self::{
    http::{Options, over_http},
    service::over_service,
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
