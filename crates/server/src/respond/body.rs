//! A response's body, in all the forms it takes.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::{
    batch::BatchStream, connection::ConnectionStream, listen::ListenStream, logged::LoggedStream,
    resumed::ResumedStream, standing::StandingStream, stream::CallStream, timed::TimedStream,
};
use crate::{access::Entry, connection::Busy, listen::Flow};

/// The body of an answer.
pub struct ResponseBody {
    kind: Kind,
    /// While it is here, the connection has work.
    _busy: Option<Busy>,
    /// Over HTTP/2: whether its reader reads.
    flow: Option<Arc<Flow>>,
    /// Where it is written down, once it has ended.
    entry: Option<Box<Entry>>,
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
        Self {
            kind,
            _busy: None,
            flow: None,
            entry: None,
        }
    }

    pub(crate) fn keep(&mut self, busy: Busy) {
        self._busy = Some(busy);
    }

    /// Writes down in `entry` what becomes of it.
    pub(crate) fn enter(&mut self, entry: Box<Entry>) {
        if matches!(self.kind, Kind::Empty) {
            entry.ended();
        }
        self.entry = Some(entry);
    }

    /// Tells `flow` of each piece that is given, and of each that is wanted.
    pub(crate) fn flow(&mut self, flow: Arc<Flow>) {
        flow.given();
        self.flow = Some(flow);
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(flow) = &self.flow {
            flow.wanted();
        }
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
        if let (Poll::Ready(Some(_)), Some(flow)) = (&chunk, &self.flow) {
            flow.given();
        }
        if let (Poll::Ready(chunk), Some(entry)) = (&chunk, &self.entry) {
            entry.sent(chunk.as_ref().map_or(0, Bytes::len));
            if chunk.is_none() || matches!(self.kind, Kind::Empty) {
                entry.ended();
            }
        }
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
