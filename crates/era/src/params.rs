//! What `params` says, as far as it decides where a message goes.

use bytes::Bytes;
use tidegate_model::{Call, Id, Level, Meta, Method, Raw, Text};

use crate::scan::{Malformed, Scan};

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
    /// `params.inputResponses`.
    pub input_responses: Option<Raw>,
    /// `params.requestState`.
    pub request_state: Option<Raw>,
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

/// The prefix of the protocol's own `_meta` keys.
pub const META_PREFIX: &str = "io.modelcontextprotocol/";

// === impl Params ===

impl Params {
    pub(crate) fn scan(&mut self, scan: &mut Scan<'_>, bytes: &Bytes) -> Result<(), Malformed> {
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
                b"inputResponses" => {
                    seen.first(7, "params.inputResponses")?;
                    self.input_responses = Some(raw(scan, bytes)?);
                }
                b"requestState" => {
                    seen.first(8, "params.requestState")?;
                    self.request_state = Some(raw(scan, bytes)?);
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
            input_responses: self.input_responses,
            request_state: self.request_state,
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
pub(crate) struct Seen(u16);

// === impl Seen ===

impl Seen {
    pub(crate) const fn first(&mut self, bit: u8, key: &'static str) -> Result<(), Malformed> {
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

pub(crate) fn raw(scan: &mut Scan<'_>, bytes: &Bytes) -> Result<Raw, Malformed> {
    scan.value().map(|range| Raw::trusted(bytes.slice(range)))
}

/// Reads a string; a value of another type is skipped and none.
pub(crate) fn text(scan: &mut Scan<'_>, bytes: &Bytes) -> Result<Option<Text>, Malformed> {
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
