//! An answer as it arrives: one JSON body or a stream of events, read into messages.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body::Body as _;
use tidegate_era::{Body, Reject, sse::Decoder};

use crate::{
    endpoint::legacy::Current, error::Error, link::LinkBody, message::Message, place::Place,
    retry::retry_after,
};

/// An answer whose head has come. Dropping it closes its stream.
pub(crate) struct Receive {
    status: StatusCode,
    headers: HeaderMap,
    body: LinkBody,
    reader: Reader,
    ready: VecDeque<Message>,
    /// What went wrong after the messages in `ready`.
    failed: Option<Error>,
    limit: usize,
    /// Where the stream stands, if it belongs to a session.
    place: Option<Within>,
    /// Whether an event has come, be it one without data.
    alive: bool,
}

/// The session a stream belongs to, and where the stream stands in it.
pub(crate) struct Within {
    pub(crate) session: Current,
    pub(crate) place: Place,
}

enum Reader {
    /// One body, collected.
    Whole(Vec<u8>),
    /// A stream of events.
    Events(Box<Decoder>),
    /// Nothing more comes.
    Ended,
}

/// How much of a body that is no message is shown: enough for a proxy's sentence, not its page.
const EXCERPT: usize = 200;

// === impl Receive ===

impl Receive {
    /// Takes an answer; each of its messages may have `limit` bytes.
    pub(crate) fn new(response: http::Response<LinkBody>, limit: usize) -> Self {
        let (parts, body) = response.into_parts();
        let reader = if is_events(&parts.headers) {
            Reader::Events(Box::new(Decoder::new(limit)))
        } else {
            Reader::Whole(Vec::new())
        };
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
            reader,
            ready: VecDeque::new(),
            failed: None,
            limit,
            place: None,
            alive: false,
        }
    }

    /// Says that the answer belongs to a session, whose streams can be taken up.
    pub(crate) fn within(mut self, session: Current, place: Place) -> Self {
        self.place = Some(Within { session, place });
        self
    }

    /// Returns where a stream that broke can be taken up, if it can be.
    pub(crate) fn leave(&mut self) -> Option<Within> {
        self.place
            .take_if(|within| self.status.is_success() && within.place.id().is_some())
    }

    /// Returns where the stream stands, whether or not it can be taken up there.
    pub(crate) fn forsake(self) -> Place {
        self.place.map(|within| within.place).unwrap_or_default()
    }

    /// Returns whether the answer is a stream on which something has come.
    pub(crate) const fn is_alive(&self) -> bool {
        self.alive
    }

    /// Returns whether the answer is a stream of events.
    pub(crate) const fn is_stream(&self) -> bool {
        !matches!(self.reader, Reader::Whole(_))
    }

    /// Returns the next message; `None` when the answer has ended.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Message, Error>>> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(message)));
            }
            if matches!(self.reader, Reader::Ended) {
                return Poll::Ready(self.failed.take().map(Err));
            }
            let read = match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => self.read(&frame.into_data().unwrap_or_default()),
                Some(Err(error)) => Err(Error::link(error)),
                None => self.end(),
            };
            if let Err(error) = read {
                self.reader = Reader::Ended;
                self.failed = Some(error);
            }
        }
    }

    /// Gives back a message that somebody else is to read.
    pub(crate) fn put_back(&mut self, message: Message) {
        self.ready.push_front(message);
    }

    /// Returns whether the body has been read to its end, so that its connection serves again.
    pub(crate) fn poll_drained(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !matches!(self.reader, Reader::Events(_)) {
            return Poll::Ready(());
        }
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Poll::Ready(()),
            }
        }
    }

    /// Returns why an answer that has ended holds no response.
    pub(crate) fn unanswered(&self) -> Error {
        if !self.status.is_success() {
            return Error::refused(self.status, "").after(self.retry_after());
        }
        Error::lost(
            "the server ended the stream before the answer, and nothing on it says where to take \
             it up; the request may have been done all the same",
        )
    }

    /// Returns how long the server wants to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers, SystemTime::now())
    }

    /// Returns the answer's status.
    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the answer's headers.
    pub(crate) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Reads what has arrived.
    fn read(&mut self, bytes: &Bytes) -> Result<(), Error> {
        match &mut self.reader {
            Reader::Whole(whole) if whole.len() + bytes.len() > self.limit => {
                return Err(Error::answer(format_args!(
                    "the answer is longer than {} bytes; Builder::max_message allows more",
                    self.limit
                )));
            }
            Reader::Whole(whole) => whole.extend_from_slice(bytes),
            Reader::Events(decoder) => {
                let mut events = Vec::new();
                let alive = &mut self.alive;
                let mut place = self.place.as_mut().map(|within| &mut within.place);
                let pushed = decoder.push(bytes, |event| {
                    *alive = true;
                    let is_new = place.as_mut().is_none_or(|place| place.admit(&event));
                    // A priming event has no data; other types of events are not the protocol's.
                    if is_new && event.event == "message" && !event.data.is_empty() {
                        events.push(event.data);
                    }
                });
                if let Some(place) = place {
                    place.follow(decoder);
                }
                for data in events {
                    self.admit(data.into()).map_err(|why| {
                        Error::answer(format_args!("an event of the stream is no message: {why}"))
                    })?;
                }
                pushed.map_err(|error| {
                    Error::answer(format_args!("{error}; Builder::max_message allows more"))
                })?;
            }
            Reader::Ended => {}
        }
        Ok(())
    }

    /// The body has ended: what was collected is read.
    fn end(&mut self) -> Result<(), Error> {
        let Reader::Whole(whole) = std::mem::replace(&mut self.reader, Reader::Ended) else {
            return Ok(());
        };
        if whole.is_empty() && self.status.is_success() {
            return Ok(());
        }
        let whole = Bytes::from(whole);
        self.admit(whole.clone()).map_err(|why| {
            if self.status.is_success() {
                return Error::answer(format_args!(
                    "the answer ({}) is no message of the protocol: {why}; is this the address of an MCP server?",
                    self.content_type()
                ));
            }
            Error::refused(self.status, self.reason(&whole)).after(self.retry_after())
        })
    }

    fn admit(&mut self, bytes: Bytes) -> Result<(), String> {
        match Body::read(&bytes) {
            Ok(Body::One(envelope)) => self.ready.push_back(Message::of(*envelope)),
            Ok(Body::Batch(batch)) => self.ready.extend(batch.into_iter().map(Message::of)),
            Err((malformed, _)) => return Err(Reject::from(malformed).message.into_owned()),
        }
        Ok(())
    }

    /// What a body that is no message may tell a person.
    fn reason(&self, body: &[u8]) -> String {
        if let Some(to) = self.headers.get(header::LOCATION) {
            let to = String::from_utf8_lossy(to.as_bytes());
            return format!("it points to {to}; connect there if you trust it");
        }
        if self.content_type().contains("html") {
            return "with a web page".to_owned();
        }
        excerpt(body)
    }

    fn content_type(&self) -> &str {
        content_type(&self.headers).unwrap_or("of no said type")
    }
}

/// Returns the beginning of a body that is no message, as far as people can read it.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(EXCERPT)]);
    text.chars().filter(|c| !c.is_control()).collect()
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

/// Returns whether a body is a stream of events.
pub(crate) fn is_events(headers: &HeaderMap) -> bool {
    let essence = content_type(headers).and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("text/event-stream"))
}
