//! An answer, read as slowly as the test likes.

use bytes::{Bytes, BytesMut};
use serde_json::Value;

use crate::{Connection, soon};

/// An answer whose head is here. Dropping it hangs up.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    headers: Vec<(String, String)>,
    connection: Connection,
    body: Body,
    read: BytesMut,
    last_event_id: Option<String>,
    event_type: Option<String>,
    retry: Option<u64>,
}

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A comment: a sign of life.
    Comment(String),
    /// A message.
    Message(String),
    /// No message: a place to resume from, or when to come back.
    Empty,
}

/// How much of the body is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    Sized(usize),
    /// A chunk of which so much is left; 0: the next one's size comes first.
    Chunked(usize),
    Whole,
    /// The connection ended too early.
    Broken,
}

// === impl Answer ===

impl Answer {
    pub(crate) fn new(head: &str, connection: Connection) -> Self {
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default();
        let status = first
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut answer = Self {
            status: status.unwrap_or_else(|| panic!("no answer: {first}")),
            headers,
            connection,
            body: Body::Whole,
            read: BytesMut::new(),
            last_event_id: None,
            event_type: None,
            retry: None,
        };
        answer.body = match (
            answer.header("transfer-encoding"),
            answer.header("content-length"),
        ) {
            (Some("chunked"), _) => Body::Chunked(0),
            (None, Some(size)) if size != "0" => Body::Sized(size.parse().expect("a length")),
            _ => Body::Whole,
        };
        answer
    }

