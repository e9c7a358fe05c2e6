//! An outcome as the response to its request, in the words of the caller's revision.

use std::io::Write;

use http::StatusCode;
use serde::Serialize;
use tidegate_model::{Complete, Content, Failure, FailureKind, Id, InputRequired, Outcome, Raw};

use super::{error, json, opening};
use crate::{question, reject::code, revision::Facts};

/// What a server says of itself in every modern result, written once.
#[derive(Clone, Debug)]
pub struct Signature {
    /// `{"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{…}`, not closed.
    opening: Vec<u8>,
}

/// What stands in [`Signature::opening`] before `_meta`.
const COMPLETE: &[u8] = b"{\"resultType\":\"complete\",";

// === impl Signature ===

impl Signature {
    /// Writes the signature of a server.
    #[must_use]
    pub fn new(server: &impl Serialize) -> Self {
        let mut opening = Vec::with_capacity(128);
        opening.extend_from_slice(COMPLETE);
        opening.extend_from_slice(b"\"_meta\":{\"io.modelcontextprotocol/serverInfo\":");
        json(&mut opening, server);
        Self { opening }
    }

    /// Writes the beginning of a result of another type, up to and with `_meta`.
    fn open_as(&self, out: &mut Vec<u8>, kind: &str) {
        let _ = write!(out, "{{\"resultType\":\"{kind}\",");
        out.extend_from_slice(&self.opening[COMPLETE.len()..]);
        out.push(b'}');
    }
}

/// Writes the response to request `id`.
pub fn response(
    out: &mut Vec<u8>,
    facts: Facts,
    signature: &Signature,
    id: &Id,
    outcome: &Outcome,
) {
    match outcome {
        Outcome::Complete(complete) => {
            result(out, facts, signature, id, complete);
        }
        Outcome::Failed(failure) if failure.is_tool() => {
            result(out, facts, signature, id, &tool_error(failure));
        }
        Outcome::Failed(failure) => {
            let code = failure_code(facts, failure);
            error(out, Some(id), code, failure.message(), failure.data());
        }
        Outcome::Input(input) if facts.typed_results => {
            opening(out, Some(id));
            out.extend_from_slice(b",\"result\":");
            input_required(out, facts, signature, input);
            out.push(b'}');
        }
        Outcome::Task(task) if facts.typed_results => {
            opening(out, Some(id));
            out.extend_from_slice(b",\"result\":");
            signature.open_as(out, "task");
            let task = Raw::of(&**task).unwrap_or_else(|_| Raw::empty_object());
            part(out, members(task.bytes()));
            out.extend_from_slice(b"}}");
        }
        _ => error(
            out,
            Some(id),
            code::INTERNAL,
            "this revision has no words for the outcome",
            None,
        ),
    }
}

fn input_required(out: &mut Vec<u8>, facts: Facts, signature: &Signature, input: &InputRequired) {
    signature.open_as(out, "input_required");
    if !input.requests.is_empty() {
        out.extend_from_slice(b",\"inputRequests\":{");
        for (index, (key, request)) in input.requests.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            json(out, key);
            out.push(b':');
            json(out, &question::fit(facts, request));
        }
        out.push(b'}');
    }
    if let Some(state) = &input.state {
        out.extend_from_slice(b",\"requestState\":");
        json(out, state);
    }
    out.push(b'}');
}

/// Returns the HTTP status of an answer, where the protocol says one: it does for a client that
/// lacks a capability, and for a method that is not there (2026-07-28 basic §Error Codes). Who
/// should come again later is told so by 503.
#[must_use]
pub const fn status(facts: Facts, outcome: &Outcome) -> StatusCode {
    let Outcome::Failed(failure) = outcome else {
        return StatusCode::OK;
    };
    if !facts.typed_results {
        return StatusCode::OK;
    }
    match failure.kind() {
        FailureKind::MissingCapability => StatusCode::BAD_REQUEST,
        FailureKind::Code(
            code::HEADER_MISMATCH | code::MISSING_CAPABILITY | code::UNSUPPORTED_VERSION,
        ) => StatusCode::BAD_REQUEST,
        FailureKind::MethodNotFound => StatusCode::NOT_FOUND,
        FailureKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    }
}

fn result(out: &mut Vec<u8>, facts: Facts, signature: &Signature, id: &Id, complete: &Complete) {
    let body = complete.result.bytes();
    // One growth at most: what follows is the parts and some forty bytes between them.
    out.reserve(body.len() + signature.opening.len() + 160);
    opening(out, Some(id));
    out.extend_from_slice(b",\"result\":");
    let meta = complete
        .meta
        .as_ref()
        .map(|raw| members(raw.bytes()))
        .unwrap_or_default();
    let rest = members(body);
    if facts.typed_results {
        out.extend_from_slice(&signature.opening);
        part(out, meta);
        out.push(b'}');
        if let Some(cache) = complete.cache {
            let _ = write!(
                out,
                ",\"ttlMs\":{},\"cacheScope\":\"{}\"",
                cache.ttl_ms,
                cache.scope.name()
            );
        }
        part(out, rest);
    } else {
        out.push(b'{');
        if !meta.is_empty() {
            out.extend_from_slice(b"\"_meta\":{");
            out.extend_from_slice(meta);
            out.push(b'}');
            part(out, rest);
        } else {
            out.extend_from_slice(rest);
        }
    }
    out.extend_from_slice(b"}}");
}

/// What stands between an object's braces.
pub(crate) fn members(object: &[u8]) -> &[u8] {
    object
        .strip_prefix(b"{")
        .and_then(|rest| rest.strip_suffix(b"}"))
        .map(<[u8]>::trim_ascii)
        .unwrap_or_default()
}

pub(crate) fn part(out: &mut Vec<u8>, members: &[u8]) {
    if !members.is_empty() {
        out.push(b',');
        out.extend_from_slice(members);
    }
}

/// A tool that ran and failed answers with a result that its caller's model can read.
pub(crate) fn tool_error(failure: &Failure) -> Complete {
    let result = serde_json::json!({
        "content": [Content::text(failure.message())],
        "isError": true,
    });
    Complete {
        result: result.into(),
        meta: None,
        cache: None,
    }
}

pub(crate) const fn failure_code(facts: Facts, failure: &Failure) -> i64 {
    match failure.kind() {
        FailureKind::InvalidParams | FailureKind::UnknownName => code::INVALID_PARAMS,
        FailureKind::MethodNotFound => code::METHOD_NOT_FOUND,
        FailureKind::NotFound => facts.not_found_code,
        FailureKind::InvalidRequest => code::INVALID_REQUEST,
        // Before 2026-07-28 the code has no meaning.
        FailureKind::MissingCapability if facts.typed_results => code::MISSING_CAPABILITY,
        FailureKind::Code(code) => code,
        _ => code::INTERNAL,
    }
}
