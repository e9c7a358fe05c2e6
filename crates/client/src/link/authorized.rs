//! The link of a client that logs in: each request carries its token, and is sent again when the server
//! wants another.

use std::sync::Arc;

use super::Link;
use crate::oauth::Authorizer;

/// Returns `link` with what `authorizer` has requests carry.
pub(crate) fn authorized(link: Link, authorizer: Arc<Authorizer>) -> Link {
    Arc::new(move |request| {
        let (link, authorizer) = (link.clone(), authorizer.clone());
        Box::pin(async move {
            let (method, uri) = (request.method().clone(), request.uri().clone());
            let send = |headers| {
                let mut request = request.clone();
                request.headers_mut().extend(headers);
                link(request)
            };
            authorizer.carry(&method, &uri, send).await
        })
    })
}
