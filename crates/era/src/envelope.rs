//! The JSON-RPC envelope: one pass over the message, and slices of it for all that is read later.

use bytes::Bytes;
use tidegate_model::{Call, Id, Level, Meta, Method, Raw, Text};

use crate::scan::{Malformed, Scan};

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

/// The fields of `params` that decide where a message goes, and the whole of it.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// `params`, whole; `None` if absent.
    pub raw: Option<Raw>,
    /// `params.name`, if it is a string.
    pub name: Option<Text>,
    /// `params.uri`, if it is a string.
    pub uri: Option<Text>,
    /// `params.taskId`, if it is a string.
    pub task_id: Option<Text>,
    /// `params.cursor`, if it is a string.
    pub cursor: Option<Text>,
    /// `params.arguments`.
    pub arguments: Option<Raw>,
    /// `params.requestId` of a cancellation.
    pub request_id: Option<Id>,
    /// `params._meta`.
    pub meta: MetaFields,
}

/// The fields of `_meta` that the protocol gives a meaning.
#[derive(Clone, Debug, Default)]
pub struct MetaFields {
    /// The modern era's claim: `…/protocolVersion`, if it is a string.
    pub version: Option<Text>,
    /// `…/clientCapabilities`, if it is an object.
    pub client_capabilities: Option<Raw>,
    /// `…/clientInfo`.
    pub client_info: Option<Raw>,
    /// `…/logLevel`, whatever it is.
    pub log_level: Option<Raw>,
    /// `progressToken`, if it is a string or an integer.
    pub progress_token: Option<Raw>,
    /// `traceparent`, if it is a string.
    pub traceparent: Option<Text>,
    /// `tracestate`, if it is a string.
    pub tracestate: Option<Text>,
    /// Whether `_meta` was there and no object.
    pub misshapen: bool,
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

/// The prefix of the protocol's own `_meta` keys.
pub const META_PREFIX: &str = "io.modelcontextprotocol/";

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

// === impl Params ===

impl Params {
    fn scan(&mut self, scan: &mut Scan<'_>, bytes: &Bytes) -> Result<(), Malformed> {
        if scan.peek()? != b'{' {
            let other = raw(scan, bytes)?;
            return match other.as_str() {
                // Seen from lenient clients; it says the same as no `params`.
                "null" => Ok(()),
                _ => Err(Malformed::Shape("`params` must be an object")),
            };
        }
        let mut seen = Seen::default();
        let range = scan.object(|scan, key| {
            match key {
                b"name" => {
                    seen.first(0, "params.name")?;
                    self.name = text(scan, bytes)?;
                }
                b"uri" => {
                    seen.first(1, "params.uri")?;
                    self.uri = text(scan, bytes)?;
                }
                b"taskId" => {
                    seen.first(2, "params.taskId")?;
                    self.task_id = text(scan, bytes)?;
                }
                b"cursor" => {
                    seen.first(3, "params.cursor")?;
                    self.cursor = text(scan, bytes)?;
                }
                b"arguments" => {
                    seen.first(4, "params.arguments")?;
                    self.arguments = Some(raw(scan, bytes)?);
                }
                b"requestId" => {
                    seen.first(5, "params.requestId")?;
                    self.request_id = serde_json::from_slice(&bytes[scan.value()?]).ok();
                }
                b"_meta" => {
                    seen.first(6, "params._meta")?;
                    self.meta.scan(scan, bytes)?;
                }
                _ => {
                    scan.value()?;
                }
            }
            Ok(())
        })?;
        self.raw = Some(Raw::trusted(bytes.slice(range)));
        Ok(())
    }
}

impl Params {
    /// Makes a call of a request's fields.
    pub(crate) fn into_call(self, id: Id, method: Method, log_level: Option<Level>) -> Call {
        let meta = self.meta;
        Call {
            id,
            method,
            params: self.raw.unwrap_or_else(Raw::empty_object),
            name: self.name,
            uri: self.uri,
            arguments: self.arguments,
            cursor: self.cursor,
            meta: Meta {
                progress_token: meta.progress_token,
                log_level,
                client_capabilities: meta.client_capabilities,
                client_info: meta.client_info,
                traceparent: meta.traceparent,
                tracestate: meta.tracestate,
            },
        }
    }
}

// === impl MetaFields ===

impl MetaFields {
    fn scan(&mut self, scan: &mut Scan<'_>, bytes: &Bytes) -> Result<(), Malformed> {
        if scan.peek()? != b'{' {
            self.misshapen = true;
            return scan.value().map(drop);
        }
        let mut seen = Seen::default();
        scan.object(|scan, key| match key.strip_prefix(META_PREFIX.as_bytes()) {
            Some(own) => self.own_field(own, &mut seen, scan, bytes),
            None => self.shared_field(key, &mut seen, scan, bytes),
        })
        .map(drop)
    }

