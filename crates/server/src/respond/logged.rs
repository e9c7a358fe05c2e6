//! The stream of one call that can be resumed: what it sends is in the log first.

use std::{
    io::Write,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Duration,
};

use bytes::Bytes;

use super::stream::{PING, Pings};
use crate::{
    dispatch::{Driver, Live, Step},
    state::State,
};

/// The stream of one call. The connection polls it, and it polls the call, unless a GET has taken
/// the call over.
pub(crate) struct LoggedStream {
    live: Arc<Live>,
    /// Send what was taken before asking for more.
    flush: bool,
    /// Nothing was sent yet: proxies hold the headers back until something is.
    silent: bool,
    done: bool,
    pings: Pings,
}

// === impl LoggedStream ===

impl LoggedStream {
    pub(super) fn new(state: &Arc<State>, driver: Box<Driver>) -> Self {
        Self {
            live: Live::new(state, driver),
            flush: false,
            silent: true,
            done: false,
            pings: Pings::new(state.config.ping_every),
        }
    }

    pub(super) fn poll_chunk(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if self.done {
            return Poll::Ready(None);
        }
        if std::mem::take(&mut self.flush) {
            // Pending once makes the connection write what it was given.
            task.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(mut driver) = self.live.borrow() else {
            return self.end(None);
        };
        match driver.poll(task, true) {
            Poll::Ready(Step::Said(bytes, gave_way)) => {
                self.silent = false;
                self.pings.sent();
                self.flush = gave_way;
                // What is in the log may be sent by whoever took over; sent here too, it would
                // be sent twice.
                if self.live.give_back(driver, task) {
                    Poll::Ready(Some(bytes))
                } else {
                    self.end(None)
                }
            }
            Poll::Ready(Step::Closed(retry)) => {
                self.live.let_go(driver);
                self.end(retry.map(come_back))
            }
            Poll::Ready(Step::Ended(bytes)) => self.end(Some(bytes)),
            Poll::Pending if self.live.give_back(driver, task) => self.wait(task),
            Poll::Pending => self.end(None),
        }
    }

    fn end(&mut self, last: Option<Bytes>) -> Poll<Option<Bytes>> {
        self.done = true;
        Poll::Ready(last.filter(|bytes| !bytes.is_empty()))
    }

    fn wait(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if std::mem::take(&mut self.silent) {
            return Poll::Ready(Some(PING));
        }
        self.pings.poll(task).map(|()| Some(PING))
    }
}

impl Drop for LoggedStream {
    fn drop(&mut self) {
        self.live.take_over();
    }
}

/// Says when to come back; no event, for it carries no data.
pub(super) fn come_back(retry: Duration) -> Bytes {
    let mut out = Vec::with_capacity(32);
    let _ = write!(out, "retry: {}\n\n", retry.as_millis());
    out.into()
}
