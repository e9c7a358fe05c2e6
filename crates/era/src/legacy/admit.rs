//! Messages inside a session: their version, their call.

use serde::Deserialize;
use tidegate_model::{Call, Failure, Level, Method, Raw};

use crate::{
    envelope::Envelope,
    head::Head,
    reject::{Reject, code},
    revision::Revision,
};

/// Checks the version header inside a session that negotiated `session`.
///
/// Any legacy revision we know is accepted beside the negotiated one: clients in the field send a
/// fixed one, and the session's own decides anyway.
///
/// # Errors
///
/// 400 for a version nobody speaks.
pub fn version_of(head: &Head<'_>, session: Revision) -> Result<Revision, Reject> {
    match head.version {
        None => Ok(session),
        Some(name) if Revision::read(name).is_some_and(|revision| !revision.is_modern()) => {
            Ok(session)
        }
        Some(name) => Err(Reject::bad_request(
            code::INVALID_REQUEST,
            format!("MCP-Protocol-Version: {name} is not this session's, which is {session}"),
        )),
    }
}

/// Turns a request inside a session into a call.
///
/// # Errors
///
/// When the message is no request.
pub fn admit(message: Envelope) -> Result<Call, Reject> {
    let (Some(id), Some(method)) = (message.id, message.method) else {
        return Err(Reject::bad_request(
            code::INVALID_REQUEST,
            "a request has an id and a method",
        ));
    };
    Ok(message.params.into_call(id, Method::read(&method), None))
}

/// Returns the resource that `resources/subscribe` and `resources/unsubscribe` name.
///
/// # Errors
///
/// When they name none.
pub fn subscribed(call: &Call) -> Result<&str, Failure> {
    let uri = call.uri.as_ref().map(|uri| uri.as_str());
    uri.filter(|uri| !uri.is_empty())
        .ok_or_else(|| Failure::invalid_params("`uri` must be the URI of a resource"))
}

/// Reads the level that `logging/setLevel` asks for.
///
/// # Errors
///
/// When it is none of the eight.
pub fn set_level(params: &Raw) -> Result<Level, Failure> {
    #[derive(Deserialize)]
    struct SetLevel {
        level: Level,
    }

    let read: Result<SetLevel, _> = params.decode();
    read.map(|set| set.level).map_err(|_| {
        Failure::invalid_params(
            "`level` must be one of debug, info, notice, warning, error, critical, alert, emergency",
        )
    })
}
