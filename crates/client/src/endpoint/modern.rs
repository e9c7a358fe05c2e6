//! Requests of 2026-07-28 on: each says in `_meta` and in its headers all that it is.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};
use tidegate_era::{META_PREFIX, Revision, encode_header_value};
use tidegate_model::{HeaderParam, Id, Raw};

use super::outgoing::{Outgoing, PROTOCOL_VERSION, bare, post};
use crate::{error::Error, wire::Wire};

/// Returns the POST of a request; `params` are the arguments its tool wants mirrored in headers.
///
/// # Errors
///
/// When the method's name cannot stand in a header.
pub(crate) fn request(
    wire: &Wire,
    revision: Revision,
    id: &Id,
    outgoing: &Outgoing,
    params: &[HeaderParam],
) -> Result<http::Request<Bytes>, Error> {
    let mut meta = outgoing.meta.clone();
    let own = |key: &str| format!("{META_PREFIX}{key}");
    meta.insert(own("protocolVersion"), json!(revision.name()));
    meta.insert(own("clientInfo"), json!(wire.info));
    meta.insert(own("clientCapabilities"), wire.asks.capabilities(true));
    if let Some(level) = outgoing.log_level {
        meta.insert(own("logLevel"), json!(level));
    }
    meta.entry("progressToken").or_insert_with(|| json!(id));

    let mut request = post(wire, outgoing.body(Some(id), meta));
    let headers = request.headers_mut();
    headers.insert(PROTOCOL_VERSION, HeaderValue::from_static(revision.name()));
    headers.insert("mcp-method", plain(&outgoing.method)?);
    if let Some(name) = &outgoing.name {
        headers.insert("mcp-name", encoded(name)?);
    }
    for (name, value) in mirrored(outgoing.get("arguments"), params)? {
        headers.insert(name, value);
    }
    Ok(request)
}

/// Returns the DELETE that closes a channel: in this era it is a connection and no more.
pub(crate) fn close(wire: &Wire) -> http::Request<Bytes> {
    bare(wire, Method::DELETE, Bytes::new())
}

/// The arguments that go into headers as well (2026-07-28 streamable-http §Client Behavior).
pub(crate) fn mirrored(
    arguments: Option<&Raw>,
    params: &[HeaderParam],
) -> Result<Vec<(HeaderName, HeaderValue)>, Error> {
    let Some(arguments) = arguments.filter(|_| !params.is_empty()) else {
        return Ok(Vec::new());
    };
    let arguments: Value = arguments
        .decode()
        .map_err(|error| Error::input("the arguments are no JSON").because(error))?;
    let mut headers = Vec::new();
    for param in params {
        let value = param
            .path
            .iter()
            .try_fold(&arguments, |value, name| value.get(name));
        let text = match value {
            // Absent and null are not mirrored.
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let name = HeaderName::try_from(format!("mcp-param-{}", param.name)).map_err(|error| {
            Error::input("a header of the tool has no valid name").because(error)
        })?;
        headers.push((name, encoded(&text)?));
    }
    Ok(headers)
}

/// Returns a value as headers carry it, encoded if it must be.
pub(crate) fn encoded(value: &str) -> Result<HeaderValue, Error> {
    plain(&encode_header_value(value))
}

/// Returns a value as it is.
pub(crate) fn plain(value: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(value).map_err(|error| {
        Error::input(format_args!("{value:?} cannot stand in a header")).because(error)
    })
}
