//! A response's body, in all the forms it takes.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::{
    batch::BatchStream, connection::ConnectionStream, listen::ListenStream, logged::LoggedStream,
    resumed::ResumedStream, standing::StandingStream, stream::CallStream, timed::TimedStream,
};
use crate::connection::Busy;

/// The body of an answer.
pub struct ResponseBody {
    kind: Kind,
    /// While it is here, the connection has work.
    _busy: Option<Busy>,
}

pub(super) enum Kind {
    /// Nothing, or nothing more.
    Empty,
    /// All of it.
    Full(Bytes),
    /// The stream of one call.
    Call(Box<CallStream>),
    /// The stream of one call, which can be resumed.
    Logged(Box<LoggedStream>),
    /// The rest of such a stream.
    Resumed(Box<ResumedStream>),
    /// The stream of several.
    Batch(Box<BatchStream>),
    /// A GET stream.
    Standing(Box<StandingStream>),
    /// A listener's stream.
    Listen(Box<ListenStream>),
    /// All that a connection of HTTP+SSE says.
    Connection(Box<ConnectionStream>),
    /// A stream of what is known, over time.
    Timed(Box<TimedStream>),
}

// === impl ResponseBody ===

impl ResponseBody {
    pub(super) const fn new(kind: Kind) -> Self {
        Self { kind, _busy: None }
    }

    pub(crate) fn keep(&mut self, busy: Busy) {
        self._busy = Some(busy);
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let chunk = match &mut self.kind {
            Kind::Empty => Poll::Ready(None),
            Kind::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                self.kind = Kind::Empty;
                Poll::Ready(Some(bytes))
            }
            Kind::Call(stream) => stream.poll_chunk(task),
            Kind::Logged(stream) => stream.poll_chunk(task),
            Kind::Resumed(stream) => stream.poll_chunk(task),
            Kind::Batch(stream) => stream.poll_chunk(task),
            Kind::Standing(stream) => stream.poll_chunk(task),
            Kind::Listen(stream) => stream.poll_chunk(task),
            Kind::Connection(stream) => stream.poll_chunk(task),
            Kind::Timed(stream) => stream.poll_chunk(task),
        };
        chunk.map(|chunk| chunk.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.kind, Kind::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            _ => SizeHint::default(),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Empty => "Empty",
            Kind::Full(_) => "Full",
            Kind::Call(_) => "Call",
            Kind::Logged(_) => "Logged",
            Kind::Resumed(_) => "Resumed",
            Kind::Batch(_) => "Batch",
            Kind::Standing(_) => "Standing",
            Kind::Listen(_) => "Listen",
            Kind::Connection(_) => "Connection",
            Kind::Timed(_) => "Timed",
        };
        f.debug_tuple("ResponseBody").field(&kind).finish()
    }
}
