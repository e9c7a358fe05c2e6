//! The calls that are pending: so that they can be counted, cancelled, and not begun twice.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use foldhash::fast::RandomState;
use http::StatusCode;
use parking_lot::Mutex;
use tidegate_era::{Reject, code};
use tidegate_handler::Context;
use tidegate_model::Id;
use tidegate_session::{Owner, SessionKey};

use crate::limits::{Share, Shares};

type Sessions = HashMap<(SessionKey, Id), Context, RandomState>;

/// The calls that were not ready at their first poll.
///
/// Calls of the modern era are only counted: their ids may repeat, and they end with their
/// connection. Calls of a session can be cancelled by id, from another connection.
#[derive(Debug)]
pub(crate) struct Calls {
    pending: AtomicUsize,
    most: usize,
    shares: Arc<Shares>,
    closed: AtomicBool,
    sessions: Mutex<Sessions>,
}

/// A pending call's place in the table; dropping it leaves.
#[derive(Debug)]
pub(crate) struct Entered {
    calls: Arc<Calls>,
    key: Option<(SessionKey, Id)>,
    _share: Option<Share>,
}

// === impl Calls ===

impl Calls {
    pub(crate) fn new(most: usize, of_one: usize) -> Arc<Self> {
        Arc::new(Self {
            pending: AtomicUsize::new(0),
            most,
            shares: Shares::new(of_one, "calls"),
            closed: AtomicBool::new(false),
            sessions: Mutex::default(),
        })
    }

    /// Enters a call that is pending.
    pub(crate) fn enter(
        self: &Arc<Self>,
        owner: Option<Owner>,
        session: Option<SessionKey>,
        id: &Id,
        cx: &Context,
    ) -> Result<Entered, Reject> {
        let share = self.shares.take(owner)?;
        if self.pending.fetch_add(1, Ordering::Relaxed) >= self.most {
            self.pending.fetch_sub(1, Ordering::Relaxed);
            return Err(Reject::busy(
                StatusCode::SERVICE_UNAVAILABLE,
                1,
                "too many calls are under way; try again in a moment",
            ));
        }
        let mut entered = Entered {
            calls: Arc::clone(self),
            key: None,
            _share: share,
        };
        let Some(session) = session else {
            return Ok(entered);
        };
        let key = (session, id.clone());
        let mut sessions = self.sessions.lock();
        if sessions.contains_key(&key) {
            return Err(Reject::bad_request(
                code::INVALID_REQUEST,
                "a request with this id is under way in this session",
            ));
        }
        sessions.insert(key.clone(), cx.clone());
        drop(sessions);
        entered.key = Some(key);
        Ok(entered)
    }

    /// Cancels one call of a session; an id that is not pending is a race, and ignored.
    pub(crate) fn cancel(&self, session: SessionKey, id: &Id) {
        let found = self.sessions.lock().get(&(session, id.clone())).cloned();
        if let Some(cx) = found {
            cx.lane().cancel();
        }
    }

    /// Cancels all calls of a session.
    pub(crate) fn cancel_all(&self, session: SessionKey) {
        let found: Vec<Context> = self
            .sessions
            .lock()
            .iter()
            .filter(|((key, _), _)| *key == session)
            .map(|(_, cx)| cx.clone())
            .collect();
        for cx in found {
            cx.lane().cancel();
        }
    }

    /// Cancels all calls of all sessions, and lets none outlive its connection any more: the
    /// server has stopped.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        let left: Vec<Context> = self.sessions.lock().values().cloned().collect();
        for cx in left {
            cx.lane().cancel();
        }
    }

    /// Returns whether calls still may outlive their connection.
    pub(crate) fn is_open(&self) -> bool {
        !self.closed.load(Ordering::Relaxed)
    }

    /// Returns the sessions that have calls under way.
    pub(crate) fn busy(&self) -> HashSet<SessionKey> {
        self.sessions.lock().keys().map(|(key, _)| *key).collect()
    }

    /// Returns how many calls are pending.
    pub(crate) fn len(&self) -> usize {
        self.pending.load(Ordering::Relaxed)
    }
}

// === impl Entered ===

impl Drop for Entered {
    fn drop(&mut self) {
        self.calls.pending.fetch_sub(1, Ordering::Relaxed);
        if let Some(key) = &self.key {
            self.calls.sessions.lock().remove(key);
        }
    }
}
