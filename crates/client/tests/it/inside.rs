//! A fake server without a socket: time can be paused around it.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tidegate_client::{Builder, Client};

use crate::fake::{Answer, Body, Seen, Shared, legacy, modern, until};

/// A fake server without a socket.
#[derive(Clone)]
pub(crate) struct Inside(Arc<Shared>);

// === impl Inside ===

impl Inside {
    /// Returns a modern server; what `answer` leaves, it answers itself.
    pub(crate) fn modern(answer: impl Fn(&Seen) -> Option<Answer> + Send + Sync + 'static) -> Self {
        Self(Shared::new(move |seen| {
            answer(seen).unwrap_or_else(|| modern(seen))
        }))
    }

    /// Returns a legacy server; what `answer` leaves, it answers itself.
    pub(crate) fn legacy(answer: impl Fn(&Seen) -> Option<Answer> + Send + Sync + 'static) -> Self {
        Self(Shared::new(move |seen| {
            answer(seen).unwrap_or_else(|| legacy(seen))
        }))
    }

    /// Returns what a client of this server is made of.
    pub(crate) fn client(&self) -> Builder {
        Client::over(self.clone())
    }

    /// Returns how many streams were closed before their end.
    pub(crate) fn closed(&self) -> usize {
        self.0.closed.load(Ordering::Acquire)
    }

    /// Returns every request of `method` so far.
    pub(crate) fn all(&self, method: &str) -> Vec<Seen> {
        let seen = self.0.seen.lock();
        let all = seen.iter().filter(|seen| seen.method() == method);
        all.cloned().collect()
    }

    /// Waits until there were `count` requests of `method`, and returns them.
    pub(crate) async fn until(&self, method: &str, count: usize) -> Vec<Seen> {
        let what = format!("{count} times {method}");
        until(&what, || self.all(method).len() >= count).await;
        self.all(method)
    }

    /// Returns the answers to requests of the server's so far.
    pub(crate) fn answers(&self) -> Vec<Value> {
        let seen = self.0.seen.lock();
        let all = seen.iter().filter(|seen| seen.verb == "POST");
        all.filter(|seen| seen.body["method"].is_null())
            .map(|seen| seen.body.clone())
            .collect()
    }

    /// Waits until there were `count` answers, and returns them.
    pub(crate) async fn until_answers(&self, count: usize) -> Vec<Value> {
        until("answers", || self.answers().len() >= count).await;
        self.answers()
    }
}

impl tower_service::Service<Request<Full<Bytes>>> for Inside {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future =
        Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send + 'static>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let shared = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok(shared.respond(Request::from_parts(parts, body)))
        })
    }
}
