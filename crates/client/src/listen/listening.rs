//! The handle on a subscription.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;
use tidegate_model::Change;
use tokio::task::JoinHandle;

use super::{Topics, legacy::Unwatch, mailbox::Mailbox};
use crate::error::Error;

/// A subscription: a stream of what changes.
///
/// A connection that breaks is made anew behind it; then everything listened to is told as changed,
/// because nobody knows what did meanwhile. Changes that wait for [`next`](Self::next) wait once
/// each.
///
/// # Cancel safety
///
/// Dropping it ends the subscription.
#[must_use = "a subscription ends when it is dropped"]
pub struct Listening {
    mailbox: Arc<Mailbox>,
    honoured: Topics,
    _held: Held,
}

/// What the subscription stands on.
pub(crate) enum Held {
    /// A stream of its own, and the task that reads it.
    Modern { _reader: Reader },
    /// Its part in the session's standing stream.
    Legacy { _unwatch: Unwatch },
}

/// The task that reads a stream; dropped, it stops.
pub(crate) struct Reader(pub(crate) JoinHandle<()>);

// === impl Listening ===

impl Listening {
    pub(crate) const fn new(mailbox: Arc<Mailbox>, honoured: Topics, held: Held) -> Self {
        Self {
            mailbox,
            honoured,
            _held: held,
        }
    }

    /// Returns what the server agreed to tell: perhaps less than was asked for.
    pub const fn honoured(&self) -> &Topics {
        &self.honoured
    }

    /// Returns the next change; `None` when the server has ended the subscription. An error is the
    /// last thing that comes.
    ///
    /// # Errors
    ///
    /// When the connection was lost and could not be made anew.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Change, Error>> {
        poll_fn(|cx| self.mailbox.poll_take(cx)).await
    }
}

impl Stream for Listening {
    type Item = Result<Change, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.mailbox.poll_take(cx)
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening")
            .field("honoured", &self.honoured)
            .finish_non_exhaustive()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.abort();
    }
}
