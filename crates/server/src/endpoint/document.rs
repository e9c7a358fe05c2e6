//! What is published of the endpoint: who issues tokens for it (RFC 9728 §3.1). Anyone may read it.

use bytes::Bytes;
use http::{HeaderValue, Method, Response, header, request::Parts};
use tidegate_era::Reject;

use crate::respond::{self, ResponseBody};

/// How long a client may keep the document, in seconds. Default one hour: issuers change rarely, and
/// a client whose token is refused looks again.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Answers with the document.
pub(crate) fn document(parts: &Parts, document: Bytes) -> Result<Response<ResponseBody>, Reject> {
    if parts.method != Method::GET {
        return Err(Reject::method_not_allowed(
            "GET",
            "GET says who issues tokens for the endpoint",
        ));
    }
    let mut response = respond::json(document);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, KEPT);
    // To a page it says who may read it.
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    Ok(response)
}
