//! What every request of a client shares: the link, the address, the limits, who listens.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Uri};
use tidegate_model::{Id, Implementation, Level};
use tokio::{runtime::Handle, time::timeout};

use crate::{
    error::Error,
    link::Link,
    message::{Log, Message, Progress},
    receive::Receive,
};

/// What every request of a client shares.
pub(crate) struct Wire {
    pub(crate) link: Link,
    pub(crate) url: Uri,
    /// Headers the user adds to every request.
    pub(crate) headers: HeaderMap,
    /// Who this client says it is.
    pub(crate) info: Implementation,
    /// From which level on log messages are wanted, unless a call says otherwise.
    pub(crate) log_level: Option<Level>,
    pub(crate) limits: Limits,
    pub(crate) handlers: Handlers,
    /// Where a cancellation is sent from when a call is dropped outside the runtime.
    pub(crate) runtime: Handle,
    pub(crate) ids: AtomicI64,
}

/// What is bounded, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How long a request may take in all. Unbounded by default: some tools work for hours, and
    /// `idle` ends those that died.
    pub(crate) deadline: Option<Duration>,
    /// How long the server may be silent. Five minutes: five times what common proxies allow,
    /// so whoever is silent longer has broken the stream or has nothing more to say.
    pub(crate) idle: Option<Duration>,
    /// How long each step of connecting may take. A server that needs more than 30 seconds to say
    /// its name is down.
    pub(crate) handshake: Duration,
    /// How long one message may be. 16 MiB: a picture in Base64 fits, memory does not fill.
    pub(crate) max_message: usize,
}

/// How long one request may take.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deadlines {
    /// In all.
    pub(crate) total: Option<Duration>,
    /// Between two messages.
    pub(crate) idle: Option<Duration>,
}

/// Who is told what arrives.
#[derive(Clone, Default)]
pub(crate) struct Handlers {
    pub(crate) log: Option<Listener<Log>>,
    pub(crate) progress: Option<Listener<Progress>>,
    pub(crate) message: Option<Listener<Message>>,
}

/// How long a message that only informs the server may take: nobody waits for it.
const COURTESY: Duration = Duration::from_secs(5);

/// Somebody who is told of each `T`.
pub(crate) type Listener<T> = Arc<dyn Fn(&T) + Send + Sync>;

// === impl Wire ===

impl Wire {
    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(&self, request: http::Request<Bytes>) -> Result<Receive, Error> {
        let response = (self.link)(request).await.map_err(Error::link)?;
        Ok(Receive::new(response, self.limits.max_message))
    }

    /// Sends a message whose answer does not matter.
    pub(crate) async fn tell(self: Arc<Self>, request: http::Request<Bytes>) {
        match timeout(COURTESY, self.send(request)).await {
            Ok(Ok(receive)) if receive.status().is_success() => {}
            Ok(Ok(receive)) => {
                tracing::debug!(status = %receive.status(), "the server refused a message");
            }
            Ok(Err(error)) => tracing::debug!(%error, "a message did not reach the server"),
            Err(_) => tracing::debug!("the server did not take a message in time"),
        }
    }

    /// Returns a new request's id: also its progress token.
    pub(crate) fn id(&self) -> Id {
        Id::Number(self.ids.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

// === impl Handlers ===

impl Handlers {
    /// Tells of a message, whatever it is.
    pub(crate) fn hear(&self, message: &Message) {
        if let Some(listener) = &self.message {
            listener(message);
        }
    }
}

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: None,
            idle: Some(Duration::from_secs(300)),
            handshake: Duration::from_secs(30),
            max_message: 16 << 20,
        }
    }
}
