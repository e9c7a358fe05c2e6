//! The link over HTTP+SSE (2024-11-05): what the server says comes on one stream, what it is told goes
//! in POSTs to the address that the stream names first.
//!
//! ```text
//!   GET url ─▶ event: endpoint ─▶ the address ──────┐
//!              event: message ─▶ incoming ◀─ error ─┤ a request whose POST is refused
//!                                outgoing ─▶ POST ──┘
//! ```

mod endpoint;
mod events;
mod posts;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use tokio::{sync::mpsc, time::timeout};
use url::Url;

use self::{events::Events, posts::Posts};
use super::{
    Link,
    channel::{Duplex, Open},
};
use crate::error::{BoxError, Error};

/// What connecting to an HTTP+SSE server takes.
#[derive(Clone)]
pub(crate) struct HttpSse {
    /// Carries both the stream and the POSTs.
    pub(crate) link: Link,
    /// The address of the stream.
    pub(crate) url: Url,
    /// The headers that go with both.
    pub(crate) headers: HeaderMap,
    /// How long one message may be.
    pub(crate) max_message: usize,
    /// How long the first event may take, from the moment the stream is asked for.
    pub(crate) within: Duration,
}

/// How many messages wait on either side. Whoever reads slower than that slows the other; the bytes
/// are bounded by it and by the longest message.
const QUEUE: usize = 64;

/// How long what was sent last is waited for when the connection is done with.
const FAREWELL: Duration = Duration::from_secs(1);

// === impl HttpSse ===

impl HttpSse {
    /// Returns what opens a connection.
    pub(crate) fn into_open(self) -> Open {
        let connecting = Arc::new(self);
        Arc::new(move || {
            let connecting = connecting.clone();
            Box::pin(async move {
                let connected = connecting.connect().await;
                connected.map_err(|error| -> BoxError { error.into() })
            })
        })
    }

    async fn connect(&self) -> Result<Duplex, Error> {
        let late = |_| {
            Error::timeout(
                "the stream did not name the address to post to",
                self.within,
            )
        };
        let (events, endpoint) = timeout(self.within, self.open()).await.map_err(late)??;
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let (told, incoming) = mpsc::channel(QUEUE);
        let posts = Posts::new(self.post_to(&endpoint)?, self.link.clone(), told.clone());
        tokio::spawn(carry(events, told, posts, queue));
        Ok(Duplex { outgoing, incoming })
    }

    /// Opens the stream and reads its first event.
    async fn open(&self) -> Result<(Events, Url), Error> {
        let mut request = self.request(Method::GET, &self.url)?;
        request.headers_mut().insert(
            header::ACCEPT,
            HeaderValue::from_static("text/event-stream"),
        );
        let response = (self.link)(request).await.map_err(Error::link)?;
        let mut events = Events::of(response, self.max_message).await?;
        let first = events.next().await?;
        let first = first
            .filter(|event| event.event == "endpoint")
            .ok_or_else(|| {
                Error::answer(
                    "the stream does not begin with the event `endpoint`, as HTTP+SSE does",
                )
            })?;
        let endpoint = endpoint::resolve(&self.url, &first.data)?;
        Ok((events, endpoint))
    }

    /// Returns the POST of no message yet.
    fn post_to(&self, endpoint: &Url) -> Result<http::Request<Bytes>, Error> {
        let mut request = self.request(Method::POST, endpoint)?;
        let headers = request.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert(
            header::ACCEPT,
            HeaderValue::from_static("application/json, text/event-stream"),
        );
        Ok(request)
    }

    /// Returns a request with the user's own headers.
    fn request(&self, method: Method, url: &Url) -> Result<http::Request<Bytes>, Error> {
        let uri = http::Uri::try_from(url.as_str())
            .map_err(|error| Error::input("the URL cannot be sent").because(error))?;
        let mut request = http::Request::new(Bytes::new());
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        request.headers_mut().clone_from(&self.headers);
        Ok(request)
    }
}

/// Carries messages until either side is done.
async fn carry(
    mut events: Events,
    told: mpsc::Sender<Result<Bytes, BoxError>>,
    mut posts: Posts,
    mut queue: mpsc::Receiver<Bytes>,
) {
    tokio::select! {
        () = hear(&mut events, &told) => {}
        () = posts.send_all(&mut queue) => {}
    }
    drop(told);
    // What was handed over before the end still goes out: a cancellation, most often.
    queue.close();
    let rest = async {
        posts.send_all(&mut queue).await;
        posts.settle().await;
    };
    // A server that takes nothing any more is not waited for.
    let _ = timeout(FAREWELL, rest).await;
}

/// Hands on what the server says, until it or the listener is done.
async fn hear(events: &mut Events, told: &mpsc::Sender<Result<Bytes, BoxError>>) {
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = told.closed() => return,
        };
        let message = match event {
            Ok(Some(event)) if event.event == "message" && !event.data.is_empty() => {
                Ok(Bytes::from(event.data))
            }
            Ok(Some(event)) => {
                tracing::debug!(
                    event = event.event,
                    "an event that is no message is left aside"
                );
                continue;
            }
            Ok(None) => return,
            Err(error) => Err(error.into()),
        };
        let is_last = message.is_err();
        if told.send(message).await.is_err() || is_last {
            return;
        }
    }
}
