//! What a connection of HTTP+SSE says: all of it, as it comes, and signs of life between.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll},
};

use bytes::Bytes;
use http::Response;
use tokio::{
    task::AbortHandle,
    time::{Sleep, sleep},
};

use super::{
    answer::sse,
    body::{Kind, ResponseBody},
    stream::{PING, Pings},
};
use crate::{
    channel::Outgoing,
    state::{self, State},
};

/// The stream of a connection. Dropping it ends the connection.
pub(crate) struct ConnectionStream {
    first: Option<Bytes>,
    outgoing: Outgoing,
    serving: AbortHandle,
    pings: Pings,
    /// Ends it when its client's credentials do.
    expiry: Option<Pin<Box<Sleep>>>,
}

/// Answers a GET with what the connection says: `first`, and what comes out. `serving` is the task
/// that is of no use once nobody reads; the stream
/// ends when its client's credentials expire, in seconds since 1970.
pub(crate) fn connection(
    state: &Arc<State>,
    first: Vec<u8>,
    outgoing: Outgoing,
    serving: AbortHandle,
    expires: Option<u64>,
) -> Response<ResponseBody> {
    sse(Kind::Connection(Box::new(ConnectionStream {
        first: Some(first.into()),
        outgoing,
        serving,
        pings: Pings::new(state.config.ping_every),
        expiry: expires.map(|at| Box::pin(sleep(state::until(at)))),
    })))
}

// === impl ConnectionStream ===

impl ConnectionStream {
    pub(super) fn poll_chunk(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(first));
        }
        let expiry = self.expiry.as_mut();
        if expiry.is_some_and(|expiry| expiry.as_mut().poll(task).is_ready()) {
            return Poll::Ready(None);
        }
        match self.outgoing.poll_next(task) {
            Poll::Ready(frames) => {
                self.pings.sent();
                Poll::Ready(frames)
            }
            Poll::Pending => self.pings.poll(task).map(|()| Some(PING)),
        }
    }
}

impl Drop for ConnectionStream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
