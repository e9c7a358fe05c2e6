//! The stream of an HTTP+SSE server, event by event.

use std::collections::VecDeque;

use bytes::Bytes;
use http::header;
use http_body_util::BodyExt;
use tidegate_era::sse::{Decoder, Event};

use crate::{
    error::Error,
    link::LinkBody,
    receive::{excerpt, is_events},
};

/// A stream of events. Dropping it closes it.
pub(super) struct Events {
    body: LinkBody,
    decoder: Decoder,
    ready: VecDeque<Event>,
}

/// How much of an answer is read that is no stream: what a refusal says, or an empty 202.
const MOST: usize = 4096;

// === impl Events ===

impl Events {
    /// Takes the answer to a GET; each of its events may have `limit` bytes.
    ///
    /// # Errors
    ///
    /// When it is a refusal, or no stream.
    pub(super) async fn of(
        response: http::Response<LinkBody>,
        limit: usize,
    ) -> Result<Self, Error> {
        let (parts, body) = response.into_parts();
        if !parts.status.is_success() {
            return Err(Error::refused(parts.status, said(body).await));
        }
        if !is_events(&parts.headers) {
            let kind = parts.headers.get(header::CONTENT_TYPE);
            let kind = kind.and_then(|kind| kind.to_str().ok());
            return Err(Error::answer(format_args!(
                "a stream of events was asked for, and the answer is {}",
                kind.unwrap_or("of no said type")
            )));
        }
        Ok(Self {
            body,
            decoder: Decoder::new(limit),
            ready: VecDeque::new(),
        })
    }

    /// Returns the next event; `None` when the stream has ended.
    ///
    /// # Errors
    ///
    /// When the stream broke, or an event is too long.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub(super) async fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            let Some(frame) = self.body.frame().await else {
                return Ok(None);
            };
            let bytes = frame.map_err(Error::link)?.into_data().unwrap_or_default();
            let ready = &mut self.ready;
            let pushed = self.decoder.push(&bytes, |event| ready.push_back(event));
            pushed.map_err(|error| {
                Error::answer(format_args!("{error}; Builder::max_message allows more"))
            })?;
        }
    }
}

/// Returns what a refusal says in its body, as far as people can read it.
pub(super) async fn said(body: LinkBody) -> String {
    excerpt(&read(body).await)
}

/// Returns the body, or the beginning of a long one.
pub(super) async fn read(mut body: LinkBody) -> Bytes {
    let mut read = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        read.extend_from_slice(&frame.into_data().unwrap_or_default());
        if read.len() > MOST {
            break;
        }
    }
    read.into()
}
