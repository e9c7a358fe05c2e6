//! Model to bytes: each message is written once, straight into the buffer it leaves from.

use std::{fmt, io::Write};

use serde::Serialize;
use tidegate_model::{Id, Level, Raw, ask::InputRequest};

pub(crate) use self::response::{failure_code, members, part, tool_error};
pub use self::{
    notice::{REQUEST_ID, log, number, progress, visited},
    response::{Signature, response, status},
    task::{settled, task},
    typed::Typed,
};
use crate::{question, reject::Reject, revision::Facts};

mod notice;
mod response;
mod task;
mod typed;

/// How messages are told apart on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Each is an event of a server-sent stream.
    Sse,
    /// Each is a line (stdio).
    Line,
    /// There is but one.
    Bare,
    /// Each says what it is, outside JSON-RPC (plain HTTP).
    Typed(Typed),
}

// === impl Framing ===

impl Framing {
    /// Writes one message between its marks.
    pub fn write(self, out: &mut Vec<u8>, message: impl FnOnce(&mut Vec<u8>)) {
        if matches!(self, Self::Sse | Self::Typed(Typed::Sse)) {
            // Lenient clients want the type said; its default is the same.
            out.extend_from_slice(b"event: message\ndata: ");
        }
        message(out);
        match self {
            Self::Sse | Self::Typed(Typed::Sse) => out.extend_from_slice(b"\n\n"),
            Self::Line | Self::Typed(Typed::Ndjson) => out.push(b'\n'),
            Self::Bare => {}
        }
    }

    /// Writes progress, in the words of this framing.
    pub fn progress(
        self,
        out: &mut Vec<u8>,
        token: &Raw,
        done: f64,
        total: Option<f64>,
        message: Option<&dyn fmt::Display>,
    ) {
        match self {
            Self::Typed(typed) => typed.progress(out, done, total, message),
            _ => self.write(out, |out| progress(out, token, done, total, message)),
        }
    }

    /// Writes a log message, in the words of this framing; `data` is its `data`, JSON already.
    /// Where requests share a connection, `request` says which one it belongs to.
    pub fn log(
        self,
        out: &mut Vec<u8>,
        level: Level,
        request: Option<&Id>,
        data: impl FnOnce(&mut Vec<u8>),
    ) {
        match self {
            Self::Typed(typed) => typed.log(out, level, data),
            _ => self.write(out, |out| log(out, level, request, data)),
        }
    }
}

/// Writes that nothing more follows on a request (modern, where requests share a connection).
pub fn cancelled(out: &mut Vec<u8>, id: &Id) {
    out.extend_from_slice(
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":",
    );
    json(out, id);
    out.extend_from_slice(b"}}");
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

#[cfg(test)]
mod tests;
