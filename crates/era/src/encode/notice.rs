//! Notifications of a running call: progress, logs, visits that ended.

use std::{fmt, io::Write};

use tidegate_model::{Id, Level, Raw};

use super::{json, text};

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
    out.push(b',');
    progress_members(out, done, total, message);
    out.extend_from_slice(b"}}");
}

/// Writes what progress says, but for its token.
pub(super) fn progress_members(
    out: &mut Vec<u8>,
    done: f64,
    total: Option<f64>,
    message: Option<&dyn fmt::Display>,
) {
    out.extend_from_slice(b"\"progress\":");
    number(out, done);
    if let Some(total) = total {
        out.extend_from_slice(b",\"total\":");
        number(out, total);
    }
    if let Some(message) = message {
        out.extend_from_slice(b",\"message\":");
        text(out, message);
    }
}

/// The `_meta` key by which a log message names the request it belongs to, where requests share a
/// connection. The protocol has no such key; without it, nobody could tell.
pub const REQUEST_ID: &str = "tidegate/requestId";

/// Writes a `notifications/message`; `data` is its `data`, JSON already. Where requests share a
/// connection, `request` says which one it belongs to.
pub fn log(out: &mut Vec<u8>, level: Level, request: Option<&Id>, data: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{",
    );
    log_members(out, level, data);
    if let Some(id) = request {
        let _ = write!(out, ",\"_meta\":{{\"{REQUEST_ID}\":");
        json(out, id);
        out.push(b'}');
    }
    out.extend_from_slice(b"}}");
}

/// Writes what a log message says.
pub(super) fn log_members(out: &mut Vec<u8>, level: Level, data: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(b"\"level\":\"");
    out.extend_from_slice(level.name().as_bytes());
    out.extend_from_slice(b"\",\"data\":");
    data(out);
}

/// Writes a `notifications/elicitation/complete` (2025-11-25).
pub fn visited(out: &mut Vec<u8>, id: &str) {
    out.extend_from_slice(
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/elicitation/complete\",\"params\":{\"elicitationId\":",
    );
    json(out, id);
    out.extend_from_slice(b"}}");
}

/// Writes a number. Whole ones are written as such: some clients show what they get.
pub fn number(out: &mut Vec<u8>, number: f64) {
    const EXACT: f64 = 9_007_199_254_740_992.0;

    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53")]
        out.extend_from_slice(itoa::Buffer::new().format(number as i64).as_bytes());
    } else {
        json(out, &number);
    }
}
