//! `GET /stream`: so many messages, one at a time, as events or as lines of text.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use serde_json::json;
use tidegate_era::{
    Reject,
    encode::{self, Typed},
};

use super::query::{Query, bad};
use crate::{
    guard::Visitor,
    respond::{self, Medium, ResponseBody},
    state::State,
};

/// How many messages there may be. Ten thousand show what a proxy does to a long stream; a sample
/// that runs for ever would be forgotten by whoever began it.
const COUNT: RangeInclusive<u64> = 1..=10_000;

/// How far apart they may be, in milliseconds. Beyond a minute nobody watches.
pub(super) const INTERVAL: RangeInclusive<u64> = 0..=60_000;

/// How far apart they are where nothing is said: a person can follow.
pub(super) const SECOND: u64 = 1_000;

/// The messages that are still to come.
struct Messages {
    sent: u64,
    count: u64,
    medium: Medium,
}

/// Answers with messages.
pub(super) fn messages(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    mut query: Query,
) -> Result<Response<ResponseBody>, Reject> {
    let count = query.within("n", COUNT, 10)?;
    let interval = query.within("interval_ms", INTERVAL, SECOND)?;
    let medium = match query.take("format").as_deref() {
        None | Some("json") => Medium::Events,
        Some("text") => Medium::Text,
        Some(other) => {
            return Err(bad(format!(
                "`format` is json or text; `{other}` is neither"
            )));
        }
    };
    query.end("n, interval_ms and format")?;
    let messages = Messages {
        sent: 0,
        count,
        medium,
    };
    let interval = Duration::from_millis(interval);
    respond::timed(
        state,
        medium,
        interval,
        visitor.principal.as_ref(),
        messages,
    )
}

// === impl Messages ===

impl Messages {
    fn event(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(160);
        let number = self.sent;
        // Unnamed events are what `onmessage` of an EventSource hears.
        Typed::Sse.write(&mut out, "message", |out| {
            out.extend_from_slice(b"\"timestamp\":");
            encode::text(out, &format_args!("{:.3}", Timestamp::now()));
            out.extend_from_slice(b",\"message\":");
            encode::text(out, &format_args!("Stream message {number}"));
            out.extend_from_slice(b",\"data\":");
            encode::json(out, &json!({ "number": number, "of": self.count }));
        });
        // The end is said: an EventSource that merely lost its connection would begin anew.
        if number == self.count {
            Typed::Sse.write(&mut out, "end", |out| {
                out.extend_from_slice(b"\"sent\":");
                encode::json(out, &number);
            });
        }
        out
    }
}

impl Iterator for Messages {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.sent == self.count {
            return None;
        }
        self.sent += 1;
        Some(match self.medium {
            Medium::Events => self.event().into(),
            Medium::Text => format!("Message {}\n", self.sent).into(),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.count - self.sent).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Messages {}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(medium: Medium) -> Vec<String> {
        let messages = Messages {
            sent: 0,
            count: 2,
            medium,
        };
        messages
            .map(|bytes| String::from_utf8(bytes.to_vec()).expect("UTF-8"))
            .collect()
    }

    #[test]
    fn text_is_lines() {
        assert_eq!(all(Medium::Text), ["Message 1\n", "Message 2\n"]);
    }

    #[test]
    fn events_are_objects_and_the_last_says_that_it_was() {
        let events = all(Medium::Events);
        assert_eq!(events.len(), 2);
        let data = events[0]
            .strip_prefix("event: message\ndata: ")
            .expect("an event");
        let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(data["message"], "Stream message 1");
        assert_eq!(data["data"], json!({"number": 1, "of": 2}));
        let time = data["timestamp"].as_str().expect("a text");
        assert!(time.parse::<Timestamp>().is_ok(), "{time}");
        assert!(events[1].ends_with("\n\nevent: end\ndata: {\"sent\":2}\n\n"));
    }
}
