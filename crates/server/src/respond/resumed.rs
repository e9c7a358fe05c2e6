//! The rest of a call's stream, read from the log: what followed, once, and then what comes.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::Response;
use tidegate_era::{
    code,
    encode::{self, Framing},
};
use tidegate_model::Id;
use tidegate_session::{Read, Stream};
use tokio::time::Sleep;

use super::{
    answer::sse,
    body::{Kind, ResponseBody},
    logged::come_back,
    stream::{PING, Pings},
};
use crate::{
    dispatch::{Open, Reader},
    state::State,
};

/// Where a stream is resumed.
pub(crate) struct Resumed {
    /// Its place among the open streams; the session's end cancels it.
    pub(crate) open: Open,
    pub(crate) stream: Stream,
    /// The request that is answered, if it is known.
    pub(crate) request: Option<Id>,
    /// How many frames were heard.
    pub(crate) after: u64,
    /// What followed them, when it was asked for.
    pub(crate) first: Read,
}

/// The rest of a call's stream.
pub(crate) struct ResumedStream {
    state: Arc<State>,
    open: Open,
    stream: Stream,
    request: Option<Id>,
    after: u64,
    /// The one reader of a call that goes on; none: it has ended.
    reader: Option<Reader>,
    silent: bool,
    done: bool,
    pings: Pings,
    old: Pin<Box<Sleep>>,
}

/// Answers a GET with the rest of a call's stream.
pub(crate) fn resumed(
    state: &Arc<State>,
    resumed: Resumed,
    age: Duration,
) -> Response<ResponseBody> {
    let Resumed {
        open,
        stream,
        request,
        after,
        first,
    } = resumed;
    if matches!(first, Read::Gap | Read::Unknown) {
        return sse(Kind::Full(gap(request.as_ref())));
    }
    let live = state.replay.live(stream);
    let reader = live.map(|live| {
        let reader = live.read();
        // Its old connection may be stuck, and then nobody polls the call there.
        live.take_over();
        reader
    });
    sse(Kind::Resumed(Box::new(ResumedStream {
        state: Arc::clone(state),
        open,
        stream,
        request,
        after,
        reader,
        silent: true,
        done: false,
        pings: Pings::new(state.config.ping_every),
        old: Box::pin(tokio::time::sleep(age)),
    })))
}

// === impl ResumedStream ===

impl ResumedStream {
    pub(super) fn poll_chunk(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if self.done || self.is_over(task) {
            return Poll::Ready(None);
        }
        if let Some(reader) = &self.reader
            && let Poll::Ready(retry) = reader.poll_over(task, self.after)
        {
            return self.end(retry.map(come_back));
        }
        let replay = &self.state.replay;
        match ready!(replay.poll_read(task, self.stream, self.after)) {
            Read::Frames { bytes, last } => {
                self.after = last;
                self.silent = false;
                self.pings.sent();
                Poll::Ready(Some(bytes))
            }
            Read::Nothing => self.wait(task),
            Read::End => self.end(None),
            Read::Gap | Read::Unknown | Read::Beyond => {
                let gap = gap(self.request.as_ref());
                self.end(Some(gap))
            }
        }
    }

    /// Returns whether the session has ended, or the stream is old.
    fn is_over(&mut self, task: &mut Task<'_>) -> bool {
        self.open.lane().poll_cancelled(task).is_ready() || self.old.as_mut().poll(task).is_ready()
    }

    fn end(&mut self, last: Option<Bytes>) -> Poll<Option<Bytes>> {
        self.done = true;
        Poll::Ready(last)
    }

    fn wait(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if let Some(reader) = &self.reader {
            reader.caught_up();
        }
        if std::mem::take(&mut self.silent) {
            return Poll::Ready(Some(PING));
        }
        self.pings.poll(task).map(|()| Some(PING))
    }
}

/// Says that something is missing: never silence.
fn gap(request: Option<&Id>) -> Bytes {
    let mut out = Vec::with_capacity(192);
    Framing::Sse.write(&mut out, |out| {
        let message = "what was said on this stream is no longer kept; send the request again";
        encode::error(out, request, code::INTERNAL, message, None);
    });
    out.into()
}
