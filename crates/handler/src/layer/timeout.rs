//! No call takes longer than this.

use std::{sync::Arc, time::Duration};

use tidegate_model::Call;
use tidegate_session::Bulletin;

use super::Layer;
use crate::{
    caller::Caller,
    context::Context,
    handler::{Handler, Reply},
    offer::Offered,
};

/// Bounds every call of a handler.
#[derive(Clone, Copy, Debug)]
pub struct Timeout {
    limit: Duration,
}

/// A handler whose calls are bounded.
#[derive(Clone, Debug)]
pub struct Timed<H> {
    inner: H,
    limit: Duration,
}

// === impl Timeout ===

impl Timeout {
    /// Returns a layer that gives each call `limit`.
    #[must_use]
    pub const fn new(limit: Duration) -> Self {
        Self { limit }
    }
}

impl<H: Handler> Layer<H> for Timeout {
    type Handler = Timed<H>;

    fn layer(self, inner: H) -> Timed<H> {
        Timed {
            inner,
            limit: self.limit,
        }
    }
}

// === impl Timed ===

impl<H: Handler> Handler for Timed<H> {
    fn offer(&self, caller: &Caller) -> Offered {
        self.inner.offer(caller)
    }

    fn call(&self, call: Call, cx: Context) -> Reply {
        match self.inner.call(call, cx) {
            Reply::Running(mut work) => {
                let limit = work
                    .deadline
                    .map_or(self.limit, |inner| inner.min(self.limit));
                work.deadline = Some(limit);
                Reply::Running(work)
            }
            ready @ Reply::Ready(_) => ready,
        }
    }

    fn bulletin(&self) -> Option<Arc<Bulletin>> {
        self.inner.bulletin()
    }

    fn problems(&self) -> Vec<String> {
        self.inner.problems()
    }
}
