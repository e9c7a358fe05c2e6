//! The JSON-RPC envelope: one pass over the message, and slices of it for all that is read later.

use bytes::Bytes;
use tidegate_model::{Id, Raw, Text};

use crate::{
    params::{Params, Seen, raw, text},
    scan::{Malformed, Scan},
};

/// One JSON-RPC message, taken apart as far as every server needs.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    /// The id, if it is one a request may have.
    pub id: Option<Id>,
    /// The method: a request or a notification has one.
    pub method: Option<Text>,
    /// What `params` says; none and `{}` are the same.
    pub params: Params,
    /// The result: a response has one, or an error.
    pub result: Option<Raw>,
    /// The error.
    pub error: Option<Raw>,
    has_id: bool,
}

/// What a body held.
#[derive(Clone, Debug)]
pub enum Body {
    /// One message.
    One(Box<Envelope>),
    /// An array of them (2025-03-26 only), none of them an array.
    Batch(Vec<Envelope>),
}

/// What kind of message an envelope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It wants an answer.
    Request,
    /// It wants none.
    Notification,
    /// It is an answer.
    Response,
}

/// How many messages a batch may hold. The protocol says nothing; no client was seen sending
/// more than a dozen, and each costs a call.
pub const MAX_BATCH: usize = 64;

// === impl Body ===

impl Body {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// When it is no JSON-RPC message or batch; with the id, if that was read before.
    pub fn read(bytes: &Bytes) -> Result<Self, (Malformed, Option<Id>)> {
        if let Err(error) = std::str::from_utf8(bytes) {
            return Err((Malformed::Syntax(error.valid_up_to()), None));
        }
        let mut scan = Scan::new(bytes);
        let mut id = None;
        let body = Self::scan(&mut scan, bytes, &mut id).map_err(|malformed| match malformed {
            // What cannot be read to its end has no id either (JSON-RPC 2.0 §5).
            Malformed::Syntax(_) => (malformed, None),
            _ => (malformed, id),
        })?;
        if scan.has_broken_lines() {
            return Ok(Self::read_compact(bytes));
        }
        Ok(body)
    }

    fn scan(scan: &mut Scan<'_>, bytes: &Bytes, id: &mut Option<Id>) -> Result<Self, Malformed> {
        let body = match scan.peek()? {
            b'{' => {
                let mut one = Box::<Envelope>::default();
                let read = one.scan(scan, bytes);
                id.clone_from(&one.id);
                read?;
                Self::One(one)
            }
            b'[' => {
                let mut batch = Vec::new();
                scan.array(|scan| {
                    if batch.len() == MAX_BATCH {
                        return Err(Malformed::Shape("the batch holds more than 64 messages"));
                    }
                    if scan.peek()? != b'{' {
                        return Err(Malformed::Shape("an element of the batch is no object"));
                    }
                    let mut one = Envelope::default();
                    one.scan(scan, bytes)?;
                    batch.push(one);
                    Ok(())
                })?;
                if batch.is_empty() {
                    return Err(Malformed::Shape("the batch is empty"));
                }
                Self::Batch(batch)
            }
            _ => {
                scan.value()?;
                return Err(Malformed::Shape("a message is a JSON object"));
            }
        };
        scan.end()?;
        Ok(body)
    }

    /// Reads a body again without its line breaks. In valid JSON they can only stand between
    /// tokens, so nothing is lost, and no slice of the message can forge a line or an SSE event.
    fn read_compact(bytes: &Bytes) -> Self {
        let compact: Vec<u8> = bytes
            .iter()
            .copied()
            .filter(|byte| !matches!(byte, b'\n' | b'\r'))
            .collect();
        let bytes = Bytes::from(compact);
        Self::scan(&mut Scan::new(&bytes), &bytes, &mut None)
            .expect("white space does not change what a JSON text says")
    }
}

// === impl Envelope ===

impl Envelope {
    fn scan(&mut self, scan: &mut Scan<'_>, bytes: &Bytes) -> Result<(), Malformed> {
        let mut version = None;
        let mut seen = Seen::default();
        scan.object(|scan, key| match key {
            b"jsonrpc" => once(&mut version, "jsonrpc", scan.value()?),
            b"id" => {
                if self.has_id {
                    return Err(Malformed::Duplicate("id"));
                }
                self.has_id = true;
                let range = scan.value()?;
                self.id = serde_json::from_slice(&bytes[range]).ok();
                Ok(())
            }
            b"method" => once(
                &mut self.method,
                "method",
                text(scan, bytes)?.ok_or(Malformed::Shape("`method` is no string"))?,
            ),
            b"params" => {
                seen.first(0, "params")?;
                self.params.scan(scan, bytes)
            }
            b"result" => once(&mut self.result, "result", raw(scan, bytes)?),
            b"error" => once(&mut self.error, "error", raw(scan, bytes)?),
            _ => scan.value().map(drop),
        })?;
        if version.is_none_or(|range| &bytes[range] != b"\"2.0\"") {
            return Err(Malformed::Shape("`jsonrpc` must be \"2.0\""));
        }
        self.check()
    }

    fn check(&self) -> Result<(), Malformed> {
        let answers = usize::from(self.result.is_some()) + usize::from(self.error.is_some());
        match (self.method.is_some(), answers) {
            (true, 0) | (false, 1) => {}
            (true, _) => {
                return Err(Malformed::Shape(
                    "a message is a request or a response, not both",
                ));
            }
            (false, 0) => return Err(Malformed::Shape("`method` is missing")),
            (false, _) => {
                return Err(Malformed::Shape(
                    "a response has a result or an error, not both",
                ));
            }
        }
        // An error response may come without an id, or with null: its request was unreadable.
        if self.has_id && self.id.is_none() && self.error.is_none() {
            return Err(Malformed::Shape("`id` must be an integer or a string"));
        }
        Ok(())
    }

    /// Returns what kind of message it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match (self.method.is_some(), self.has_id) {
            (true, true) => Kind::Request,
            (true, false) => Kind::Notification,
            (false, _) => Kind::Response,
        }
    }
}

fn once<T>(field: &mut Option<T>, name: &'static str, value: T) -> Result<(), Malformed> {
    if field.replace(value).is_some() {
        return Err(Malformed::Duplicate(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
