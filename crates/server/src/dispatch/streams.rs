//! The GET streams that stand open, so that they can be counted and closed.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use http::StatusCode;
use parking_lot::Mutex;
use tidegate_era::Reject;
use tidegate_session::{Lane, SessionKey};

/// The standing streams.
#[derive(Debug)]
pub(crate) struct Streams {
    most: usize,
    open: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    closed: bool,
    streams: HashMap<u64, (SessionKey, Arc<Lane>)>,
}

/// A standing stream's place in the table; dropping it leaves.
#[derive(Debug)]
pub(crate) struct Open {
    streams: Arc<Streams>,
    number: u64,
    lane: Arc<Lane>,
}

// === impl Streams ===

impl Streams {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            open: Mutex::default(),
        })
    }

    /// Opens a stream for a session.
    pub(crate) fn open(self: &Arc<Self>, session: SessionKey) -> Result<Open, Reject> {
        let mut table = self.open.lock();
        if table.closed || table.streams.len() >= self.most {
            return Err(Reject::busy(
                StatusCode::SERVICE_UNAVAILABLE,
                5,
                "no more streams can be opened now; try again in a moment",
            ));
        }
        let number = table.next;
        table.next += 1;
        let lane = Arc::new(Lane::new());
        table.streams.insert(number, (session, Arc::clone(&lane)));
        drop(table);
        Ok(Open {
            streams: Arc::clone(self),
            number,
            lane,
        })
    }

    /// Ends the streams of a session.
    pub(crate) fn close(&self, session: SessionKey) {
        self.close_where(|key| *key == session);
    }

    /// Ends all streams and opens no more: the server stops.
    pub(crate) fn close_all(&self) {
        self.open.lock().closed = true;
        self.close_where(|_| true);
    }

    fn close_where(&self, choose: impl Fn(&SessionKey) -> bool) {
        let found: Vec<Arc<Lane>> = self
            .open
            .lock()
            .streams
            .values()
            .filter(|(key, _)| choose(key))
            .map(|(_, lane)| Arc::clone(lane))
            .collect();
        for lane in found {
            lane.cancel();
        }
    }

    /// Returns the sessions that have a stream open.
    pub(crate) fn busy(&self) -> HashSet<SessionKey> {
        self.open
            .lock()
            .streams
            .values()
            .map(|(key, _)| *key)
            .collect()
    }
}

// === impl Open ===

impl Open {
    /// Returns what is written to the stream; cancelled, the stream ends.
    pub(crate) fn lane(&self) -> &Lane {
        &self.lane
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.streams.open.lock().streams.remove(&self.number);
    }
}
