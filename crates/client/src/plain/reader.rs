//! The bytes of a plain stream, read into items by what its `Content-Type` says they are.

use std::collections::VecDeque;

use http::{HeaderMap, header};
use serde_json::{Value, value::RawValue};
use tidegate_era::{ndjson, sse};

use super::item::Plain;
use crate::error::Error;

/// How a stream's bytes become items.
pub(super) enum Reader {
    /// Events, whose last one says that it is.
    Events(Box<sse::Decoder>),
    /// JSON objects, a line each; the last one says that it is.
    Lines(ndjson::Decoder),
    /// Lines of text; they end where the body ends.
    Text(ndjson::Decoder),
}

/// What bytes became: items, and what was wrong after them.
type Read = Result<(), Error>;

// === impl Reader ===

impl Reader {
    /// Returns a reader for an answer with these headers; each item may have `limit` bytes.
    pub(super) fn of(headers: &HeaderMap, limit: usize) -> Result<Self, Error> {
        let said = headers.get(header::CONTENT_TYPE);
        let said = said.and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = said.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "text/event-stream" => Ok(Self::Events(Box::new(sse::Decoder::new(limit)))),
            "application/x-ndjson" | "application/ndjson" => {
                Ok(Self::Lines(ndjson::Decoder::new(limit)))
            }
            "text/plain" => Ok(Self::Text(ndjson::Decoder::new(limit))),
            _ => Err(Error::answer(format_args!(
                "the answer is {said:?}, which is no stream of events, lines of JSON or text"
            ))),
        }
    }

    /// Reads what has arrived into `items`.
    pub(super) fn push(&mut self, bytes: &[u8], items: &mut VecDeque<Plain>) -> Read {
        let mut fault = None;
        let mut keep = |item: Result<Option<Plain>, Error>| match item {
            Ok(item) if fault.is_none() => items.extend(item),
            Ok(_) => {}
            Err(error) => fault = fault.take().or(Some(error)),
        };
        let pushed = match self {
            Self::Events(decoder) => decoder
                .push(bytes, |event| keep(event_item(&event)))
                .map_err(|why| why.to_string()),
            Self::Lines(decoder) => decoder
                .push(bytes, |line| keep(line_item(line)))
                .map_err(|why| why.to_string()),
            Self::Text(decoder) => decoder
                .push(bytes, |line| keep(Ok(Some(text_item(line)))))
                .map_err(|why| why.to_string()),
        };
        if let Some(fault) = fault {
            return Err(fault);
        }
        pushed
            .map_err(|why| Error::answer(format_args!("{why}; PlainClient::max_event allows more")))
    }

    /// The body has ended, and not with a last item.
    pub(super) fn finish(&mut self, items: &mut VecDeque<Plain>) -> Read {
        match self {
            Self::Text(decoder) => {
                decoder.finish(|line| items.push_back(text_item(line)));
                return Ok(());
            }
            Self::Lines(decoder) => {
                let mut last = None;
                decoder.finish(|line| last = Some(line_item(line)));
                // A line that broke off is no JSON: that the stream broke is what counts.
                if let Some(Ok(Some(item))) = last {
                    let is_last = item.is_last();
                    items.push_back(item);
                    if is_last {
                        return Ok(());
                    }
                }
            }
            Self::Events(_) => {}
        }
        Err(Error::lost(
            "the stream ended before its result; what was asked for may have been done all the same",
        ))
    }
}

fn event_item(event: &sse::Event) -> Result<Option<Plain>, Error> {
    Plain::read(&event.event, &event.data).map(Some)
}

fn line_item(line: &[u8]) -> Result<Option<Plain>, Error> {
    let read: Result<serde_json::Map<String, Value>, _> = serde_json::from_slice(line);
    let fields =
        read.map_err(|why| Error::answer("a line of the stream is no JSON object").because(why))?;
    let Some(kind) = fields.get("type").and_then(Value::as_str) else {
        return Err(Error::answer("a line of the stream does not say its type"));
    };
    if kind == "ping" {
        return Ok(None);
    }
    Plain::read(kind, &without_type(line, &fields)).map(Some)
}

/// Returns the line without its `type`, and all else as it came: numbers of any size among it.
fn without_type(line: &[u8], fields: &serde_json::Map<String, Value>) -> String {
    let raw: std::collections::HashMap<String, &RawValue> =
        serde_json::from_slice(line).unwrap_or_default();
    let mut out = String::with_capacity(line.len());
    for name in fields.keys().filter(|name| *name != "type") {
        let Some(value) = raw.get(name) else { continue };
        out.push(if out.is_empty() { '{' } else { ',' });
        out.push_str(&Value::from(name.as_str()).to_string());
        out.push(':');
        out.push_str(value.get());
    }
    if out.is_empty() {
        out.push('{');
    }
    out.push('}');
    out
}

fn text_item(line: &[u8]) -> Plain {
    Plain::Other {
        event: "text".to_owned(),
        data: String::from_utf8_lossy(line).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_loses_its_type_and_nothing_else() {
        let line = br#"{"type":"result","big":12345678901234567890123,"a":{"type":"x"}}"#;
        let Ok(Some(Plain::Result(raw))) = line_item(line) else {
            panic!("a result");
        };
        assert_eq!(
            raw.as_str(),
            r#"{"big":12345678901234567890123,"a":{"type":"x"}}"#
        );
        let Ok(Some(Plain::Result(raw))) = line_item(br#"{"type":"result"}"#) else {
            panic!("a result");
        };
        assert_eq!(raw.as_str(), "{}");
    }

    #[test]
    fn a_line_that_is_none_of_ours_is_a_fault() {
        for line in ["1", "{", "{}", r#"{"type":1}"#, r#"{"type":"progress"}"#] {
            assert!(line_item(line.as_bytes()).is_err(), "{line}");
        }
        assert!(matches!(line_item(br#"{"type":"ping"}"#), Ok(None)));
    }
}
