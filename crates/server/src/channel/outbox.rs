//! What leaves a connection: frames of all its calls, in the order in which they were said.

use bytes::Bytes;
use tokio::sync::mpsc;

use super::Closed;

/// Where frames are put; waits while the connection takes no more.
#[derive(Clone, Debug)]
pub(super) struct Outbox(mpsc::Sender<Bytes>);

/// Where frames come out, some at a time.
#[derive(Debug)]
pub(crate) struct Outgoing(mpsc::Receiver<Bytes>);

/// How many writes wait at most. Each holds what one call said since its last, some 64 KiB at most
/// and its answer; who says more waits, so that a connection that is not read stands still.
const WRITES: usize = 16;

/// Returns the two ends.
pub(super) fn new() -> (Outbox, Outgoing) {
    let (sender, receiver) = mpsc::channel(WRITES);
    (Outbox(sender), Outgoing(receiver))
}

// === impl Outbox ===

impl Outbox {
    /// Sends frames.
    ///
    /// # Cancel safety
    ///
    /// What was dropped before its end sent nothing.
    pub(super) async fn send(&self, frames: Bytes) -> Result<(), Closed> {
        if frames.is_empty() {
            return Ok(());
        }
        self.0.send(frames).await.map_err(|_| Closed)
    }
}

// === impl Outgoing ===

impl Outgoing {
    /// Returns the next frames; none once the connection's other end is gone and all is sent.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        self.0.recv().await
    }

    /// Like [`next`](Self::next), for bodies.
    pub(crate) fn poll_next(
        &mut self,
        task: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Bytes>> {
        self.0.poll_recv(task)
    }

    /// Returns what waits already.
    pub(crate) fn try_next(&mut self) -> Option<Bytes> {
        self.0.try_recv().ok()
    }
}
