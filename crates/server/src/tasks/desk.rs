//! What all tasks of a server share: their store, how many run, and that they have to stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tidegate_handler::Failure;
use tidegate_store::{StoreError, TaskStore};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// What all tasks of a server share.
#[derive(Debug)]
pub(crate) struct Tasks {
    pub(super) store: Arc<dyn TaskStore>,
    most: usize,
    places: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
    swept: AtomicU64,
}

/// A task that runs; dropped, it does not any more.
#[derive(Debug)]
pub(super) struct Running {
    _place: OwnedSemaphorePermit,
    pub(super) stopping: watch::Receiver<bool>,
}

/// How often expired records are removed, in milliseconds. It takes a walk over all.
const SWEEP_EVERY: u64 = 10_000;

/// How long tasks have to write down that the server stopped: some writes to a store.
const LAST_WORDS: Duration = Duration::from_secs(2);

// === impl Tasks ===

impl Tasks {
    pub(crate) fn new(store: Arc<dyn TaskStore>, most: usize) -> Self {
        let most = most.min(Semaphore::MAX_PERMITS);
        Self {
            store,
            most,
            places: Arc::new(Semaphore::new(most)),
            stopping: watch::Sender::new(false),
            swept: AtomicU64::new(0),
        }
    }

    /// Returns how many tasks run.
    pub(crate) fn len(&self) -> usize {
        self.most.saturating_sub(self.places.available_permits())
    }

    /// Ends the tasks that still run, each with an error in its record, and begins no more.
    pub(crate) async fn stop(&self) {
        self.stopping.send_replace(true);
        let most = u32::try_from(self.most).unwrap_or(u32::MAX);
        let all = self.places.acquire_many(most);
        if tokio::time::timeout(LAST_WORDS, all).await.is_err() {
            tracing::error!(tasks = self.len(), "tasks could not be recorded as stopped");
        }
        self.places.close();
    }

    /// Gives a task its place among those that run.
    pub(super) fn enter(&self) -> Result<Running, Failure> {
        let stopping = self.stopping.subscribe();
        if *stopping.borrow() {
            return Err(Failure::busy("the server is stopping; call again later"));
        }
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place
            .map_err(|_| Failure::busy("too many tasks run; call again when some have ended"))?;
        Ok(Running {
            _place: place,
            stopping,
        })
    }

    /// Removes expired records, from time to time.
    pub(super) async fn sweep(&self, now: u64) {
        let swept = self.swept.load(Ordering::Relaxed);
        if swept.saturating_add(SWEEP_EVERY) > now {
            return;
        }
        let mine = self
            .swept
            .compare_exchange(swept, now, Ordering::Relaxed, Ordering::Relaxed);
        if mine.is_err() {
            return;
        }
        if let Err(error) = self.store.expire(now).await {
            tracing::warn!("expired tasks could not be removed: {error}");
        }
    }
}

/// Says to a caller why the store did not do what was wanted.
pub(super) fn unkept(error: &StoreError) -> Failure {
    if error.is_full() {
        return Failure::busy("too many tasks are kept; call again when some have expired");
    }
    tracing::error!("tasks cannot be kept: {error}");
    Failure::busy("tasks cannot be kept at the moment; try again in a moment")
}
