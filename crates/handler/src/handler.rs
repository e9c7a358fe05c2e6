//! The waist: one trait between every front and whoever does the work.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use tidegate_model::{Call, Outcome};
use tidegate_session::Bulletin;

use crate::{caller::Caller, context::Context, offer::Offered};

/// Whoever answers calls.
///
/// Calls arrive raw and leave raw. No handler knows which front feeds it, no front knows which
/// handler answers.
pub trait Handler: Send + Sync + 'static {
    /// Returns what is offered to `caller`.
    fn offer(&self, caller: &Caller) -> Offered;

    /// Answers a call.
    ///
    /// # Cancel safety
    ///
    /// The work is dropped when nobody waits for it any more.
    fn call(&self, call: Call, cx: Context) -> Reply;

    /// Returns where the handler tells what changed; `None` if nothing ever does, and then no
    /// `listChanged` and no `subscribe` may stand in its offer.
    fn bulletin(&self) -> Option<Arc<Bulletin>> {
        None
    }

    /// Returns what is wrong with the handler itself; a server does not start with any.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// How a handler answers: at once, or with work that is polled until it is done.
pub enum Reply {
    /// Done.
    Ready(Outcome),
    /// Begun.
    Running(Work),
}

/// A call's work.
#[non_exhaustive]
pub struct Work {
    /// What is polled. Often ready at its first poll, and then no timer or table saw it.
    pub future: Pin<Box<dyn Future<Output = Outcome> + Send>>,
    /// How long it may take, if less than the server's own limit.
    pub deadline: Option<Duration>,
    /// Whether it may go on as a task after its call was answered.
    pub durable: Durable,
}

/// Whether a call may become a task that its client asks after (the tasks extension).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durable {
    /// It is answered on its own stream.
    #[default]
    No,
    /// It becomes a task for callers that know tasks, and is answered directly to the others.
    Optional,
    /// It becomes a task; callers that know none are refused.
    Required,
}

// === impl Reply ===

impl Reply {
    /// Returns work that takes as long as it takes.
    pub fn running(future: impl Future<Output = Outcome> + Send + 'static) -> Self {
        Self::Running(Work::new(future))
    }

    /// Waits for the outcome.
    pub async fn outcome(self) -> Outcome {
        match self {
            Self::Ready(outcome) => outcome,
            Self::Running(work) => work.future.await,
        }
    }
}

// === impl Work ===

impl Work {
    /// Returns work that takes as long as it takes, and is no task.
    pub fn new(future: impl Future<Output = Outcome> + Send + 'static) -> Self {
        Self {
            future: Box::pin(future),
            deadline: None,
            durable: Durable::No,
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(outcome) => f.debug_tuple("Ready").field(outcome).finish(),
            Self::Running(work) => work.fmt(f),
        }
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work")
            .field("deadline", &self.deadline)
            .field("durable", &self.durable)
            .finish_non_exhaustive()
    }
}

impl<H: Handler + ?Sized> Handler for Arc<H> {
    fn offer(&self, caller: &Caller) -> Offered {
        (**self).offer(caller)
    }

    fn call(&self, call: Call, cx: Context) -> Reply {
        (**self).call(call, cx)
    }

    fn bulletin(&self) -> Option<Arc<Bulletin>> {
        (**self).bulletin()
    }

    fn problems(&self) -> Vec<String> {
        (**self).problems()
    }
}
