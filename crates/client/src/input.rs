//! What a user gives, checked before anything is sent.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, header};
use serde::de::IgnoredAny;
use tidegate_model::Raw;

use crate::error::Error;

/// The headers that the client writes itself; a second opinion would only break requests.
const OWN: [HeaderName; 6] = [
    header::ACCEPT,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::HOST,
    header::TRANSFER_ENCODING,
];

/// Reads a header that goes with every request.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let refuse = |why: &str| Error::input(format_args!("header {name:?}: {why}"));
    let parsed = HeaderName::try_from(name).map_err(|_| refuse("no header has such a name"))?;
    if OWN.contains(&parsed) || parsed.as_str().starts_with("mcp-") {
        return Err(refuse("the client writes this one itself"));
    }
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| refuse("its value holds characters no header may have"))?;
    // Most headers a user adds are secrets; debug output hides them.
    value.set_sensitive(true);
    Ok((parsed, value))
}

/// Checks that a tool's arguments are one JSON object: broken JSON in the middle of a body would be
/// refused by the server, in words about the body.
pub(crate) fn check_object(tool: &str, arguments: &Raw) -> Result<(), Error> {
    let read: Result<BTreeMap<String, IgnoredAny>, _> = arguments.decode();
    read.map(drop).map_err(|error| {
        Error::input(format_args!(
            "the arguments of {tool} must be a JSON object"
        ))
        .because(error)
    })
}