    /// The keys under the protocol's prefix.
    fn own_field(
        &mut self,
        key: &[u8],
        seen: &mut Seen,
        scan: &mut Scan<'_>,
        bytes: &Bytes,
    ) -> Result<(), Malformed> {
        match key {
            b"protocolVersion" => {
                seen.first(0, "protocolVersion")?;
                self.version = text(scan, bytes)?;
            }
            b"clientCapabilities" => {
                seen.first(1, "clientCapabilities")?;
                let value = raw(scan, bytes)?;
                self.client_capabilities = value.bytes().starts_with(b"{").then_some(value);
            }
            b"clientInfo" => {
                seen.first(2, "clientInfo")?;
                self.client_info = Some(raw(scan, bytes)?);
            }
            b"logLevel" => {
                seen.first(3, "logLevel")?;
                self.log_level = Some(raw(scan, bytes)?);
            }
            _ => {
                scan.value()?;
            }
        }
        Ok(())
    }

    /// The keys that have no prefix.
    fn shared_field(
        &mut self,
        key: &[u8],
        seen: &mut Seen,
        scan: &mut Scan<'_>,
        bytes: &Bytes,
    ) -> Result<(), Malformed> {
        match key {
            b"progressToken" => {
                seen.first(4, "progressToken")?;
                let value = raw(scan, bytes)?;
                self.progress_token = is_token(value.bytes()).then_some(value);
            }
            b"traceparent" => {
                seen.first(5, "traceparent")?;
                self.traceparent = text(scan, bytes)?;
            }
            b"tracestate" => {
                seen.first(6, "tracestate")?;
                self.tracestate = text(scan, bytes)?;
            }
            _ => {
                scan.value()?;
            }
        }
        Ok(())
    }
}

/// Which of an object's deciding keys were met, whatever their values: a parser that takes the
/// first and one that takes the last must read the same message.
#[derive(Default)]
struct Seen(u8);

// === impl Seen ===

impl Seen {
    const fn first(&mut self, bit: u8, key: &'static str) -> Result<(), Malformed> {
        if self.0 & (1 << bit) != 0 {
            return Err(Malformed::Duplicate(key));
        }
        self.0 |= 1 << bit;
        Ok(())
    }
}

fn is_token(json: &[u8]) -> bool {
    match json.first() {
        Some(b'"') => true,
        Some(b'-' | b'0'..=b'9') => !json.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')),
        _ => false,
    }
}

fn raw(scan: &mut Scan<'_>, bytes: &Bytes) -> Result<Raw, Malformed> {
    scan.value().map(|range| Raw::trusted(bytes.slice(range)))
}

/// Reads a string; a value of another type is skipped and none.
fn text(scan: &mut Scan<'_>, bytes: &Bytes) -> Result<Option<Text>, Malformed> {
    if scan.peek()? != b'"' {
        return scan.value().map(|_| None);
    }
    let quoted = scan.string()?;
    if !quoted.escaped {
        return Ok(Some(Text::new(bytes.slice(quoted.range))));
    }
    let whole = quoted.range.start - 1..quoted.range.end + 1;
    let unescaped: Result<String, _> = serde_json::from_slice(&bytes[whole]);
    Ok(unescaped.ok().map(Text::from))
}

fn once<T>(field: &mut Option<T>, name: &'static str, value: T) -> Result<(), Malformed> {
    if field.replace(value).is_some() {
        return Err(Malformed::Duplicate(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
