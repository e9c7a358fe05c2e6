//! A stream of what is known beforehand, piece by piece, so much time apart.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::Response;
use tidegate_era::Reject;
use tidegate_model::Principal;
use tokio::time::{Instant, Sleep};

use super::{
    answer::{sse, streamed},
    body::{Kind, ResponseBody},
    plain::unsniffed,
    stream::{PING, Pings},
};
use crate::{dispatch::Open, state::State};

/// What a timed stream is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    /// Events.
    Events,
    /// Lines of text.
    Text,
}

/// A timed stream. The connection polls it; it makes nothing before that is wanted.
pub(crate) struct TimedStream {
    open: Open,
    pieces: Box<dyn ExactSizeIterator<Item = Bytes> + Send>,
    every: Duration,
    /// When the next piece is due; none: the first, which is due at once.
    due: Option<Pin<Box<Sleep>>>,
    /// Signs of life, where there are words for them: in text there are none.
    pings: Option<Pings>,
    old: Pin<Box<Sleep>>,
    done: bool,
}

/// Answers with `pieces`, `every` so often.
///
/// # Errors
///
/// When too many streams are open already.
pub(crate) fn timed(
    state: &Arc<State>,
    medium: Medium,
    every: Duration,
    principal: Option<&Arc<Principal>>,
    pieces: impl ExactSizeIterator<Item = Bytes> + Send + 'static,
) -> Result<Response<ResponseBody>, Reject> {
    let owner = principal.map(|principal| &**principal);
    let stream = Kind::Timed(Box::new(TimedStream {
        open: state.streams.listen(state.limits.owner(owner), 0)?,
        pieces: Box::new(pieces),
        every,
        due: None,
        pings: (medium == Medium::Events).then(|| Pings::new(state.config.ping_every)),
        old: Box::pin(tokio::time::sleep(state.age(principal))),
        done: false,
    }));
    Ok(match medium {
        Medium::Events => sse(stream),
        Medium::Text => unsniffed(streamed(stream, "text/plain; charset=utf-8")),
    })
}

// === impl TimedStream ===

impl TimedStream {
    pub(super) fn poll_chunk(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        // A server that stops ends it before its end, as old age does; its reader misses the last event.
        if self.done
            || self.open.lane().poll_cancelled(task).is_ready()
            || self.old.as_mut().poll(task).is_ready()
        {
            return Poll::Ready(None);
        }
        if let Some(due) = &mut self.due {
            if due.as_mut().poll(task).is_pending() {
                return self.wait(task);
            }
            due.as_mut().reset(Instant::now() + self.every);
        } else {
            self.due = Some(Box::pin(tokio::time::sleep(self.every)));
        }
        let piece = self.pieces.next();
        // The end follows the last piece at once.
        self.done = self.pieces.len() == 0;
        if let Some(pings) = &mut self.pings {
            pings.sent();
        }
        Poll::Ready(piece)
    }

    fn wait(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        match &mut self.pings {
            Some(pings) => {
                ready!(pings.poll(task));
                Poll::Ready(Some(PING))
            }
            None => Poll::Pending,
        }
    }
}
