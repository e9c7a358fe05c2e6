//! One call under way: polled inline by whoever answers it, and by a task only when it outlives
//! its connection.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Duration,
};

use tidegate_era::{Facts, Reject};
use tidegate_handler::{Context, Failure, Work};
use tidegate_model::{Id, Method, Outcome};
use tidegate_session::{Lane, Owner};
use tokio::time::Sleep;
use tracing::Span;

pub(super) use self::asking::Asking;
use super::{asked::Out, calls::Entered};
use crate::{state::State, tasks::Seed};

mod asking;
mod orphan;

/// A call under way.
///
/// # Cancel safety
///
/// Dropping it before its end cancels the call where a disconnect cancels (modern). In a legacy
/// session the call goes on in a task, without a reader.
pub(crate) struct Running {
    inner: Option<Inner>,
    cx: Context,
}

/// How a call left.
pub(crate) enum Ending {
    /// It has an answer.
    Outcome(Outcome),
    /// Nobody waits for its answer, and none must be sent.
    Cancelled,
}

struct Inner {
    work: Pin<Box<dyn Future<Output = Outcome> + Send>>,
    cx: Context,
    facts: Facts,
    asking: Asking,
    /// Whether its caller reads a stream, which requests could come on.
    streams: bool,
    id: Id,
    limit: Duration,
    state: Arc<State>,
    pending: Option<Box<Pending>>,
    /// It outlived its connection and runs in a task; a task that is dropped is not followed by
    /// another.
    is_orphan: bool,
    span: Span,
}

/// What only a call has that was not ready at its first poll.
struct Pending {
    _entered: Entered,
    deadline: Pin<Box<Sleep>>,
    /// Questions that went out.
    out: Option<Out>,
}

// === impl Running ===

impl Running {
    pub(super) fn new(
        state: &Arc<State>,
        facts: Facts,
        asking: Asking,
        id: Id,
        cx: Context,
        work: Work,
        span: Span,
    ) -> Self {
        let most = state.config.call_deadline;
        let inner = Inner {
            work: work.future,
            cx: cx.clone(),
            facts,
            asking,
            streams: true,
            id,
            limit: work.deadline.map_or(most, |limit| limit.min(most)),
            state: Arc::clone(state),
            pending: None,
            is_orphan: false,
            span,
        };
        Self {
            inner: Some(inner),
            cx,
        }
    }

    /// Polls the call. After it has ended it must not be polled again.
    pub(crate) fn poll(&mut self, task: &mut Task<'_>) -> Poll<Ending> {
        let Some(inner) = &mut self.inner else {
            return Poll::Ready(Ending::Cancelled);
        };
        let ending = inner.poll(task);
        if ending.is_ready() {
            self.inner = None;
        }
        ending
    }

    /// Notes that the call was not ready at once: from now on it can be cancelled, and its
    /// deadline runs.
    pub(crate) fn enter(&mut self) -> Result<(), Reject> {
        let Some(inner) = &mut self.inner else {
            return Ok(());
        };
        let session = inner.session();
        let owner = inner.owner();
        match inner
            .state
            .calls
            .enter(owner, session, &inner.id, &inner.cx)
        {
            Ok(entered) => {
                inner.pending = Some(Box::new(Pending {
                    _entered: entered,
                    deadline: Box::pin(tokio::time::sleep(inner.limit)),
                    out: None,
                }));
                Ok(())
            }
            Err(reject) => {
                let reject = reject.for_id(Some(inner.id.clone()));
                // It was refused, so nobody waits for it.
                inner.cx.lane().cancel();
                self.inner = None;
                Err(reject)
            }
        }
    }

    /// Gives the call up before it was entered: its caller was refused, and must not find later that
    /// it was done all the same.
    pub(crate) fn give_up(mut self) {
        self.cx.lane().cancel();
        self.inner = None;
    }

    /// Says that the caller reads no stream: requests of ours could not reach it.
    pub(crate) const fn read_as_json(&mut self) {
        if let Some(inner) = &mut self.inner {
            inner.streams = false;
        }
    }

    /// Returns whether requests of ours wait on the lane, or did.
    pub(crate) fn has_asked(&self) -> bool {
        let inner = self.inner.as_ref();
        inner.is_some_and(|inner| {
            inner
                .pending
                .as_ref()
                .is_some_and(|pending| pending.out.is_some())
        })
    }

    /// Returns the call's lane, its id and its facts.
    pub(crate) fn parts(&self) -> Option<(&Lane, &Id, Facts)> {
        self.inner
            .as_ref()
            .map(|inner| (inner.cx.lane(), &inner.id, inner.facts))
    }

    /// Returns the call's context.
    pub(crate) const fn context(&self) -> &Context {
        &self.cx
    }
}

// === impl Inner ===

impl Inner {
    /// Whom the call is counted for.
    fn owner(&self) -> Option<Owner> {
        let caller = self.cx.caller();
        match &caller.session {
            Some(ticket) => ticket.owner,
            None => self.state.limits.owner(caller.principal.as_deref()),
        }
    }

    fn poll(&mut self, task: &mut Task<'_>) -> Poll<Ending> {
        if let Some(pending) = &mut self.pending {
            if self.cx.is_cancelled() {
                return Poll::Ready(Ending::Cancelled);
            }
            if pending.deadline.as_mut().poll(task).is_ready() {
                self.cx.lane().cancel();
                return Poll::Ready(Ending::Outcome(overdue(self.limit)));
            }
        }
        let work = self.work.as_mut();
        let polled = self
            .span
            .in_scope(|| catch_unwind(AssertUnwindSafe(|| work.poll(task))));
        match polled {
            Ok(Poll::Ready(outcome)) => Poll::Ready(Ending::Outcome(outcome)),
            Ok(Poll::Pending) if self.cx.wants_durable() => {
                self.turn();
                self.poll(task)
            }
            // The questions of a task are its runner's.
            Ok(Poll::Pending) if self.cx.asks().has_new() && !self.cx.is_durable() => self.ask(),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(Ending::Outcome(panicked())),
        }
    }

    /// The handler wants the call to go on as a task.
    fn turn(&mut self) {
        if !matches!(self.asking, Asking::Rounds(Method::ToolsCall, _)) {
            self.cx.settle_durable(false);
            return;
        }
        let work = std::mem::replace(&mut self.work, Box::pin(std::future::pending()));
        let seed = Seed::wanted(work, self.cx.clone(), self.limit, self.span.clone());
        self.work = seed.turn(&self.state);
    }
}

pub(crate) fn overdue(limit: Duration) -> Outcome {
    Failure::tool(format_args!(
        "the call took longer than {limit:?} and was stopped"
    ))
    .into()
}

/// The answer of a handler that panicked. The panic's own words went to the panic hook; they are
/// not for the caller.
pub(crate) fn panicked() -> Outcome {
    tracing::error!("a handler panicked; its call is answered -32603");
    Failure::internal("the tool broke down; the server goes on").into()
}