    /// Returns a header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns whether the answer is a stream of events.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.header("content-type") == Some("text/event-stream")
    }

    /// Returns whether the body came to its proper end.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.body == Body::Whole
    }

    /// Returns the next event; `None` at the end of the stream.
    ///
    /// # Panics
    ///
    /// When none comes, or it is none of ours.
    pub async fn event(&mut self) -> Option<Event> {
        soon("an event", self.next_event()).await
    }

    /// Returns the last event's id: where the stream can be resumed.
    ///
    /// # Panics
    ///
    /// When none had one.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.last_event_id.as_deref().expect("an event with an id")
    }

    /// Returns whether an event had an id.
    #[must_use]
    pub const fn has_event_id(&self) -> bool {
        self.last_event_id.is_some()
    }

    /// Returns after how many milliseconds the server wants to be asked again.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Returns what the last event called itself; `None`: nothing.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.event_type.as_deref()
    }

    fn note(&mut self, event: &str) {
        self.event_type = None;
        for line in event.lines() {
            if let Some(name) = line.strip_prefix("event: ") {
                self.event_type = Some(name.to_owned());
            }
            if let Some(id) = line.strip_prefix("id: ") {
                self.last_event_id = Some(id.to_owned());
            }
            if let Some(retry) = line.strip_prefix("retry: ") {
                self.retry = Some(retry.parse().expect("milliseconds"));
            }
        }
    }

    async fn next_event(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = memchr::memmem::find(&self.read, b"\n\n") {
                let event = self.read.split_to(end + 2);
                let event = std::str::from_utf8(&event[..end]).expect("events are UTF-8");
                self.note(event);
                return Some(Event::read(event));
            }
            let Some(more) = self.chunk().await else {
                assert!(self.read.is_empty(), "half an event: {:?}", self.read);
                return None;
            };
            self.read.extend_from_slice(&more);
        }
    }

    /// Returns the next message, past comments; `None` at the end of the stream.
    ///
    /// # Panics
    ///
    /// When none comes, or it is no JSON.
    pub async fn message(&mut self) -> Option<Value> {
        loop {
            match self.event().await? {
                Event::Message(data) => return Some(serde_json::from_str(&data).expect("JSON")),
                Event::Comment(_) | Event::Empty => {}
            }
        }
    }

    /// Returns the next typed event of a plain stream, events or lines: its type, and what it says.
    /// Signs of life are skipped; `None` at the end of the stream.
    ///
    /// # Panics
    ///
    /// When none comes, or it is no JSON.
    pub async fn typed(&mut self) -> Option<(String, Value)> {
        let is_stream = self.is_stream();
        loop {
            let next = self.until(if is_stream { "\n\n" } else { "\n" });
            let text = soon("a typed event", next).await?;
            let (kind, value) = if is_stream {
                let field = |name| text.lines().find_map(|line| line.strip_prefix(name));
                let Some(data) = field("data: ") else {
                    continue;
                };
                let value: Value = serde_json::from_str(data).expect("JSON");
                (field("event: ").expect("a type").to_owned(), value)
            } else {
                let mut value: Value = serde_json::from_str(&text).expect("JSON");
                let kind = value.as_object_mut().expect("an object").remove("type");
                let kind = kind.expect("a type").as_str().expect("a text").to_owned();
                (kind, value)
            };
            if kind != "ping" {
                return Some((kind, value));
            }
        }
    }

    /// Reads the rest of a plain stream: the types of its events, and what the last one says.
    ///
    /// # Panics
    ///
    /// When the stream breaks off, or is empty.
    pub async fn typed_rest(mut self) -> (Vec<String>, Value) {
        let (mut kinds, mut last) = (Vec::new(), Value::Null);
        while let Some((kind, value)) = self.typed().await {
            kinds.push(kind);
            last = value;
        }
        assert!(self.is_whole(), "the answer broke off after {kinds:?}");
        (kinds, last)
    }

    async fn until(&mut self, mark: &str) -> Option<String> {
        loop {
            if let Some(end) = memchr::memmem::find(&self.read, mark.as_bytes()) {
                let text = self.read.split_to(end + mark.len());
                return Some(String::from_utf8(text.to_vec()).expect("UTF-8"));
            }
            let Some(more) = self.chunk().await else {
                assert!(self.read.is_empty(), "half an event: {:?}", self.read);
                return None;
            };
            self.read.extend_from_slice(&more);
        }
    }

    /// Reads the rest and returns its messages, and the connection for the next request.
    ///
    /// # Panics
    ///
    /// When the rest does not come, or breaks off.
    pub async fn rest(mut self) -> (Vec<Value>, Connection) {
        let mut messages = Vec::new();
        if self.is_stream() {
            while let Some(message) = self.message().await {
                messages.push(message);
            }
        } else {
            let body = soon("the whole body", self.body()).await;
            if !body.is_empty() {
                messages.push(serde_json::from_slice(&body).expect("JSON"));
            }
        }
        assert!(self.is_whole(), "the answer broke off after {messages:?}");
        (messages, self.connection)
    }

    /// Reads the rest and returns the bytes of it.
    pub async fn body(&mut self) -> Bytes {
        let mut body = BytesMut::from(&self.read[..]);
        while let Some(more) = self.chunk().await {
            body.extend_from_slice(&more);
        }
        body.freeze()
    }

    /// Reads to the last message: the response.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn response(self) -> Value {
        let (messages, _) = self.rest().await;
        messages.into_iter().next_back().expect("a response")
    }

    /// Reads to the response and returns its result.
    ///
    /// # Panics
    ///
    /// When it is an error.
    pub async fn result(self) -> Value {
        let mut response = self.response().await;
        assert!(response.get("result").is_some(), "{response}");
        response["result"].take()
    }

    /// Reads to the response and returns its error's code.
    ///
    /// # Panics
    ///
    /// When it is a result.
    pub async fn error(self) -> i64 {
        let response = self.response().await;
        response["error"]["code"]
            .as_i64()
            .unwrap_or_else(|| panic!("{response}"))
    }

    /// Returns some bytes of the body; `None` at its end.
    async fn chunk(&mut self) -> Option<Bytes> {
        let left = match self.body {
            Body::Whole | Body::Broken => return None,
            Body::Sized(left) => left,
            Body::Chunked(0) => match self.size().await {
                Some(size) => size,
                None => {
                    self.body = Body::Broken;
                    return None;
                }
            },
            Body::Chunked(left) => left,
        };
        let is_last_chunk = left == 0;
        if is_last_chunk {
            let end = self.connection.until(b"\r\n").await;
            self.body = if end.is_some() {
                Body::Whole
            } else {
                Body::Broken
            };
            return None;
        }
        let Some(piece) = self.connection.take(left).await else {
            self.body = Body::Broken;
            return None;
        };
        let left = left - piece.len();
        self.body = match self.body {
            Body::Sized(_) if left == 0 => Body::Whole,
            Body::Sized(_) => Body::Sized(left),
            _ => Body::Chunked(left),
        };
        if self.body == Body::Chunked(0) && self.connection.until(b"\r\n").await.is_none() {
            self.body = Body::Broken;
        }
        Some(piece)
    }

    async fn size(&mut self) -> Option<usize> {
        let line = self.connection.until(b"\r\n").await?;
        let line = std::str::from_utf8(&line).expect("a size");
        Some(usize::from_str_radix(line.trim(), 16).expect("a chunk's size"))
    }
}

// === impl Event ===

impl Event {
    fn read(event: &str) -> Self {
        if let Some(comment) = event.strip_prefix(':') {
            return Self::Comment(comment.trim().to_owned());
        }
        let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
        let data: Vec<&str> = lines
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        let data = data.join("\n");
        if !data.is_empty() {
            return Self::Message(data);
        }
        let says_something = ["id: ", "retry: "].iter().any(|name| event.contains(name));
        assert!(says_something, "an event of nothing: {event:?}");
        Self::Empty
    }
}
