//! The replay log that lives as long as the process.

use std::{
    task::{Context, Poll, Waker},
    time::Instant,
};

use parking_lot::Mutex;

use super::{
    log::{Log, ReplayLimits},
    store::{Chunk, Read, ReplayStore, Stream},
};
use crate::ticket::SessionKey;

/// A replay log in memory. It is always ready.
#[derive(Debug)]
pub struct Memory {
    log: Mutex<Log>,
}

// === impl Memory ===

impl Memory {
    /// Returns an empty log.
    #[must_use]
    pub fn new(limits: ReplayLimits) -> Self {
        Self {
            log: Mutex::new(Log::new(limits)),
        }
    }
}

impl ReplayStore for Memory {
    fn poll_open(&self, _: &mut Context<'_>, stream: Stream) -> Poll<()> {
        self.log.lock().open(stream);
        Poll::Ready(())
    }

    fn poll_append(
        &self,
        _: &mut Context<'_>,
        stream: Stream,
        chunk: &Chunk,
        now: Instant,
    ) -> Poll<()> {
        let tailing = self.log.lock().append(stream, chunk, now);
        tailing.into_iter().for_each(Waker::wake);
        Poll::Ready(())
    }

    fn poll_read(
        &self,
        cx: &mut Context<'_>,
        stream: Stream,
        after: u64,
        now: Instant,
    ) -> Poll<Read> {
        Poll::Ready(self.log.lock().read(stream, after, cx.waker(), now))
    }

    fn forget(&self, session: SessionKey) {
        let tailing = self.log.lock().forget(session);
        tailing.into_iter().for_each(Waker::wake);
    }

    fn expire(&self, now: Instant) {
        self.log.lock().expire(now);
    }
}
