//! Streams of HTTP/2 whose reader takes nothing: each is cut by itself.
//!
//! ```text
//!   body ─ a frame ─▶ hyper ─ waits for the reader's window ─▶ socket
//!                        └─ too long ─▶ the stream is reset, and its call ends as by hanging up
//! ```
//!
//! A reader that gives a stream no window keeps the connection's socket free, so nobody would see that
//! it does not read, and its call would hold its place for ever: whoever waits for a window is not
//! polled, and neither is the call's deadline.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use hyper::rt::Executor;
use tokio::time::Sleep;

/// Runs the streams of a connection, each in a task of its own.
#[derive(Clone, Debug)]
pub(super) struct Streams {
    stall: Duration,
}

/// Whether an answer's next piece is waited for, or its reader. Odd: its reader.
#[derive(Debug, Default)]
pub(crate) struct Flow(AtomicU32);

/// When a reader has not read for too long.
#[derive(Default)]
struct Patience {
    /// The piece that it has not read.
    piece: u32,
    over: Option<Pin<Box<Sleep>>>,
}

tokio::task_local! {
    static FLOW: Arc<Flow>;
}

/// Returns the flow of the stream that is being answered.
pub(super) fn here() -> Option<Arc<Flow>> {
    FLOW.try_with(Arc::clone).ok()
}

// === impl Streams ===

impl Streams {
    /// Returns what cuts streams that are not read for `stall`.
    pub(super) const fn new(stall: Duration) -> Self {
        Self { stall }
    }
}

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, stream: F) {
        let flow = Arc::<Flow>::default();
        let stall = self.stall;
        tokio::spawn(FLOW.scope(Arc::clone(&flow), async move {
            let mut stream = pin!(stream);
            let mut patience = Patience::default();
            poll_fn(|task| {
                if stream.as_mut().poll(task).is_ready() {
                    return Poll::Ready(());
                }
                patience.poll(task, &flow, stall)
            })
            .await;
        }));
    }
}

// === impl Flow ===

impl Flow {
    /// The next piece is wanted.
    pub(crate) fn wanted(&self) {
        let before = self.0.load(Ordering::Relaxed);
        if before % 2 == 1 {
            self.0.store(before.wrapping_add(1), Ordering::Relaxed);
        }
    }

    /// A piece was given: until the next one is wanted, this one is on its way.
    pub(crate) fn given(&self) {
        let before = self.0.load(Ordering::Relaxed);
        self.0.store(before.wrapping_add(1) | 1, Ordering::Relaxed);
    }

    /// Returns the number of the piece that is on its way.
    fn on_its_way(&self) -> Option<u32> {
        let piece = self.0.load(Ordering::Relaxed);
        (piece % 2 == 1).then_some(piece)
    }
}

// === impl Patience ===

impl Patience {
    fn poll(&mut self, task: &mut Context<'_>, flow: &Flow, stall: Duration) -> Poll<()> {
        let Some(piece) = flow.on_its_way() else {
            self.over = None;
            return Poll::Pending;
        };
        if piece != self.piece {
            self.piece = piece;
            self.over = None;
        }
        let over = self
            .over
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(stall)));
        let over = over.as_mut().poll(task);
        if over.is_ready() {
            tracing::debug!("a stream is reset: its reader does not read");
        }
        over
    }
}
