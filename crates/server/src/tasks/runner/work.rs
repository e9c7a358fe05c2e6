//! The work of a task: polled here, until something happens that its runner has to know.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    task::{Context as Task, Poll},
};

use tidegate_handler::Context;
use tidegate_model::{Outcome, ask::InputRequest};
use tracing::Span;

use crate::{dispatch::panicked, tasks::turn::Boxed};

/// The work, and what it asks.
pub(super) struct Work {
    pub(super) future: Boxed,
    pub(super) cx: Context,
    pub(super) span: Span,
    /// The keys of the questions that stand open in the record.
    pub(super) shown: HashSet<String>,
}

/// What happened next.
pub(super) enum Step {
    /// The work is done.
    Done(Outcome),
    /// It asks something, or does not want an answer any more.
    Asks,
    /// Somebody else may have changed the record.
    Changed,
    /// It took too long.
    Overdue,
    /// Nobody ever heard of the task.
    Unheard,
    /// The server stops.
    Stopping,
}

// === impl Work ===

impl Work {
    pub(super) fn poll(&mut self, task: &mut Task<'_>) -> Poll<Step> {
        if self.cx.is_cancelled() {
            return Poll::Ready(Step::Unheard);
        }
        let future = self.future.as_mut();
        let polled = self
            .span
            .in_scope(|| catch_unwind(AssertUnwindSafe(|| future.poll(task))));
        match polled {
            Ok(Poll::Ready(outcome)) => return Poll::Ready(Step::Done(outcome)),
            Ok(Poll::Pending) => {}
            Err(_) => return Poll::Ready(Step::Done(panicked())),
        }
        // Watched before it is looked at: a thread may ask in between.
        self.cx.lane().watch(task);
        if self.cx.asks().has_new() || self.has_withdrawn() {
            return Poll::Ready(Step::Asks);
        }
        Poll::Pending
    }

    fn has_withdrawn(&self) -> bool {
        if self.shown.is_empty() {
            return false;
        }
        let open = self.cx.asks().open();
        let is_open = |key: &String| {
            open.iter()
                .any(|(other, _): &(String, InputRequest)| other == key)
        };
        !self.shown.iter().all(is_open)
    }
}
