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

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::Wake,
    };

    use super::*;

    #[test]
    fn whoever_waits_is_woken() {
        #[derive(Default)]
        struct Count(AtomicUsize);

        impl Wake for Count {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }

        let log = Memory::new(ReplayLimits::default());
        let stream = Stream {
            session: SessionKey([1; 16]),
            number: 1,
        };
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut cx = Context::from_waker(&waker);
        let now = Instant::now();
        assert!(log.poll_open(&mut cx, stream).is_ready());
        let nothing = Poll::Ready(Read::Nothing);
        assert_eq!(log.poll_read(&mut cx, stream, 0, now), nothing);
        let end = Chunk {
            first: 1,
            count: 0,
            bytes: Default::default(),
            is_last: true,
        };
        assert!(log.poll_append(&mut cx, stream, &end, now).is_ready());
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        let read = log.poll_read(&mut cx, stream, 0, now);
        assert_eq!(read, Poll::Ready(Read::End));
    }
}
