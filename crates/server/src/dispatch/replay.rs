//! The replay log, and the calls whose streams are in it and go on.

use std::{
    collections::HashMap,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Instant,
};

use foldhash::fast::RandomState;
use parking_lot::Mutex;
use tidegate_model::Id;
use tidegate_session::{
    CallEvent, EventKeys, Keys, Memory, Numbers, Read, ReplayLimits, ReplayStore, SessionKey,
    Stream,
};

use super::live::Live;

/// The replay log of all sessions.
#[derive(Debug)]
pub(crate) struct Replay {
    keys: Arc<EventKeys>,
    store: Option<Arc<dyn ReplayStore>>,
    live: Mutex<HashMap<u64, Arc<Live>, RandomState>>,
}

// === impl Replay ===

impl Replay {
    /// Returns a log in memory; without limits, one that keeps nothing.
    pub(crate) fn new(keys: &Keys, limits: Option<ReplayLimits>) -> Self {
        Self {
            keys: Arc::new(EventKeys::new(keys)),
            store: limits.map(|limits| Arc::new(Memory::new(limits)) as Arc<dyn ReplayStore>),
            live: Mutex::default(),
        }
    }

    /// Returns the numbers of what a session's call says, if anything is kept.
    pub(crate) fn numbers(&self, session: SessionKey, id: &Id) -> Option<Box<Numbers>> {
        self.store.as_ref()?;
        let keys = Arc::clone(&self.keys);
        Some(Box::new(Numbers::new(keys, session, id.clone())))
    }

    /// Returns the log itself, if anything is kept.
    pub(crate) const fn store(&self) -> Option<&Arc<dyn ReplayStore>> {
        self.store.as_ref()
    }

    /// Returns whether an event's id was given to this session.
    pub(crate) fn fits(&self, session: SessionKey, event: &CallEvent) -> bool {
        self.keys.fits(session, event)
    }

    /// Reads what followed frame `after` of a stream.
    pub(crate) fn poll_read(&self, task: &mut Task<'_>, stream: Stream, after: u64) -> Poll<Read> {
        match &self.store {
            Some(store) => store.poll_read(task, stream, after, clock()),
            None => Poll::Ready(Read::Unknown),
        }
    }

    /// Forgets a session that has ended.
    pub(crate) fn forget(&self, session: SessionKey) {
        if let Some(store) = &self.store {
            store.forget(session);
        }
    }

    /// Forgets what is too old.
    pub(crate) fn expire(&self) {
        if let Some(store) = &self.store {
            store.expire(clock());
        }
    }

    /// Enters a call that goes on.
    pub(super) fn enter(&self, stream: Stream, live: &Arc<Live>) {
        self.live.lock().insert(stream.number, Arc::clone(live));
    }

    /// Notes that a call has ended, or was given up.
    pub(super) fn leave(&self, stream: Stream) {
        let left = self.live.lock().remove(&stream.number);
        drop(left);
    }

    /// Returns the call whose stream this is, while it goes on.
    pub(crate) fn live(&self, stream: Stream) -> Option<Arc<Live>> {
        self.live.lock().get(&stream.number).cloned()
    }
}

/// The time by which the log ages. Tests can pause it.
pub(crate) fn clock() -> Instant {
    tokio::time::Instant::now().into_std()
}
