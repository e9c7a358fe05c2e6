//! Who may call what, judged by the decoded call.

use std::{fmt, sync::Arc};

use tidegate_model::{Call, Failure};
use tidegate_session::Bulletin;

use super::Layer;
use crate::{
    caller::Caller,
    context::Context,
    handler::{Handler, Reply},
    offer::Offered,
};

/// Lets calls through, or refuses them, by a function of call and caller.
#[derive(Clone)]
pub struct Policy<F> {
    allow: F,
}

/// A handler behind a policy.
pub struct Policed<H, F> {
    inner: H,
    allow: F,
}

// === impl Policy ===

impl<F> Policy<F>
where
    F: Fn(&Call, &Caller) -> Result<(), Failure> + Send + Sync + 'static,
{
    /// Returns a layer that asks `allow` before each call.
    pub const fn new(allow: F) -> Self {
        Self { allow }
    }
}

impl<H: Handler, F> Layer<H> for Policy<F>
where
    F: Fn(&Call, &Caller) -> Result<(), Failure> + Send + Sync + 'static,
{
    type Handler = Policed<H, F>;

    fn layer(self, inner: H) -> Policed<H, F> {
        Policed {
            inner,
            allow: self.allow,
        }
    }
}

// === impl Policed ===

impl<H: Handler, F> Handler for Policed<H, F>
where
    F: Fn(&Call, &Caller) -> Result<(), Failure> + Send + Sync + 'static,
{
    fn offer(&self, caller: &Caller) -> Offered {
        self.inner.offer(caller)
    }

    fn call(&self, call: Call, cx: Context) -> Reply {
        match (self.allow)(&call, cx.caller()) {
            Ok(()) => self.inner.call(call, cx),
            Err(failure) => Reply::Ready(failure.into()),
        }
    }

    fn bulletin(&self) -> Option<Arc<Bulletin>> {
        self.inner.bulletin()
    }

    fn problems(&self) -> Vec<String> {
        self.inner.problems()
    }
}

impl<F> fmt::Debug for Policy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Policy")
    }
}

impl<H: fmt::Debug, F> fmt::Debug for Policed<H, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Policed").field(&self.inner).finish()
    }
}
