//! How a request ends: with its outcome, or given up and its server told.

use std::{future::Future, task::Context, time::Duration};

use tokio::time::timeout;

use super::{Answer, Exchange, State};
use crate::error::Error;

/// How long the rest of a stream is read after its answer, so that its connection serves again.
const DRAIN: Duration = Duration::from_secs(1);

impl Exchange {
    /// Cancels, and waits until the server has been told.
    pub(crate) async fn cancel(&mut self) {
        if let Some(telling) = self.abandon() {
            telling.await;
        }
    }

    /// Reads the stream to its end, which most often is there already.
    pub(super) fn drain(&mut self, cx: &mut Context<'_>) {
        let State::Receiving(mut receive) = std::mem::replace(&mut self.state, State::Ended) else {
            return;
        };
        if receive.poll_drained(cx).is_pending() {
            let drained = async move { std::future::poll_fn(|cx| receive.poll_drained(cx)).await };
            self.wire.runtime.spawn(timeout(DRAIN, drained));
        }
    }

    pub(super) fn end(&mut self, outcome: Result<Answer, Error>) {
        self.outcome = Some(outcome);
    }

    /// Closes the stream, or returns what tells the server first and closes it then.
    fn abandon(&mut self) -> Option<impl Future<Output = ()> + Send + 'static> {
        let state = std::mem::replace(&mut self.state, State::Ended);
        if std::mem::replace(&mut self.settled, true) {
            return None;
        }
        // In a session going away means nothing (2025-11-25 transports §Sending Messages).
        let session = self.session.take()?;
        let cancelled = session.current().cancelled(&self.wire, &self.id);
        let telling = self.wire.clone().tell(cancelled);
        Some(async move {
            telling.await;
            drop(state);
        })
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if let Some(telling) = self.abandon() {
            self.wire.runtime.clone().spawn(telling);
        }
    }
}
