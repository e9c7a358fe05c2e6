//! A call that goes on and whose stream is kept: who polls it, and who reads it.
//!
//! ```text
//!   POST ─▶ body ◀─borrow─ [driver] ─▶ GET takes it over, or the body is dropped: a task has it
//!                                          │ append
//!   GET ─▶ reader ◀──────── log ◀──────────┘
//! ```
//!
//! The body of the POST polls the call inline, and holds the driver only while it does. So a GET
//! can take it over from a connection that is stuck, and that nobody polls.

use std::{
    fmt,
    future::poll_fn,
    sync::Arc,
    task::{Context as Task, Poll, Waker},
    time::Duration,
};

use parking_lot::Mutex;
use tidegate_session::Lane;
use tokio::runtime::Handle;

use super::driver::{Driver, Step};
use crate::state::State;

/// A call that goes on and whose stream is kept.
pub(crate) struct Live {
    inner: Mutex<Inner>,
}

struct Inner {
    /// Here while nobody polls it.
    driver: Option<Box<Driver>>,
    /// It belongs to the body that the call came with; else to a task.
    is_inline: bool,
    /// Who polls the body.
    body: Option<Waker>,
    /// The reader that resumed last; those before it read no more.
    reader: Option<u64>,
    next_reader: u64,
    reading: Option<Waker>,
    /// How many bytes the reader has not come to, as far as is known.
    unread: usize,
    /// The reader is to end once it has come so far, and say when to come back.
    close_at: Option<(u64, Option<Duration>)>,
    /// The task that waits for the reader.
    driving: Option<Waker>,
}

/// Whoever resumed a stream; dropping it lets the call go on without a reader.
pub(crate) struct Reader {
    live: Arc<Live>,
    number: u64,
}

// === impl Live ===

impl Live {
    /// Enters a call; its body polls it.
    pub(crate) fn new(state: &State, driver: Box<Driver>) -> Arc<Self> {
        let stream = driver.stream();
        let live = Arc::new(Self {
            inner: Mutex::new(Inner {
                driver: Some(driver),
                is_inline: true,
                body: None,
                reader: None,
                next_reader: 0,
                reading: None,
                unread: 0,
                close_at: None,
                driving: None,
            }),
        });
        state.replay.enter(stream, &live);
        live
    }

    /// Lends the call to its body; `None`: it is no longer the body's.
    pub(crate) fn borrow(&self) -> Option<Box<Driver>> {
        let mut inner = self.inner.lock();
        if inner.is_inline {
            inner.driver.take()
        } else {
            None
        }
    }

    /// Takes the call back from its body; false: somebody took it over meanwhile.
    pub(crate) fn give_back(self: &Arc<Self>, driver: Box<Driver>, task: &Task<'_>) -> bool {
        let mut inner = self.inner.lock();
        if !inner.is_inline {
            drop(inner);
            self.set_off(driver);
            return false;
        }
        inner.driver = Some(driver);
        keep(&mut inner.body, task);
        true
    }

    /// Lets the call go on in a task, now, whoever has it.
    pub(crate) fn take_over(self: &Arc<Self>) {
        let mut inner = self.inner.lock();
        if !std::mem::replace(&mut inner.is_inline, false) {
            return;
        }
        // While the body polls it, it is not here: then the body lets go of it afterwards.
        let driver = inner.driver.take();
        let body = inner.body.take();
        drop(inner);
        if let Some(driver) = driver {
            self.set_off(driver);
        }
        if let Some(body) = body {
            body.wake();
        }
    }

    /// Lets the call go on in a task, handed over by its body.
    pub(crate) fn let_go(self: &Arc<Self>, driver: Box<Driver>) {
        self.inner.lock().is_inline = false;
        self.set_off(driver);
    }

    fn set_off(self: &Arc<Self>, mut driver: Box<Driver>) {
        // A runtime that shuts down drops what it is given at once.
        if let Ok(runtime) = Handle::try_current()
            && driver.outlive()
        {
            runtime.spawn(drive(Arc::clone(self), driver));
        }
    }

    /// Attaches a reader, which displaces the one before: a frame goes to one of them.
    pub(crate) fn read(self: &Arc<Self>) -> Reader {
        let mut inner = self.inner.lock();
        inner.next_reader += 1;
        let number = inner.next_reader;
        inner.reader = Some(number);
        inner.close_at = None;
        // What it has yet to come to is not known; it will say when it has.
        inner.unread = Lane::MAX_BYTES;
        let displaced = inner.reading.take();
        drop(inner);
        if let Some(displaced) = displaced {
            displaced.wake();
        }
        Reader {
            live: Arc::clone(self),
            number,
        }
    }

    /// Returns whether there is room for more; else the task is woken when there is.
    fn has_room(&self, task: &Task<'_>) -> bool {
        let mut inner = self.inner.lock();
        let room = inner.reader.is_none() || inner.unread < Lane::MAX_BYTES;
        if !room {
            keep(&mut inner.driving, task);
        }
        room
    }

    fn appended(&self, bytes: usize) {
        let mut inner = self.inner.lock();
        inner.unread = inner.unread.saturating_add(bytes);
    }

    /// Ends the reader once it has come to frame `written`.
    fn close_reader(&self, written: u64, retry: Option<Duration>) {
        let mut inner = self.inner.lock();
        if inner.reader.is_none() {
            return;
        }
        inner.close_at = Some((written, retry));
        let reading = inner.reading.take();
        drop(inner);
        if let Some(reading) = reading {
            reading.wake();
        }
    }
}

/// Carries a call to its end, into the log.
async fn drive(live: Arc<Live>, mut driver: Box<Driver>) {
    loop {
        let step = poll_fn(|task| {
            let room = live.has_room(task);
            driver.poll(task, room)
        });
        match step.await {
            Step::Said(bytes, gave_way) => {
                live.appended(bytes.len());
                if gave_way {
                    tokio::task::yield_now().await;
                }
            }
            Step::Closed(retry) => live.close_reader(driver.written(), retry),
            Step::Ended(_) => return,
        }
    }
}

fn keep(place: &mut Option<Waker>, task: &Task<'_>) {
    match place {
        Some(waker) => waker.clone_from(task.waker()),
        none => *none = Some(task.waker().clone()),
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

// === impl Reader ===

impl Reader {
    /// Completes when the reader, which has come to frame `after`, is to end: another has taken
    /// its place, or the tool wants it so and may say when to come back.
    pub(crate) fn poll_over(&self, task: &Task<'_>, after: u64) -> Poll<Option<Duration>> {
        let mut inner = self.live.inner.lock();
        if inner.reader != Some(self.number) {
            return Poll::Ready(None);
        }
        match inner.close_at {
            Some((at, retry)) if at <= after => Poll::Ready(retry),
            _ => {
                keep(&mut inner.reading, task);
                Poll::Pending
            }
        }
    }

    /// Notes that all that was said is read.
    pub(crate) fn caught_up(&self) {
        let mut inner = self.live.inner.lock();
        if inner.reader != Some(self.number) {
            return;
        }
        inner.unread = 0;
        let driving = inner.driving.take();
        drop(inner);
        if let Some(driving) = driving {
            driving.wake();
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut inner = self.live.inner.lock();
        if inner.reader != Some(self.number) {
            return;
        }
        inner.reader = None;
        inner.reading = None;
        let driving = inner.driving.take();
        drop(inner);
        if let Some(driving) = driving {
            driving.wake();
        }
    }
}
