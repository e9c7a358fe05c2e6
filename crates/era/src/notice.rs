//! What a server tells of its own accord: that something changed, on a stream that stands open.
//!
//! ```text
//!   modern: subscriptions/listen ─▶ acknowledged, changed …, and the result at its end; each tagged
//!   legacy: GET                  ─▶ [priming event,] changed …; each with an id to resume from
//!   HTTP+SSE: GET                ─▶ endpoint, and then all there is to say
//! ```

use std::{io::Write, time::Duration};

use tidegate_model::{Change, Complete, Id, Outcome, Raw};

use crate::{
    encode::{self, Signature, json},
    modern::Filter,
    params::META_PREFIX,
    revision::Facts,
};

/// Writes that a list or a resource changed; what has no words in the protocol writes nothing. A
/// listener's own request (modern) tags it.
pub fn changed(out: &mut Vec<u8>, change: &Change, listener: Option<&Id>) {
    let method = match change {
        Change::Tools => "tools/list_changed",
        Change::Resources => "resources/list_changed",
        Change::Prompts => "prompts/list_changed",
        Change::Resource(_) => "resources/updated",
        _ => return,
    };
    opening(out, method);
    let mut params = Params::default();
    if let Some(id) = listener {
        params.tag(out, id);
    }
    if let Change::Resource(uri) = change {
        params.member(out, "uri");
        json(out, uri);
    }
    params.close(out);
}

/// Writes where messages are posted (HTTP+SSE): the first event of a connection, and the only one
/// that is no message. `uri` has no line breaks.
pub fn endpoint(out: &mut Vec<u8>, uri: &str) {
    debug_assert!(!uri.contains(['\r', '\n']), "{uri:?}");
    out.extend_from_slice(b"event: endpoint\ndata: ");
    out.extend_from_slice(uri.as_bytes());
    out.extend_from_slice(b"\n\n");
}

/// Writes how a task stands now (modern, the tasks extension): all that `tasks/get` says of it.
pub fn task(out: &mut Vec<u8>, shown: &Raw, listener: &Id) {
    opening(out, "tasks");
    let mut params = Params::default();
    params.tag(out, listener);
    encode::part(out, encode::members(shown.bytes()));
    params.close(out);
}

/// Writes which part of its request a listener will hear of (modern): its stream's first message.
pub fn acknowledged(out: &mut Vec<u8>, listener: &Id, honoured: &Filter) {
    opening(out, "subscriptions/acknowledged");
    let mut params = Params::default();
    params.tag(out, listener);
    params.member(out, "notifications");
    json(out, honoured);
    params.close(out);
}

/// Writes the result that ends a listener's stream in good order (modern): its last message.
pub fn ended(out: &mut Vec<u8>, facts: Facts, signature: &Signature, listener: &Id) {
    let mut meta = Vec::with_capacity(64);
    meta.push(b'{');
    subscription(&mut meta, listener);
    meta.push(b'}');
    let result = Outcome::Complete(Complete {
        result: Raw::empty_object(),
        meta: Some(Raw::trusted(meta.into())),
        cache: None,
    });
    encode::response(out, facts, signature, listener, &result);
}

/// Writes the line that gives an event of a GET stream its id: the version of what it tells, in
/// hex. [`resumed`] reads it back.
pub fn event_id(out: &mut Vec<u8>, version: u64) {
    let _ = writeln!(out, "id: g{version:x}");
}

/// Writes the event that opens a GET stream where facts say that it [primes](Facts::primes): an id
/// to resume from, how long to wait before that, and no message.
pub fn primed(out: &mut Vec<u8>, version: u64, retry: Duration) {
    event_id(out, version);
    let _ = write!(out, "retry: {}\ndata: \n\n", retry.as_millis());
}

/// Reads the version that a GET stream is resumed from, which stands in its event's id after the
/// letter `g`; `None` for what [`event_id`] never wrote.
#[must_use]
pub fn resumed(digits: &[u8]) -> Option<u64> {
    // `from_str_radix` takes a sign too.
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn opening(out: &mut Vec<u8>, method: &str) {
    let _ = write!(
        out,
        "{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/{method}\""
    );
}

fn subscription(out: &mut Vec<u8>, listener: &Id) {
    let _ = write!(out, "\"{META_PREFIX}subscriptionId\":");
    json(out, listener);
}

/// The `params` of a notification, which are left out when there are none.
#[derive(Default)]
struct Params {
    begun: bool,
}

// === impl Params ===

impl Params {
    fn tag(&mut self, out: &mut Vec<u8>, listener: &Id) {
        self.member(out, "_meta");
        out.push(b'{');
        subscription(out, listener);
        out.push(b'}');
    }

    fn member(&mut self, out: &mut Vec<u8>, name: &str) {
        let mark = if self.begun { "," } else { ",\"params\":{" };
        self.begun = true;
        let _ = write!(out, "{mark}\"{name}\":");
    }

    fn close(self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.begun { b"}}" } else { b"}" });
    }
}

#[cfg(test)]
mod tests;
