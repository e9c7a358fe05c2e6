//! A plain stream as it arrives.

use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;
use http_body::Body as _;

use super::{item::Plain, reader::Reader};
use crate::{error::Error, link::LinkBody, results::CallResult, timer::Timer};

/// A plain stream as it arrives. It is read as fast as its caller reads it.
///
/// # Cancel safety
///
/// Dropping it closes its connection, which cancels a tool's call.
pub struct PlainStream {
    body: LinkBody,
    reader: Reader,
    ready: VecDeque<Plain>,
    failed: Option<Error>,
    done: bool,
    idle: Option<Timer>,
}

// === impl PlainStream ===

impl PlainStream {
    pub(super) fn new(body: LinkBody, reader: Reader, idle: Option<Duration>) -> Self {
        Self {
            body,
            reader,
            ready: VecDeque::new(),
            failed: None,
            done: false,
            idle: idle.map(Timer::new),
        }
    }

    /// Returns the next item; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Once, when the stream breaks, ends before its last item, is silent for too long, or says
    /// what it may not.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Plain, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Returns the result of a tool, leaving aside what it still tells.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next), and when the stream ends with an error, or with no result of a tool.
    pub async fn result(mut self) -> Result<CallResult, Error> {
        while let Some(item) = self.next().await {
            match item? {
                Plain::Result(raw) => return CallResult::read(raw),
                Plain::Error(error) => {
                    return Err(Error::answered(http::StatusCode::OK, error));
                }
                _ => {}
            }
        }
        Err(Error::answer("the stream has no result: is it a tool's?"))
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Plain, Error>>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                if item.is_last() {
                    // Whatever would follow is not listened to.
                    self.done = true;
                    self.failed = None;
                    self.ready.clear();
                }
                return Poll::Ready(Some(Ok(item)));
            }
            if self.done {
                return Poll::Ready(self.failed.take().map(Err));
            }
            if let Err(error) = ready!(self.poll_read(cx)) {
                self.done = true;
                self.failed = Some(error);
            }
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            return match Timer::poll_expired(&mut self.idle, cx) {
                Some(after) => {
                    Poll::Ready(Err(Error::timeout("the server said nothing more", after)))
                }
                None => Poll::Pending,
            };
        };
        if let Some(idle) = &mut self.idle {
            idle.reset();
        }
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                let bytes = frame.into_data().unwrap_or_default();
                self.reader.push(&bytes, &mut self.ready)
            }
            Some(Err(error)) => Err(Error::link(error)),
            None => {
                self.done = true;
                self.reader.finish(&mut self.ready)
            }
        })
    }
}

impl Stream for PlainStream {
    type Item = Result<Plain, Error>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Plain, Error>>> {
        self.poll_item(cx)
    }
}

impl fmt::Debug for PlainStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainStream")
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}
