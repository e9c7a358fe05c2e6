//! A listener's stream (2026-07-28 subscriptions): acknowledged, tagged, and ended by a result.
//!
//! ```text
//!   acknowledged ─▶ changed … changed ─▶ result, where the server ends it in good order
//! ```
//!
//! News are looked for when the connection takes more bytes, so a slow reader finds what changed
//! meanwhile once, and nothing queues up for it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll},
};

use bytes::Bytes;
use http::Response;
use tidegate_era::{Facts, encode::Framing, modern::Filter, notice};
use tidegate_handler::Bulletin;
use tidegate_model::Id;
use tidegate_session::Lane;
use tokio::time::Sleep;

use super::{
    answer::sse,
    body::{Kind, ResponseBody},
    hearing::Hearing,
    stream::{PING, Pings},
};
use crate::{
    dispatch::{Open, Seen},
    state::State,
    tasks::Followed,
};

/// A listener's stream.
pub(crate) struct ListenStream {
    state: Arc<State>,
    open: Open,
    facts: Facts,
    id: Id,
    acknowledgement: Option<Bytes>,
    sources: Vec<Source>,
    done: bool,
    pings: Pings,
    old: Pin<Box<Sleep>>,
}

/// Whence a listener's news come. An extension that adds a filter adds its source.
enum Source {
    /// Changes of lists and of resources.
    Changes(Hearing),
    /// How tasks stand.
    Tasks(Vec<Followed>),
}

/// Answers a listener that `open` has let in, with a stream of what was `honoured`.
pub(crate) fn listen(
    state: &Arc<State>,
    open: Open,
    facts: Facts,
    id: Id,
    bulletin: Option<&Arc<Bulletin>>,
    honoured: &Filter,
    followed: Vec<Followed>,
) -> Response<ResponseBody> {
    let mut acknowledgement = Vec::with_capacity(256);
    Framing::Sse.write(&mut acknowledgement, |out| {
        notice::acknowledged(out, &id, honoured);
    });
    let changes = bulletin.map(|bulletin| Source::Changes(Hearing::new(bulletin, honoured)));
    let tasks = (!followed.is_empty()).then_some(Source::Tasks(followed));
    sse(Kind::Listen(Box::new(ListenStream {
        state: Arc::clone(state),
        open,
        facts,
        id,
        acknowledgement: Some(acknowledgement.into()),
        sources: changes.into_iter().chain(tasks).collect(),
        done: false,
        pings: Pings::new(state.config.ping_every),
        old: Box::pin(tokio::time::sleep(state.config.stream_age)),
    })))
}

// === impl ListenStream ===

impl ListenStream {
    pub(super) fn poll_chunk(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if let Some(acknowledgement) = self.acknowledgement.take() {
            return Poll::Ready(Some(acknowledgement));
        }
        if self.done {
            return Poll::Ready(None);
        }
        self.done = self.open.lane().poll_cancelled(task).is_ready()
            || self.old.as_mut().poll(task).is_ready();
        // What changed before the end is told before it.
        let mut out = Vec::new();
        for source in &mut self.sources {
            source.tell(task, self.open.seen(), self.facts, &self.id, &mut out);
        }
        if self.done {
            Framing::Sse.write(&mut out, |out| {
                notice::ended(out, self.facts, &self.state.signature, &self.id);
            });
        }
        if !out.is_empty() {
            self.pings.sent();
            return Poll::Ready(Some(out.into()));
        }
        self.pings.poll(task).map(|()| Some(PING))
    }
}

// === impl Source ===

impl Source {
    /// Writes what is new to `out`; whatever comes next wakes the task.
    fn tell(&mut self, task: &mut Task<'_>, seen: &Seen, facts: Facts, id: &Id, out: &mut Vec<u8>) {
        match self {
            Self::Tasks(followed) => followed.retain_mut(|one| {
                // Enough for one write: the rest is told when the connection has taken it.
                while out.len() < Lane::MAX_BYTES {
                    match one.poll_next(task, facts) {
                        Poll::Ready(Some(shown)) => {
                            Framing::Sse.write(out, |out| notice::task(out, &shown, id));
                        }
                        Poll::Ready(None) => return false,
                        Poll::Pending => return true,
                    }
                }
                true
            }),
            Self::Changes(hearing) => {
                for news in hearing.take(task, seen) {
                    Framing::Sse.write(out, |out| notice::changed(out, &news.change, Some(id)));
                }
            }
        }
    }
}
