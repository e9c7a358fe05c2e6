//! Event ids: which stream and how far, with the proof that this session was given them.
//!
//! ```text
//!   c 47 . n7 . 8c1f03b2a95d6e40 - 12
//!   │ │    │    │                  └─ how many frames of the stream were heard
//!   │ │    │    └─ tag: SipHash-2-4 of session, stream and request
//!   │ │    └─ the request that the stream answers: n… a number, t… base64url of a text
//!   │ └─ the stream
//!   └─ c: a call's stream; g: a session's standing stream
//! ```
//!
//! The request's id rides along so that it can be answered even when nothing else is known of it
//! any more.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use siphasher::sip::SipHasher24;
use tidegate_model::Id;

use super::store::Stream;
use crate::{seal::Keys, ticket::SessionKey};

/// What a `Last-Event-ID` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventId<'a> {
    /// A place on the stream of a call.
    Call(CallEvent),
    /// A place on a session's standing stream, after the letter `g`.
    Standing(&'a str),
}

/// A place on the stream of a call: what follows it is what was not heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEvent {
    /// The stream's number.
    pub stream: u64,
    /// The request that the stream answers, unless its id is very long.
    pub request: Option<Id>,
    /// How many frames were heard.
    pub after: u64,
    tag: u64,
}

/// The keys that event ids are tagged with, and the numbers of the streams.
pub struct EventKeys {
    /// The first tags, any is recognised.
    keys: Vec<SipHasher24>,
    streams: AtomicU64,
}

/// How long a request's id may be to ride in event ids: most are numbers or UUIDs.
const MAX_REQUEST: usize = 64;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The longest event id that is looked at: the longest we make is shorter.
const MAX_ID: usize = 256;

// === impl EventId ===

impl<'a> EventId<'a> {
    /// Reads an id; `None`: it is none that we make.
    #[must_use]
    pub fn read(id: &'a [u8]) -> Option<Self> {
        if id.len() > MAX_ID {
            return None;
        }
        let id = std::str::from_utf8(id).ok()?.trim_matches([' ', '\t']);
        match id.strip_prefix('c') {
            Some(call) => CallEvent::read(call).map(Self::Call),
            None => id.strip_prefix('g').map(Self::Standing),
        }
    }
}

// === impl CallEvent ===

impl CallEvent {
    fn read(id: &str) -> Option<Self> {
        // Base64url may hold a dash, but it stands before the last dot.
        let (stream, rest) = id.split_once('.')?;
        let (request, rest) = rest.split_once('.')?;
        let (tag, after) = rest.split_once('-')?;
        if tag.len() != 16 {
            return None;
        }
        Some(Self {
            stream: number(stream, 10)?,
            request: read_request(request)?,
            after: number(after, 10)?,
            tag: number(tag, 16)?,
        })
    }
}

/// Digits alone: `parse` would take a sign too.
fn number(text: &str, radix: u32) -> Option<u64> {
    let digits = text.chars().all(|digit| digit.is_digit(radix));
    digits.then(|| u64::from_str_radix(text, radix).ok())?
}

fn read_request(text: &str) -> Option<Option<Id>> {
    if text.is_empty() {
        return Some(None);
    }
    if let Some(number) = text.strip_prefix('n') {
        return Some(Some(Id::Number(number.parse().ok()?)));
    }
    let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix('t')?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    (text.len() <= MAX_REQUEST).then(|| Some(Id::Text(text.into())))
}

// === impl EventKeys ===

impl EventKeys {
    /// Returns the keys that belong to those that session ids are sealed with, so that both are
    /// good for equally long.
    #[must_use]
    pub fn new(keys: &Keys) -> Self {
        Self {
            keys: keys
                .derived()
                .map(|key| SipHasher24::new_with_key(&key))
                .collect(),
            streams: AtomicU64::new(1),
        }
    }

    /// Returns whether an id was given to this session, as it is.
    #[must_use]
    pub fn fits(&self, session: SessionKey, event: &CallEvent) -> bool {
        let stream = Stream {
            session,
            number: event.stream,
        };
        self.keys
            .iter()
            .any(|key| tag(key, stream, event.request.as_ref()) == event.tag)
    }

    /// Returns a stream that there was not before.
    pub(super) fn next_stream(&self, session: SessionKey) -> Stream {
        Stream {
            session,
            number: self.streams.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Writes what all ids of a stream begin with.
    pub(super) fn write_prefix(&self, out: &mut Vec<u8>, stream: Stream, request: &Id) {
        let request = match request {
            Id::Text(text) if text.len() > MAX_REQUEST => None,
            request => Some(request),
        };
        out.push(b'c');
        out.extend_from_slice(itoa::Buffer::new().format(stream.number).as_bytes());
        out.push(b'.');
        match request {
            Some(Id::Number(number)) => {
                out.push(b'n');
                out.extend_from_slice(itoa::Buffer::new().format(*number).as_bytes());
            }
            Some(Id::Text(text)) => {
                out.push(b't');
                out.extend_from_slice(URL_SAFE_NO_PAD.encode(text.as_bytes()).as_bytes());
            }
            None => {}
        }
        out.push(b'.');
        let tag = self.keys.first().map_or(0, |key| tag(key, stream, request));
        let mut digits = *b"0000000000000000-";
        for (digit, byte) in digits.chunks_exact_mut(2).zip(tag.to_be_bytes()) {
            digit[0] = HEX[usize::from(byte >> 4)];
            digit[1] = HEX[usize::from(byte & 0xf)];
        }
        out.extend_from_slice(&digits);
    }
}

impl fmt::Debug for EventKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventKeys({} of them: ****)", self.keys.len())
    }
}

/// Without the key nobody makes an id that fits, nor one of another session's.
fn tag(key: &SipHasher24, stream: Stream, request: Option<&Id>) -> u64 {
    let mut message = [0; 16 + 8 + 1 + MAX_REQUEST];
    message[..16].copy_from_slice(&stream.session.0);
    message[16..24].copy_from_slice(&stream.number.to_be_bytes());
    let (kind, length) = match request {
        None => (0, 0),
        Some(Id::Number(number)) => {
            message[25..33].copy_from_slice(&number.to_be_bytes());
            (1, 8)
        }
        Some(Id::Text(text)) => {
            let length = text.len().min(MAX_REQUEST);
            message[25..25 + length].copy_from_slice(&text.as_bytes()[..length]);
            (2, length)
        }
    };
    message[24] = kind;
    key.hash(&message[..25 + length])
}

#[cfg(test)]
mod tests;
