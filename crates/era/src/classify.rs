//! Which era a message belongs to: decided once, from the body's claim, at the door.
//!
//! The rungs are those of 2026-07-28 streamable-http §Server Validation and basic/versioning; the
//! first that fails answers. Their order matters: a header that contradicts the body (-32020)
//! outranks a revision nobody speaks (-32022), and a missing claim is neither (-32602).

use http::StatusCode;

use crate::{
    envelope::{Envelope, Kind},
    head::Head,
    reject::{Reject, code},
    revision::Revision,
};

/// Which era a message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A stateless request of this revision.
    Modern(Revision),
    /// The handshake that opens a session.
    Initialize,
    /// A message inside a session.
    Session,
}

/// Decides which era `message` belongs to.
///
/// # Errors
///
/// When it claims the modern era and breaks its rules for the version.
pub fn classify(head: &Head<'_>, message: &Envelope) -> Result<Verdict, Reject> {
    let refuse = |reject: Reject| Err(reject.for_id(message.id.clone()));
    let meta = &message.params.meta;
    let header_is_modern =
        (head.version).is_some_and(|name| Revision::read(name).is_some_and(Revision::is_modern));
    let Some(claim) = &meta.version else {
        if header_is_modern {
            return modern_without_claim(message).or_else(refuse);
        }
        return Ok(unclaimed(message));
    };
    let Some(header) = head.version else {
        return refuse(Reject::header_mismatch(
            "MCP-Protocol-Version is missing; it repeats _meta[\"io.modelcontextprotocol/protocolVersion\"]",
        ));
    };
    if header != claim.as_str() {
        return refuse(Reject::header_mismatch(
            "MCP-Protocol-Version says another version than _meta",
        ));
    }
    claimed(header, message).or_else(refuse)
}

/// Decides which era `message` belongs to where there are no headers: over stdio or a WebSocket,
/// where the body says all (2026-07-28 stdio §Request Metadata).
///
/// # Errors
///
/// When it claims the modern era and breaks its rules for the version.
pub fn classify_without_head(message: &Envelope) -> Result<Verdict, Reject> {
    match &message.params.meta.version {
        Some(claim) => {
            claimed(claim.as_str(), message).map_err(|reject| reject.for_id(message.id.clone()))
        }
        None => Ok(unclaimed(message)),
    }
}

/// The era of a message that claims `version`.
fn claimed(version: &str, message: &Envelope) -> Result<Verdict, Reject> {
    let spoken = Revision::read(version).filter(|revision| revision.is_modern());
    let Some(revision) = spoken else {
        return Err(Reject::unsupported_version(version));
    };
    let has_capabilities = message.params.meta.client_capabilities.is_some();
    if !has_capabilities && message.kind() == Kind::Request {
        return Err(Reject::bad_request(
            code::INVALID_PARAMS,
            "_meta[\"io.modelcontextprotocol/clientCapabilities\"] must be an object; {} if there are none",
        ));
    }
    Ok(Verdict::Modern(revision))
}

/// The legacy era's messages claim nothing.
fn unclaimed(message: &Envelope) -> Verdict {
    match &message.method {
        Some(method) if method.as_str() == "initialize" => Verdict::Initialize,
        _ => Verdict::Session,
    }
}

/// The header names the modern era, the body does not.
fn modern_without_claim(message: &Envelope) -> Result<Verdict, Reject> {
    match message.kind() {
        // Core defines no client notification over HTTP; header rules for them are undefined.
        Kind::Notification => Ok(Verdict::Modern(Revision::V2026_07_28)),
        Kind::Response => Err(Reject::new(
            StatusCode::BAD_REQUEST,
            code::INVALID_REQUEST,
            "responses are not posted in this revision; answers to questions ride in inputResponses",
        )),
        Kind::Request
            if message
                .method
                .as_ref()
                .is_some_and(|m| m.as_str() == "initialize") =>
        {
            Err(Reject::header_mismatch(
                "initialize belongs to the revisions before 2026-07-28; MCP-Protocol-Version says otherwise",
            ))
        }
        Kind::Request => Err(Reject::bad_request(
            code::INVALID_PARAMS,
            "_meta[\"io.modelcontextprotocol/protocolVersion\"] is missing",
        )),
    }
}
