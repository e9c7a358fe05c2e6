//! What all requests of a server share.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use parking_lot::Mutex;
use tidegate_era::{Facts, Revision, encode::Signature, modern::Filter};
use tidegate_handler::{Caller, Failure, Handler, Offer, Offered};
use tidegate_model::Principal;
use tidegate_session::{Keys, Spent, Table};
use tidegate_store::TaskStore;
use tokio::sync::watch;

use crate::{
    audit::Audit,
    census::Census,
    config::Config,
    dispatch::{Asked, Calls, Replay, Streams},
    endpoint::{sse::Connections, websocket},
    error::Error,
    guard::{Access, Callers, Guard},
    limits::{Buffered, Limits},
    tasks::Tasks,
};

/// What all requests of a server share.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) guard: Guard,
    pub(crate) callers: Callers,
    pub(crate) audit: Arc<Audit>,
    pub(crate) limits: Limits,
    pub(crate) buffered: Arc<Buffered>,
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) signature: Signature,
    pub(crate) keys: Keys,
    pub(crate) sessions: Mutex<Sessions>,
    pub(crate) calls: Arc<Calls>,
    pub(crate) asked: Arc<Asked>,
    pub(crate) spent: Arc<Mutex<Spent>>,
    pub(crate) streams: Arc<Streams>,
    /// The GET streams that resume a call's: they end with their call, not when the server stops.
    pub(crate) resumed: Arc<Streams>,
    pub(crate) replay: Replay,
    pub(crate) tasks: Tasks,
    pub(crate) census: Arc<Census>,
    pub(crate) websockets: websocket::Manager,
    /// The connections of HTTP+SSE.
    pub(crate) connections: Arc<Connections>,
    /// Whether the server stops.
    stopping: watch::Sender<bool>,
}

/// The sessions that are remembered, and when they were last looked through.
pub(crate) struct Sessions {
    pub(crate) table: Table,
    swept: u64,
}

/// How often what is over is forgotten, in seconds. It takes a walk over the table.
const SWEEP_EVERY: u64 = 10;

// === impl State ===

impl State {
    pub(crate) fn new(
        config: Config,
        handler: Arc<dyn Handler>,
        tasks: Arc<dyn TaskStore>,
        access: Access,
    ) -> Result<Arc<Self>, Error> {
        let server = match handler.offer(&Caller::new(Revision::NEWEST_LEGACY.facts())) {
            Offered::Now(offer) => {
                check(&*handler, &offer)?;
                offer.server.clone()
            }
            // Whoever has to ask others what is offered still answers under one name.
            Offered::Later(_) => {
                tidegate_model::Implementation::new("tidegate", env!("CARGO_PKG_VERSION"))
            }
        };
        let keys = Keys::generate().map_err(|_| Error::system("random bytes"))?;
        Ok(Arc::new(Self {
            guard: Guard::new(&config)?,
            callers: Callers::new(access)?,
            audit: Arc::default(),
            limits: Limits::new(&config),
            buffered: Buffered::new(config.max_buffered),
            signature: Signature::new(&server.brief()),
            replay: Replay::new(&keys, config.replay),
            keys,
            sessions: Mutex::new(Sessions {
                table: Table::new(config.sessions),
                swept: 0,
            }),
            calls: Calls::new(config.max_calls, config.per_caller.max_calls),
            asked: Arc::default(),
            spent: Arc::default(),
            streams: Streams::new(config.max_streams, config.per_caller.max_streams),
            resumed: Streams::new(config.max_streams, config.per_caller.max_streams),
            tasks: Tasks::new(tasks, config.max_tasks),
            census: Arc::default(),
            websockets: websocket::Manager::default(),
            connections: Connections::new(&config.http_sse)?,
            stopping: watch::Sender::new(false),
            handler,
            config,
        }))
    }

    /// Returns what the handler offers to a caller with these facts.
    pub(crate) async fn offer(
        &self,
        facts: Facts,
        principal: Option<&Arc<Principal>>,
    ) -> Result<Arc<Offer>, Failure> {
        let caller = Caller {
            principal: principal.cloned(),
            ..Caller::new(facts)
        };
        match self.handler.offer(&caller) {
            Offered::Now(offer) => Ok(offer),
            Offered::Later(offer) => offer.await,
        }
    }

    /// Returns how old a stream may become that stands open for `principal`: not older than its
    /// credentials.
    pub(crate) fn age(&self, principal: Option<&Arc<Principal>>) -> Duration {
        let most = self.config.stream_age;
        match principal.and_then(|principal| principal.expires()) {
            None => most,
            Some(expires) => most.min(until(expires)),
        }
    }

    /// Ends what stands open without a call, and lets nothing more be opened: the server stops.
    pub(crate) fn stop(&self) {
        self.streams.close_all();
        self.stopping.send_replace(true);
        self.audit.flush();
    }

    /// Returns whether the server stops.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Completes when the server stops.
    pub(crate) async fn stopped(&self) {
        // The sender lives as long as what is borrowed here.
        let _ = self.stopping.subscribe().wait_for(|stops| *stops).await;
    }

    /// Forgets, from time to time, the sessions that are over.
    pub(crate) fn sweep(&self, now: u64) {
        let due = self.sessions.lock().swept + SWEEP_EVERY <= now;
        if !due {
            return;
        }
        let mut busy = self.calls.busy();
        busy.extend(self.streams.busy());
        busy.extend(self.resumed.busy());
        let mut sessions = self.sessions.lock();
        sessions.swept = now;
        let over = sessions.table.expire(now, |key| busy.contains(key));
        drop(sessions);
        for session in over {
            self.streams.close(session);
            self.resumed.close(session);
            self.calls.cancel_all(session);
            self.replay.forget(session);
        }
        self.replay.expire();
    }
}

/// What is promised must be kept: nobody would ever hear of a change without a bulletin.
fn check(handler: &dyn Handler, offer: &Offer) -> Result<(), Error> {
    if handler.bulletin().is_some() || !Filter::offered(&offer.capabilities).names_changes() {
        return Ok(());
    }
    Err(Error::handler(vec![
        "its capabilities promise listChanged or subscribe, but Handler::bulletin returns None"
            .to_owned(),
    ]))
}

/// Returns the time in seconds since 1970, as tickets carry it.
pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Returns how long it is until `at`, in seconds since 1970.
pub(crate) fn until(at: u64) -> Duration {
    Duration::from_secs(at.saturating_sub(now()))
}

/// Returns the time in milliseconds since 1970, as tasks carry it.
pub(crate) fn now_in_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
