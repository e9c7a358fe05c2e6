//! An answer of the server as the messages in it, each as it came and on one line.

use std::{collections::VecDeque, time::SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use tidegate_era::{Body, Kind, sse::Decoder};
use tidegate_model::{Id, Raw};

use crate::{
    error::Error,
    link::{LinkBody, channel::one_line},
    place::Place,
    receive::{excerpt, is_events},
    retry::retry_after,
};

/// An answer whose head has come. Dropping it closes its stream.
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: LinkBody,
    /// Reads events, if the answer is a stream of them.
    events: Option<Box<Decoder>>,
    ready: VecDeque<Bytes>,
    place: Place,
    limit: usize,
    has_ended: bool,
}

/// The answer to a request.
pub(super) enum Response {
    Result(Raw),
    /// An error.
    Error,
    /// An error that does not say to which request.
    Nameless(Raw),
}

// === impl Answer ===

impl Answer {
    /// Takes an answer; each of its messages may have `limit` bytes.
    pub(super) fn new(response: http::Response<LinkBody>, limit: usize) -> Self {
        let (parts, body) = response.into_parts();
        let events = is_events(&parts.headers).then(|| Box::new(Decoder::new(limit)));
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
            events,
            ready: VecDeque::new(),
            place: Place::default(),
            limit,
            has_ended: false,
        }
    }

    /// Goes on from where another stream stood.
    pub(super) fn from(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(super) const fn is_stream(&self) -> bool {
        self.events.is_some()
    }

    /// Returns where the stream stands.
    pub(super) fn place(self) -> Place {
        self.place
    }

    /// Returns the next message; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the answer broke, is too long, or is no message.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Some(Ok(message));
            }
            if self.has_ended {
                return None;
            }
            if let Err(error) = self.read().await {
                self.has_ended = true;
                return Some(Err(error));
            }
        }
    }

    /// Returns why an answer that has ended holds no response.
    pub(super) fn unanswered(&self) -> Error {
        if !self.status.is_success() {
            let retry_after = retry_after(&self.headers, SystemTime::now());
            return Error::refused(self.status, "").after(retry_after);
        }
        Error::lost(
            "the server ended the stream before the answer; the request may have been done all the \
             same",
        )
    }

    async fn read(&mut self) -> Result<(), Error> {
        if self.events.is_none() {
            return self.read_whole().await;
        }
        let Some(frame) = self.body.frame().await else {
            self.has_ended = true;
            return Ok(());
        };
        let bytes = frame.map_err(Error::link)?.into_data().unwrap_or_default();
        let Some(decoder) = &mut self.events else {
            return Ok(());
        };
        let (place, ready) = (&mut self.place, &mut self.ready);
        let pushed = decoder.push(&bytes, |event| {
            let is_new = place.admit(&event);
            // A priming event has no data; other types of events are not the protocol's.
            if is_new && event.event == "message" && !event.data.is_empty() {
                ready.push_back(one_line(event.data.into()));
            }
        });
        place.follow(decoder);
        pushed.map_err(|error| Error::answer(format_args!("{error}")))
    }

    async fn read_whole(&mut self) -> Result<(), Error> {
        self.has_ended = true;
        let mut whole = Vec::new();
        while let Some(frame) = self.body.frame().await {
            let bytes = frame.map_err(Error::link)?.into_data().unwrap_or_default();
            if whole.len() + bytes.len() > self.limit {
                let limit = self.limit;
                return Err(Error::answer(format_args!(
                    "the answer is longer than {limit} bytes"
                )));
            }
            whole.extend_from_slice(&bytes);
        }
        if whole.is_empty() {
            return Ok(());
        }
        let whole = Bytes::from(whole);
        if Body::read(&whole).is_ok() {
            self.ready.push_back(one_line(whole));
            return Ok(());
        }
        let said = excerpt(&whole);
        if self.status.is_success() {
            return Err(Error::answer(format_args!(
                "the answer is no message of the protocol: {said:?}; is this the address of an MCP server?"
            )));
        }
        let retry_after = retry_after(&self.headers, SystemTime::now());
        Err(Error::refused(self.status, said).after(retry_after))
    }
}

/// Returns the answer to the request `id`, if the message is that.
pub(super) fn response_to(message: &Bytes, id: &Id) -> Option<Response> {
    let envelopes = match Body::read(message).ok()? {
        Body::One(envelope) => vec![*envelope],
        Body::Batch(batch) => batch,
    };
    let alone = envelopes.len() == 1;
    envelopes
        .into_iter()
        .filter(|envelope| envelope.kind() == Kind::Response)
        .find_map(
            |envelope| match (envelope.id, envelope.result, envelope.error) {
                (Some(named), Some(result), _) if named == *id => Some(Response::Result(result)),
                (Some(named), None, _) if named == *id => Some(Response::Error),
                (None, None, Some(error)) if alone => Some(Response::Nameless(error)),
                _ => None,
            },
        )
}

/// Returns the answer to request `id` that an error is.
pub(super) fn named(id: &Id, error: &Raw) -> Bytes {
    let id = serde_json::json!(id);
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"error":{}}}"#,
        error.as_str()
    )
    .into()
}
