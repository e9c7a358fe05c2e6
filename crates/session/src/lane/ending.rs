//! How a lane ends: closed so that its stream is resumed, left by its reader, or cancelled.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use super::Lane;

// === impl Lane ===

impl Lane {
    /// Asks the reader to end its stream, which is resumed later, after `retry` if that is given.
    /// Returns false where it cannot be resumed: then nothing is asked.
    pub fn close(&self, retry: Option<Duration>) -> bool {
        let mut state = self.state.lock();
        if state.numbers.is_none() || state.detached {
            return false;
        }
        state.closing = Some(retry);
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
        true
    }

    /// Returns whether the stream is to be ended, once each time; for the reader.
    pub fn take_closing(&self) -> Option<Option<Duration>> {
        self.state.lock().closing.take()
    }

    /// Nobody reads any more: frames go nowhere and never wait.
    pub fn detach(&self) {
        let mut state = self.state.lock();
        state.detached = true;
        state.frames = Vec::new();
        state.count = 0;
        let reader = state.reader.take();
        state.wake_waiting();
        drop(state);
        if let Some(reader) = reader {
            // Whoever watches without reading must look again, and stay.
            reader.wake();
        }
    }

    /// Returns whether frames go nowhere.
    pub fn is_detached(&self) -> bool {
        self.state.lock().detached
    }

    /// From now on frames go nowhere; those that wait can still be taken.
    pub fn mute(&self) {
        let mut state = self.state.lock();
        state.detached = true;
        state.wake_waiting();
    }

    /// Marks the call as cancelled and wakes both sides.
    pub fn cancel(&self) {
        let mut state = self.state.lock();
        state.cancelled = true;
        let reader = state.reader.take();
        state.wake_waiting();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Returns whether the call was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.state.lock().cancelled
    }

    /// Completes when the call is cancelled; for handlers.
    pub fn poll_cancelled(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.state.lock();
        if state.cancelled {
            return Poll::Ready(());
        }
        state.wait(cx.waker());
        Poll::Pending
    }
}
