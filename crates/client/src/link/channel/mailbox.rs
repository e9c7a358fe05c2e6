//! A mailbox: what has arrived for one request and was not read yet, as a stream of events.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http_body::Frame;
use parking_lot::Mutex;

use super::{connection::Connection, fault::Overfull, routes::Place};
use crate::error::BoxError;

/// What has arrived for one request and was not read yet.
#[derive(Debug, Default)]
pub(super) struct Mailbox(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    waiting: VecDeque<Bytes>,
    /// What `waiting` holds, each message with its keep.
    bytes: usize,
    /// Set once nothing more comes.
    end: Option<Result<(), BoxError>>,
    ended: bool,
    reader: Option<Waker>,
}

/// The body of an answer: a mailbox being read. Dropped, it says that nobody waits any more.
pub(super) struct Inbox {
    mailbox: Arc<Mailbox>,
    connection: Arc<Connection>,
    place: Place,
}

/// How much may wait for one caller: as much as the longest message may have by default, or some
/// fifty thousand log messages. Over HTTP a slow reader slows its server; here all calls share one
/// connection, so who does not read is cut off, and the others go on.
pub(super) const MOST_WAITING: usize = 16 << 20;

/// What a waiting message takes beside its bytes, so that empty ones fill a mailbox too.
const KEEP: usize = 64;

// === impl Mailbox ===

impl Mailbox {
    /// Puts a message in.
    ///
    /// # Errors
    ///
    /// When too much waits already: then the mailbox has ended, with that for its error.
    pub(super) fn put(&self, message: Bytes) -> Result<(), Overfull> {
        let mut inside = self.0.lock();
        let size = message.len() + KEEP;
        if !inside.waiting.is_empty() && inside.bytes + size > MOST_WAITING {
            inside.end(Err(Overfull.into()));
            return Err(Overfull);
        }
        inside.put(message);
        Ok(())
    }

    /// Puts the last message in, however much waits: it is one, and then it is over.
    pub(super) fn put_last(&self, message: Bytes) {
        let mut inside = self.0.lock();
        inside.put(message);
        inside.end(Ok(()));
    }

    /// Ends what is to be read, after what waits.
    pub(super) fn end(&self, end: Result<(), BoxError>) {
        self.0.lock().end(end);
    }

    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let mut inside = self.0.lock();
        if let Some(message) = inside.waiting.pop_front() {
            inside.bytes -= message.len() + KEEP;
            return Poll::Ready(Some(Ok(message)));
        }
        if inside.ended {
            let error = inside.end.take().and_then(Result::err);
            return Poll::Ready(error.map(Err));
        }
        inside.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

// === impl Inside ===

impl Inside {
    fn put(&mut self, message: Bytes) {
        if self.ended {
            return;
        }
        self.bytes += message.len() + KEEP;
        self.waiting.push_back(message);
        self.wake();
    }

    fn end(&mut self, end: Result<(), BoxError>) {
        if !std::mem::replace(&mut self.ended, true) {
            self.end = Some(end);
            self.wake();
        }
    }

    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

// === impl Inbox ===

impl Inbox {
    /// Returns what reads `mailbox`, which stands in `place` among the connection's routes.
    pub(super) const fn new(
        mailbox: Arc<Mailbox>,
        connection: Arc<Connection>,
        place: Place,
    ) -> Self {
        Self {
            mailbox,
            connection,
            place,
        }
    }
}

impl http_body::Body for Inbox {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.mailbox.poll(cx).map(|message| {
            message.map(|message| message.map(|message| Frame::data(event(&message))))
        })
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.connection.leave(&self.place, &self.mailbox);
    }
}

/// A message as an event. It is one line: see [`Connection`].
fn event(message: &Bytes) -> Bytes {
    let mut event = Vec::with_capacity(message.len() + 8);
    event.extend_from_slice(b"data: ");
    event.extend_from_slice(message);
    event.extend_from_slice(b"\n\n");
    event.into()
}
