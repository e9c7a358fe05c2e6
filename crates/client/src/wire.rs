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
use tokio::{
    runtime::Handle,
    time::{sleep, timeout},
};

use crate::{
    asks::Asks,
    cache::Cache,
    error::Error,
    link::Link,
    listen::{self, Listeners},
    message::{Event, Log, Message, Notification, Progress},
    receive::Receive,
    retry::{Attempts, Reconnect},
};

/// What every request of a client shares.
pub(crate) struct Wire {
    pub(crate) link: Link,
    /// Whether the link is one connection for everything: what belongs to no request comes at no
    /// further cost, and closing it means something in every era.
    pub(crate) is_channel: bool,
    pub(crate) url: Uri,
    /// Headers the user adds to every request.
    pub(crate) headers: HeaderMap,
    /// Who this client says it is.
    pub(crate) info: Implementation,
    /// From which level on log messages are wanted, unless a call says otherwise.
    pub(crate) log_level: Option<Level>,
    pub(crate) limits: Limits,
    pub(crate) handlers: Handlers,
    /// Who answers what the server asks.
    pub(crate) asks: Asks,
    pub(crate) reconnect: Reconnect,
    /// Whether a tool's own word is trusted that it can be called twice.
    pub(crate) trusts_annotations: bool,
    /// What was listed and read, as long as it holds.
    pub(crate) cache: Cache,
    /// Who is told of changes (legacy: one stream tells all).
    pub(crate) listeners: Listeners,
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
    /// How often a call may be answered with questions. Sixteen rounds: a form, its correction, a
    /// model's turn or two; a server that asks on is going in circles.
    pub(crate) rounds: usize,
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

    /// Sends a message that somebody waits for: the answer to a question.
    pub(crate) async fn deliver(self: Arc<Self>, request: http::Request<Bytes>) {
        let mut attempts = Attempts::new(self.reconnect);
        let within = self.limits.handshake;
        loop {
            let sent = timeout(within, self.send(request.clone())).await;
            let error = match sent {
                Ok(Ok(receive)) if receive.status().is_success() => return,
                Ok(Ok(receive)) => Error::refused(receive.status(), ""),
                Ok(Err(error)) => error,
                Err(_) => Error::timeout("an answer was not taken", within),
            };
            // Without a connection it was not heard; otherwise it may have been.
            let again = error.is_connect().then(|| attempts.next(None)).flatten();
            let Some(delay) = again else {
                tracing::warn!(%error, "the server did not take the answer to its question");
                return;
            };
            sleep(delay).await;
        }
    }

    /// Takes note of what the server tells, on whichever stream.
    pub(crate) fn told(&self, notification: &Notification) {
        if let Some(change) = listen::change(notification) {
            self.cache.invalidate(&change);
            self.listeners.tell(&change);
        }
    }

    /// Nobody knows what has changed meanwhile: all of it counts as changed.
    pub(crate) fn missed(&self) {
        self.cache.clear();
        self.listeners.tell_all();
    }

    /// Returns the same over a channel, to which nothing was said yet.
    pub(crate) fn over_channel(&self, link: Link) -> Self {
        Self {
            link,
            is_channel: true,
            url: self.url.clone(),
            headers: self.headers.clone(),
            info: self.info.clone(),
            log_level: self.log_level,
            limits: self.limits,
            handlers: self.handlers.clone(),
            asks: self.asks.clone(),
            reconnect: self.reconnect,
            trusts_annotations: self.trusts_annotations,
            cache: Cache::new(self.cache.is_on()),
            listeners: Listeners::default(),
            runtime: self.runtime.clone(),
            ids: AtomicI64::new(1),
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

    /// Tells of a notification; returns the event it is, if it is one for a caller who wants log
    /// messages from `level` on.
    pub(crate) fn tell(&self, told: &Notification, level: Option<Level>) -> Option<Event> {
        if let Some(log) = told.log() {
            if level.is_none_or(|wanted| log.level < wanted) {
                return None;
            }
            if let Some(listener) = &self.log {
                listener(&log);
            }
            return Some(Event::Log(log));
        }
        let progress = told.progress()?;
        if let Some(listener) = &self.progress {
            listener(&progress);
        }
        Some(Event::Progress(progress))
    }
}

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: None,
            idle: Some(Duration::from_secs(300)),
            handshake: Duration::from_secs(30),
            rounds: 16,
            max_message: 16 << 20,
        }
    }
}
