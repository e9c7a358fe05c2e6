//! A span of time that can begin again.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep};

/// A span of time that can begin again.
pub(crate) struct Timer {
    sleep: Pin<Box<Sleep>>,
    duration: Duration,
}

// === impl Timer ===

impl Timer {
    /// Begins now.
    pub(crate) fn new(duration: Duration) -> Self {
        Self {
            sleep: Box::pin(sleep(duration)),
            duration,
        }
    }

    /// Begins again, now.
    pub(crate) fn reset(&mut self) {
        self.sleep.as_mut().reset(Instant::now() + self.duration);
    }

    /// Returns how long it still runs.
    pub(crate) fn left(&self) -> Duration {
        self.sleep
            .deadline()
            .saturating_duration_since(Instant::now())
    }

    /// Returns how long the timer ran, once it has run out; one that is not there never does.
    pub(crate) fn poll_expired(timer: &mut Option<Self>, cx: &mut Context<'_>) -> Option<Duration> {
        let timer = timer.as_mut()?;
        match timer.sleep.as_mut().poll(cx) {
            Poll::Ready(()) => Some(timer.duration),
            Poll::Pending => None,
        }
    }
}
