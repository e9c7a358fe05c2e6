//! A call whose connection ends before it: cancelled, or run on in a task of its own.

use tokio::runtime::Handle;

use super::{Inner, Running};

// === impl Running ===

impl Running {
    /// Returns whether the call may go on without its connection, and notes that it does: whoever
    /// holds it then is the last who does.
    pub(crate) fn outlive(&mut self) -> bool {
        let Some(inner) = &mut self.inner else {
            return false;
        };
        let goes_on = inner.may_outlive();
        inner.is_orphan |= goes_on;
        goes_on
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Whoever polls the call also reads its lane. Threads and tasks of the tool may still
        // write, and must not wait for room that nobody makes.
        self.cx.lane().detach();
        let Some(mut inner) = self.inner.take() else {
            return;
        };
        let goes_on = inner.may_outlive();
        let runtime = Handle::try_current();
        match runtime {
            Ok(runtime) if goes_on => {
                // A runtime that shuts down drops what it is given at once.
                inner.is_orphan = true;
                let mut orphan = Self {
                    inner: Some(inner),
                    cx: self.cx.clone(),
                };
                runtime.spawn(async move {
                    if orphan
                        .inner
                        .as_ref()
                        .is_some_and(|inner| inner.pending.is_none())
                    {
                        // Too many calls are pending: this one ends here.
                        if orphan.enter().is_err() {
                            return;
                        }
                    }
                    std::future::poll_fn(|task| {
                        // No reader is left to be woken by a cancellation, or by a thread.
                        orphan.cx.lane().watch(task);
                        orphan.poll(task)
                    })
                    .await;
                });
            }
            _ => inner.cx.lane().cancel(),
        }
    }
}

// === impl Inner ===

impl Inner {
    fn may_outlive(&self) -> bool {
        !self.facts.disconnect_cancels
            && !self.is_orphan
            && self.state.calls.is_open()
            && !self.cx.is_cancelled()
    }
}
