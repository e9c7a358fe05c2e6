//! The link into a tower service: a server in this process, or a middleware in front of a link.

use std::{future::poll_fn, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use tower_service::Service;

use super::Link;
use crate::error::BoxError;

/// Returns the link into `service`; each request goes to a clone of its own.
pub(crate) fn over_service<S, B>(service: S) -> Link
where
    S: Service<http::Request<Full<Bytes>>, Response = http::Response<B>>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Arc::new(move |request| {
        let mut service = service.clone();
        Box::pin(async move {
            poll_fn(|cx| service.poll_ready(cx))
                .await
                .map_err(Into::into)?;
            let response = service
                .call(request.map(Full::new))
                .await
                .map_err(Into::into)?;
            Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
        })
    })
}
