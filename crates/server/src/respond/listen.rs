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
    time::Duration,
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
    framing: Framing,
    alone: Option<Alone>,
}

/// Whence a listener's news come. An extension that adds a filter adds its source.
enum Source {
    /// Changes of lists and of resources.
    Changes(Hearing),
    /// How tasks stand.
    Tasks(Vec<Followed>),
}

/// A listener that was let in.
pub(crate) struct Listener {
    pub(crate) open: Open,
    pub(crate) facts: Facts,
    pub(crate) id: Id,
    pub(crate) bulletin: Option<Arc<Bulletin>>,
    /// What it hears of.
    pub(crate) honoured: Filter,
    pub(crate) followed: Vec<Followed>,
}

/// Whom a listener's stream is for.
struct To<'a> {
    facts: Facts,
    id: &'a Id,
    framing: Framing,
}

/// What a stream of its own needs, and one among others on a connection does not: signs of life,
/// and an end when it is old.
struct Alone {
    pings: Pings,
    old: Pin<Box<Sleep>>,
}

/// Answers a listener with a stream of what it hears of.
pub(crate) fn listen(
    state: &Arc<State>,
    listener: Listener,
    age: Duration,
) -> Response<ResponseBody> {
    let mut stream = ListenStream::new(state, listener, Framing::Sse);
    stream.alone = Some(Alone {
        pings: Pings::new(state.config.ping_every),
        old: Box::pin(tokio::time::sleep(age)),
    });
    sse(Kind::Listen(Box::new(stream)))
}

// === impl ListenStream ===

impl ListenStream {
    /// Returns the stream of a listener that shares a connection with others.
    pub(crate) fn new(state: &Arc<State>, listener: Listener, framing: Framing) -> Self {
        let Listener {
            open,
            facts,
            id,
            bulletin,
            honoured,
            followed,
        } = listener;
        let mut acknowledgement = Vec::with_capacity(256);
        framing.write(&mut acknowledgement, |out| {
            notice::acknowledged(out, &id, &honoured);
        });
        let changes = bulletin.map(|bulletin| Source::Changes(Hearing::new(&bulletin, &honoured)));
        let tasks = (!followed.is_empty()).then_some(Source::Tasks(followed));
        Self {
            state: Arc::clone(state),
            open,
            facts,
            id,
            acknowledgement: Some(acknowledgement.into()),
            sources: changes.into_iter().chain(tasks).collect(),
            done: false,
            framing,
            alone: None,
        }
    }

    pub(crate) fn poll_chunk(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if let Some(acknowledgement) = self.acknowledgement.take() {
            return Poll::Ready(Some(acknowledgement));
        }
        if self.done {
            return Poll::Ready(None);
        }
        let alone = self.alone.as_mut();
        self.done = self.open.lane().poll_cancelled(task).is_ready()
            || alone.is_some_and(|alone| alone.old.as_mut().poll(task).is_ready());
        // What changed before the end is told before it.
        let mut out = Vec::new();
        for source in &mut self.sources {
            let to = To {
                facts: self.facts,
                id: &self.id,
                framing: self.framing,
            };
            source.tell(task, self.open.seen(), &to, &mut out);
        }
        if self.done {
            self.framing.write(&mut out, |out| {
                notice::ended(out, self.facts, &self.state.signature, &self.id);
            });
        }
        if !out.is_empty() {
            if let Some(alone) = &mut self.alone {
                alone.pings.sent();
            }
            return Poll::Ready(Some(out.into()));
        }
        match &mut self.alone {
            Some(alone) => alone.pings.poll(task).map(|()| Some(PING)),
            None => Poll::Pending,
        }
    }
}

// === impl Source ===

impl Source {
    /// Writes what is new to `out`; whatever comes next wakes the task.
    fn tell(&mut self, task: &mut Task<'_>, seen: &Seen, to: &To<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Tasks(followed) => followed.retain_mut(|one| {
                // Enough for one write: the rest is told when the connection has taken it.
                while out.len() < Lane::MAX_BYTES {
                    match one.poll_next(task, to.facts) {
                        Poll::Ready(Some(shown)) => {
                            to.framing
                                .write(out, |out| notice::task(out, &shown, to.id));
                        }
                        Poll::Ready(None) => return false,
                        Poll::Pending => return true,
                    }
                }
                true
            }),
            Self::Changes(hearing) => {
                for news in hearing.take(task, seen) {
                    to.framing.write(out, |out| {
                        notice::changed(out, &news.change, Some(to.id));
                    });
                }
            }
        }
    }
}
