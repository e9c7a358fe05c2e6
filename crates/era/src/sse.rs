//! Reading a server-sent stream (WHATWG HTML §9.2), in whatever pieces it arrives.

use std::{fmt, time::Duration};

/// Turns the bytes of a stream into events.
#[derive(Debug)]
pub struct Decoder {
    line: Vec<u8>,
    data: String,
    event: String,
    has_data: bool,
    /// The id of the event that is being read.
    id: Option<String>,
    last_id: Option<String>,
    retry: Option<Duration>,
    limit: usize,
    at_start: bool,
    after_cr: bool,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The event's type; `message` if it said none.
    pub event: String,
    /// Its lines of `data`, joined. Empty for a priming event.
    pub data: String,
    /// The stream's last id, with this event.
    pub id: Option<String>,
}

/// An event was longer than the decoder's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The limit, in bytes.
    pub limit: usize,
}

// === impl Decoder ===

impl Decoder {
    /// Returns a decoder that refuses events over `limit` bytes.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            line: Vec::new(),
            data: String::new(),
            event: String::new(),
            has_data: false,
            id: None,
            last_id: None,
            retry: None,
            limit,
            at_start: true,
            after_cr: false,
        }
    }

    /// Takes the next bytes and gives `each` the events they complete.
    ///
    /// # Errors
    ///
    /// When an event exceeds the limit; the stream is of no use after that.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Event)) -> Result<(), TooLong> {
        if let Some(first) = bytes.first()
            && std::mem::take(&mut self.after_cr)
            && *first == b'\n'
        {
            // It belongs to the line end that came last.
            bytes = &bytes[1..];
        }
        while let Some(end) = memchr::memchr2(b'\n', b'\r', bytes) {
            self.grow(&bytes[..end])?;
            let is_cr = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            if is_cr {
                match bytes.first() {
                    Some(b'\n') => bytes = &bytes[1..],
                    None => self.after_cr = true,
                    Some(_) => {}
                }
            }
            if let Some(event) = self.end_line() {
                each(event);
            }
        }
        self.grow(bytes)
    }

    /// Returns the id of the last event that had one: where a broken stream can be taken up.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// Returns how long the server wants a client to wait before it connects again.
    #[must_use]
    pub const fn retry(&self) -> Option<Duration> {
        self.retry
    }

    fn grow(&mut self, piece: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + self.data.len() + piece.len() > self.limit {
            return Err(TooLong { limit: self.limit });
        }
        self.line.extend_from_slice(piece);
        Ok(())
    }

    fn end_line(&mut self) -> Option<Event> {
        let bytes = std::mem::take(&mut self.line);
        let mut line = String::from_utf8_lossy(&bytes);
        if std::mem::take(&mut self.at_start)
            && let Some(rest) = line.strip_prefix('\u{feff}')
        {
            line = rest.to_owned().into();
        }
        let event = if line.is_empty() {
            self.dispatch()
        } else {
            self.field(&line);
            None
        };
        // The buffer serves the next line too.
        self.line = bytes;
        self.line.clear();
        event
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => {
                if self.has_data {
                    self.data.push('\n');
                }
                self.has_data = true;
                self.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.event),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry);
            }
            // A comment, or a field of the future.
            _ => {}
        }
    }

    fn dispatch(&mut self) -> Option<Event> {
        // Only now: a stream that breaks within an event is taken up before that event.
        if let Some(id) = self.id.take() {
            self.last_id = Some(id);
        }
        let event = std::mem::take(&mut self.event);
        let data = std::mem::take(&mut self.data);
        if !std::mem::take(&mut self.has_data) {
            return None;
        }
        Some(Event {
            event: if event.is_empty() {
                "message".to_owned()
            } else {
                event
            },
            data,
            id: self.last_id.clone(),
        })
    }
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an event of the stream is longer than {} bytes",
            self.limit
        )
    }
}

impl std::error::Error for TooLong {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(pieces: &[&[u8]]) -> Vec<Event> {
        let mut decoder = Decoder::new(1024);
        let mut events = Vec::new();
        for piece in pieces {
            decoder
                .push(piece, |event| events.push(event))
                .expect("short");
        }
        events
    }

    fn data(events: &[Event]) -> Vec<&str> {
        events.iter().map(|event| event.data.as_str()).collect()
    }

    #[test]
    fn a_line_end_in_two_pieces_is_one_and_the_next_another() {
        for text in ["data: a\r\n\n", "data: a\r\n\r\n", "data: a\n\r\n"] {
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            assert_eq!(data(&events(&pieces)), ["a"], "{text:?}");
        }
    }

    #[test]
    fn events_end_at_a_blank_line_of_any_kind() {
        let text =
            "\u{feff}data: a\n\ndata:b\r\rdata: c\r\ndata: d\r\n\r\n: comment\n\nid: 7\ndata\n\n";
        let events = events(&[text.as_bytes()]);
        assert_eq!(data(&events), ["a", "b", "c\nd", ""]);
        assert_eq!(events[3].id.as_deref(), Some("7"));
        assert_eq!(events[0].event, "message");
    }

    #[test]
    fn ids_and_retry_are_kept() {
        let mut decoder = Decoder::new(64);
        decoder
            .push(b"id: s-1\nretry: 400\nretry: x\n\n", |event| {
                panic!("{event:?}")
            })
            .expect("short");
        assert_eq!(decoder.last_id(), Some("s-1"));
        assert_eq!(decoder.retry(), Some(Duration::from_millis(400)));
    }

    #[test]
    fn an_event_that_broke_off_was_not_there() {
        let mut decoder = Decoder::new(64);
        decoder
            .push(b"id: 1\ndata: a\n\nid: 2\ndata: b\n", |_| {})
            .expect("short");
        assert_eq!(decoder.last_id(), Some("1"));
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut decoder = Decoder::new(10);
        assert_eq!(
            decoder.push(b"data: 123456", |_| {}),
            Err(TooLong { limit: 10 })
        );
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            text in "(data: ?[a-c]{0,3}|event: x|id: 1|:c|\u{e9}|)(\r|\n|\r\n)",
            more in proptest::collection::vec("(data:[a-c]{0,3}|)(\r|\n|\r\n)", 0..8),
            cut in 0_usize..64,
        ) {
            let whole = text + &more.concat();
            let bytes = whole.as_bytes();
            let cut = cut.min(bytes.len());
            prop_assert_eq!(events(&[bytes]), events(&[&bytes[..cut], &bytes[cut..]]));
        }
    }
}
