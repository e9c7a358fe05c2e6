//! Model to bytes: each message is written once, straight into the buffer it leaves from.

use std::{fmt, io::Write};

use http::StatusCode;
use serde::Serialize;
use tidegate_model::{
    Complete, Content, Failure, FailureKind, Id, InputRequired, Level, Outcome, Raw,
    ask::InputRequest,
};

use crate::{
    question,
    reject::{Reject, code},
    revision::Facts,
};

mod task;

pub use self::task::{settled, task};

/// How messages are told apart on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Each is an event of a server-sent stream.
    Sse,
    /// Each is a line (stdio).
    Line,
    /// There is but one.
    Bare,
}

/// What a server says of itself in every modern result, written once.
#[derive(Clone, Debug)]
pub struct Signature {
    /// `{"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{…}`, not closed.
    opening: Vec<u8>,
}

/// What stands in [`Signature::opening`] before `_meta`.
const COMPLETE: &[u8] = b"{\"resultType\":\"complete\",";

// === impl Framing ===

impl Framing {
    /// Writes one message between its marks.
    pub fn write(self, out: &mut Vec<u8>, message: impl FnOnce(&mut Vec<u8>)) {
        if self == Self::Sse {
            // Lenient clients want the type said; its default is the same.
            out.extend_from_slice(b"event: message\ndata: ");
        }
        message(out);
        match self {
            Self::Sse => out.extend_from_slice(b"\n\n"),
            Self::Line => out.push(b'\n'),
            Self::Bare => {}
        }
    }
}

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

/// Writes a request of the server's own (legacy).
pub fn request(out: &mut Vec<u8>, facts: Facts, id: &str, request: &InputRequest) {
    let fitted = question::fit(facts, request);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    json(out, id);
    let _ = write!(out, ",\"method\":\"{}\"", fitted.method.name());
    if !fitted.params.is_null() {
        out.extend_from_slice(b",\"params\":");
        json(out, &fitted.params);
    }
    out.push(b'}');
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
fn tool_error(failure: &Failure) -> Complete {
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

const fn failure_code(facts: Facts, failure: &Failure) -> i64 {
    match failure.kind() {
        FailureKind::InvalidParams => code::INVALID_PARAMS,
        FailureKind::MethodNotFound => code::METHOD_NOT_FOUND,
        FailureKind::NotFound => facts.not_found_code,
        FailureKind::InvalidRequest => code::INVALID_REQUEST,
        // Before 2026-07-28 the code has no meaning.
        FailureKind::MissingCapability if facts.typed_results => code::MISSING_CAPABILITY,
        FailureKind::Code(code) => code,
        _ => code::INTERNAL,
    }
}

/// Writes an error response. Without an id it answers a request that could not be read.
pub fn error(out: &mut Vec<u8>, id: Option<&Id>, code: i64, message: &str, data: Option<&Raw>) {
    opening(out, id);
    let _ = write!(out, ",\"error\":{{\"code\":{code},\"message\":");
    json(out, message);
    if let Some(data) = data {
        out.extend_from_slice(b",\"data\":");
        out.extend_from_slice(data.bytes());
    }
    out.extend_from_slice(b"}}");
}

/// Writes the JSON-RPC error that a refusal carries.
pub fn reject(out: &mut Vec<u8>, reject: &Reject) {
    error(
        out,
        reject.id.as_ref(),
        reject.code,
        &reject.message,
        reject.data.as_ref(),
    );
}

/// Writes a `notifications/progress`.
pub fn progress(
    out: &mut Vec<u8>,
    token: &Raw,
    done: f64,
    total: Option<f64>,
    message: Option<&dyn fmt::Display>,
) {
    out.extend_from_slice(
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":",
    );
    out.extend_from_slice(token.bytes());
    out.extend_from_slice(b",\"progress\":");
    number(out, done);
    if let Some(total) = total {
        out.extend_from_slice(b",\"total\":");
        number(out, total);
    }
    if let Some(message) = message {
        out.extend_from_slice(b",\"message\":");
        text(out, message);
    }
    out.extend_from_slice(b"}}");
}

/// Writes a `notifications/message`; `data` is its `data`, JSON already.
pub fn log(out: &mut Vec<u8>, level: Level, data: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"",
    );
    out.extend_from_slice(level.name().as_bytes());
    out.extend_from_slice(b"\",\"data\":");
    data(out);
    out.extend_from_slice(b"}}");
}

/// Writes a `notifications/elicitation/complete` (2025-11-25).
pub fn visited(out: &mut Vec<u8>, id: &str) {
    out.extend_from_slice(
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/elicitation/complete\",\"params\":{\"elicitationId\":",
    );
    json(out, id);
    out.extend_from_slice(b"}}");
}

/// Writes `value` as JSON; what cannot be written is null.
pub fn json<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

/// Writes what `value` displays as a JSON string.
pub fn text(out: &mut Vec<u8>, value: &dyn fmt::Display) {
    struct Escape<'a>(&'a mut Vec<u8>);

    impl fmt::Write for Escape<'_> {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            // Between the quotes that serde_json puts round each piece stands what we want.
            let start = self.0.len();
            json(self.0, piece);
            self.0.remove(start);
            self.0.pop();
            Ok(())
        }
    }

    out.push(b'"');
    let _ = fmt::Write::write_fmt(&mut Escape(out), format_args!("{value}"));
    out.push(b'"');
}

fn opening(out: &mut Vec<u8>, id: Option<&Id>) {
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\"");
    match id {
        Some(Id::Number(number)) => {
            out.extend_from_slice(b",\"id\":");
            out.extend_from_slice(itoa::Buffer::new().format(*number).as_bytes());
        }
        Some(Id::Text(text)) => {
            out.extend_from_slice(b",\"id\":");
            json(out, text);
        }
        None => {}
    }
}

/// Whole numbers are written as such: some clients show what they get.
fn number(out: &mut Vec<u8>, number: f64) {
    const EXACT: f64 = 9_007_199_254_740_992.0;

    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53")]
        out.extend_from_slice(itoa::Buffer::new().format(number as i64).as_bytes());
    } else {
        json(out, &number);
    }
}

#[cfg(test)]
mod tests;
