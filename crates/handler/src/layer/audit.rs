//! Who called what, and how it ended.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use tidegate_model::{Call, Method, Outcome, Text};
use tidegate_session::Bulletin;

use super::Layer;
use crate::{
    caller::Caller,
    context::Context,
    handler::{Handler, Reply},
    offer::Offered,
};

/// Writes down every call with a function.
pub struct Audit<F> {
    write: F,
}

/// A handler whose calls are written down.
pub struct Audited<H, F> {
    inner: H,
    write: Arc<F>,
}

/// One call that has ended. There is no payload in it.
#[derive(Clone, Debug)]
pub struct Record {
    /// What was asked.
    pub method: Method,
    /// The tool or prompt.
    pub name: Option<Text>,
    /// The resource.
    pub uri: Option<Text>,
    /// Whether it was done; a tool that ran and failed was not.
    pub done: bool,
    /// Whether the work was dropped before it ended.
    pub dropped: bool,
    /// How long it took.
    pub took: Duration,
}

// === impl Audit ===

impl<F: Fn(&Record, &Caller) + Send + Sync + 'static> Audit<F> {
    /// Returns a layer that gives `write` each call when it has ended.
    pub const fn new(write: F) -> Self {
        Self { write }
    }
}

impl<H: Handler, F: Fn(&Record, &Caller) + Send + Sync + 'static> Layer<H> for Audit<F> {
    type Handler = Audited<H, F>;

    fn layer(self, inner: H) -> Audited<H, F> {
        Audited {
            inner,
            write: Arc::new(self.write),
        }
    }
}

// === impl Audited ===

impl<H: Handler, F: Fn(&Record, &Caller) + Send + Sync + 'static> Handler for Audited<H, F> {
    fn offer(&self, caller: &Caller) -> Offered {
        self.inner.offer(caller)
    }

    fn call(&self, call: Call, cx: Context) -> Reply {
        let mut open = Open {
            record: Record {
                method: call.method.clone(),
                name: call.name.clone(),
                uri: call.uri.clone(),
                done: false,
                dropped: true,
                took: Duration::ZERO,
            },
            cx: cx.clone(),
            start: Instant::now(),
            write: Arc::clone(&self.write),
        };
        match self.inner.call(call, cx) {
            Reply::Ready(outcome) => {
                open.close(&outcome);
                Reply::Ready(outcome)
            }
            Reply::Running(mut work) => {
                let inner = work.future;
                work.future = Box::pin(async move {
                    let outcome = inner.await;
                    open.close(&outcome);
                    outcome
                });
                Reply::Running(work)
            }
        }
    }

    fn bulletin(&self) -> Option<Arc<Bulletin>> {
        self.inner.bulletin()
    }

    fn problems(&self) -> Vec<String> {
        self.inner.problems()
    }
}

/// A call under way; when it is dropped, it is written down, however it ended.
struct Open<F: Fn(&Record, &Caller)> {
    record: Record,
    cx: Context,
    start: Instant,
    write: Arc<F>,
}

impl<F: Fn(&Record, &Caller)> Open<F> {
    fn close(&mut self, outcome: &Outcome) {
        self.record.dropped = false;
        self.record.done = matches!(outcome, Outcome::Complete(_));
    }
}

impl<F: Fn(&Record, &Caller)> Drop for Open<F> {
    fn drop(&mut self) {
        self.record.took = self.start.elapsed();
        (self.write)(&self.record, self.cx.caller());
    }
}

impl<F> fmt::Debug for Audit<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Audit")
    }
}

impl<H: fmt::Debug, F> fmt::Debug for Audited<H, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Audited").field(&self.inner).finish()
    }
}
