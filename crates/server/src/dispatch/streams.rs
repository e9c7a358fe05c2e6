//! The streams that stand open, so that they can be counted and closed, and so that those of one
//! session share what they have told.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use foldhash::fast::RandomState;
use http::StatusCode;
use parking_lot::Mutex;
use tidegate_era::Reject;
use tidegate_session::{Lane, Owner, SessionKey};

use crate::limits::{Share, Shares};

/// The standing streams.
#[derive(Debug)]
pub(crate) struct Streams {
    most: usize,
    shares: Arc<Shares>,
    open: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    closed: bool,
    streams: HashMap<u64, Entry>,
    sessions: HashMap<SessionKey, Shared, RandomState>,
}

#[derive(Debug)]
struct Entry {
    /// None: the stream of a listener, who has no session.
    session: Option<SessionKey>,
    lane: Arc<Lane>,
}

/// What the GET streams of a session have in common.
#[derive(Debug)]
struct Shared {
    seen: Arc<Seen>,
    streams: usize,
}

/// Up to which version of the bulletin was told. Streams that share it tell each change once:
/// whichever looks first takes it.
pub(crate) type Seen = Mutex<u64>;

/// A standing stream's place in the table; dropping it leaves.
#[derive(Debug)]
pub(crate) struct Open {
    streams: Arc<Streams>,
    number: u64,
    session: Option<SessionKey>,
    lane: Arc<Lane>,
    seen: Arc<Seen>,
    _share: Option<Share>,
}

// === impl Streams ===

impl Streams {
    pub(crate) fn new(most: usize, of_one: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            shares: Shares::new(of_one, "streams"),
            open: Mutex::default(),
        })
    }

    /// Opens a GET stream of a session. The first one begins at version `now`; one more shares
    /// what the others have told.
    pub(crate) fn open(
        self: &Arc<Self>,
        owner: Option<Owner>,
        session: SessionKey,
        now: u64,
    ) -> Result<Open, Reject> {
        let share = self.shares.take(owner)?;
        let mut table = self.open.lock();
        self.check_room(&table)?;
        let shared = table.sessions.entry(session).or_insert_with(|| Shared {
            seen: Arc::new(Seen::new(now)),
            streams: 0,
        });
        shared.streams += 1;
        let seen = Arc::clone(&shared.seen);
        Ok(self.enter(&mut table, Some(session), seen, share))
    }

    /// Opens a GET stream that goes on from version `seen`. It displaces the session's others:
    /// what they told after that version is told again, here.
    pub(crate) fn resume(
        self: &Arc<Self>,
        owner: Option<Owner>,
        session: SessionKey,
        seen: u64,
    ) -> Result<Open, Reject> {
        let share = self.shares.take(owner)?;
        let mut table = self.open.lock();
        self.check_room(&table)?;
        let displaced = table.lanes(|other| other == Some(session));
        let seen = Arc::new(Seen::new(seen));
        let shared = Shared {
            seen: Arc::clone(&seen),
            streams: 1,
        };
        table.sessions.insert(session, shared);
        let open = self.enter(&mut table, Some(session), seen, share);
        drop(table);
        cancel(displaced);
        Ok(open)
    }

    /// Opens the stream of a listener that has seen version `seen`.
    pub(crate) fn listen(
        self: &Arc<Self>,
        owner: Option<Owner>,
        seen: u64,
    ) -> Result<Open, Reject> {
        let share = self.shares.take(owner)?;
        let mut table = self.open.lock();
        self.check_room(&table)?;
        Ok(self.enter(&mut table, None, Arc::new(Seen::new(seen)), share))
    }

    fn check_room(&self, table: &Table) -> Result<(), Reject> {
        if table.closed || table.streams.len() >= self.most {
            return Err(Reject::busy(
                StatusCode::SERVICE_UNAVAILABLE,
                5,
                "no more streams can be opened now; try again in a moment",
            ));
        }
        Ok(())
    }

    fn enter(
        self: &Arc<Self>,
        table: &mut Table,
        session: Option<SessionKey>,
        seen: Arc<Seen>,
        share: Option<Share>,
    ) -> Open {
        let number = table.next;
        table.next += 1;
        let lane = Arc::new(Lane::new());
        let entry = Entry {
            session,
            lane: Arc::clone(&lane),
        };
        table.streams.insert(number, entry);
        Open {
            streams: Arc::clone(self),
            number,
            session,
            lane,
            seen,
            _share: share,
        }
    }

    /// Ends the streams of a session.
    pub(crate) fn close(&self, session: SessionKey) {
        let found = self.open.lock().lanes(|other| other == Some(session));
        cancel(found);
    }

    /// Ends all streams and opens no more: the server stops.
    pub(crate) fn close_all(&self) {
        let mut table = self.open.lock();
        table.closed = true;
        let found = table.lanes(|_| true);
        drop(table);
        cancel(found);
    }

    /// Returns how many are open.
    pub(crate) fn len(&self) -> usize {
        self.open.lock().streams.len()
    }

    /// Returns the sessions that have a stream open.
    pub(crate) fn busy(&self) -> HashSet<SessionKey> {
        self.open.lock().sessions.keys().copied().collect()
    }
}

fn cancel(lanes: Vec<Arc<Lane>>) {
    for lane in lanes {
        lane.cancel();
    }
}

// === impl Table ===

impl Table {
    fn lanes(&self, choose: impl Fn(Option<SessionKey>) -> bool) -> Vec<Arc<Lane>> {
        let chosen = self.streams.values().filter(|entry| choose(entry.session));
        chosen.map(|entry| Arc::clone(&entry.lane)).collect()
    }
}

// === impl Open ===

impl Open {
    /// Returns the stream's lane; once it is cancelled, the stream ends.
    pub(crate) fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Returns up to which version was told.
    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut table = self.streams.open.lock();
        table.streams.remove(&self.number);
        let Some(session) = self.session else {
            return;
        };
        // Streams that displaced this one share something else.
        if let Some(shared) = table.sessions.get_mut(&session)
            && Arc::ptr_eq(&shared.seen, &self.seen)
        {
            shared.streams -= 1;
            if shared.streams == 0 {
                table.sessions.remove(&session);
            }
        }
    }
}
