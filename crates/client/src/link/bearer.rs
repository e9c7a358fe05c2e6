//! The link of a client that was given its credentials: one that is refused is said to be.

use http::{HeaderMap, StatusCode, header};
use std::sync::Arc;

use super::Link;
use crate::error::Error;

/// Returns `link`, which says of a 401 whose fault it is.
pub(crate) fn bearer(link: Link) -> Link {
    Arc::new(move |request| {
        let sent = link(request);
        Box::pin(async move {
            let response = sent.await?;
            match unwelcome(response.status()) {
                Some(error) => Err(error.into()),
                None => Ok(response),
            }
        })
    })
}

/// Returns the error that a status is, to a client that was given its credentials.
pub(crate) fn unwelcome(status: StatusCode) -> Option<Error> {
    (status == StatusCode::UNAUTHORIZED).then(|| {
        Error::unwelcome(
            status,
            format_args!(
                "the server refuses the token that was given ({status}); perhaps it has ended, or \
                 is another server's"
            ),
        )
    })
}

/// Returns whether credentials were given.
pub(crate) fn has_credentials(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION)
}
