//! Which sessions have state, and which have ended before their time.
//!
//! A session that only called tools is in neither map: its id says all. It enters `states` when
//! it sets something, and `ended` when its id must not open any more.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use foldhash::fast::RandomState;
use tidegate_model::Level;

use crate::ticket::{SessionKey, Ticket};

/// The sessions that cannot be told from their id alone.
#[derive(Debug, Default)]
pub struct Table {
    states: HashMap<SessionKey, State, RandomState>,
    ended: HashMap<SessionKey, u64, RandomState>,
    /// How many bytes the URIs of all subscriptions have.
    bytes: usize,
    limits: Limits,
}

/// How long sessions live and how many are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long an id opens, in seconds. Default: a day, so that a forgotten id is of no use
    /// tomorrow.
    pub lifetime: u64,
    /// After how many seconds without use state is dropped, which ends its id; never while a call
    /// runs or a stream is open. Default: an hour.
    pub idle: u64,
    /// How many sessions may have state. Default 10 000: some megabytes.
    pub states: usize,
    /// How many resources a session may subscribe to. Default 1 000: what a client shows at a time
    /// is far less. Their URIs together may have [`Limits::URI_BYTES`].
    pub subscriptions: usize,
    /// How many bytes the URIs of all subscriptions may have. Default 64 MiB: a thousand sessions
    /// with five hundred each.
    pub subscription_bytes: usize,
    /// How many ended ids are remembered. Default 200 000: they take 24 bytes each, and a day of
    /// two clients a second ending theirs fits in.
    pub ended: usize,
}

#[derive(Debug)]
struct State {
    level: Option<Level>,
    /// The resources it subscribes to. A stream that looks takes a reference, no copy.
    uris: Arc<BTreeSet<String>>,
    /// How many bytes the resources' URIs have.
    bytes: usize,
    last_used: u64,
    issued: u64,
}

/// The session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// There is no room; trying again later may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// Whether a session's subscription was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscribed {
    /// It was, or stood already.
    Taken,
    /// The session subscribes to as many resources as it may, which is so many.
    TooMany(usize),
    /// With this one the URIs that the session subscribes to would be longer together than they
    /// may, which is so many bytes.
    TooLong(usize),
}

// === impl Limits ===

impl Limits {
    /// How many bytes the URIs that one session subscribes to, or that one listener names, may have
    /// together: a thousand of two hundred and fifty.
    pub const URI_BYTES: usize = 256 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lifetime: 24 * 60 * 60,
            idle: 60 * 60,
            states: 10_000,
            subscriptions: 1_000,
            subscription_bytes: 64 * 1024 * 1024,
            ended: 200_000,
        }
    }
}

// === impl Table ===

impl Table {
    /// Returns a table with nothing in it.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Lets a session's request in and notes that it is in use; returns the log level it set.
    ///
    /// # Errors
    ///
    /// When it has ended, or is older than any session may be.
    pub fn enter(&mut self, ticket: &Ticket, now: u64) -> Result<Option<Level>, Gone> {
        let age = now.saturating_sub(ticket.issued);
        if age >= self.limits.lifetime || self.ended.contains_key(&ticket.key) {
            return Err(Gone);
        }
        let Some(state) = self.states.get_mut(&ticket.key) else {
            return Ok(None);
        };
        state.last_used = now;
        Ok(state.level)
    }

    /// Sets the session's log level.
    ///
    /// # Errors
    ///
    /// When too many sessions have state.
    pub fn set_level(&mut self, ticket: &Ticket, level: Level, now: u64) -> Result<(), Full> {
        self.state(ticket, now)?.level = Some(level);
        Ok(())
    }

    /// Subscribes the session to a resource.
    ///
    /// # Errors
    ///
    /// When too many sessions have state, or all subscriptions are too long together.
    pub fn subscribe(&mut self, ticket: &Ticket, uri: &str, now: u64) -> Result<Subscribed, Full> {
        let most = self.limits.subscriptions;
        if uri.len() > Limits::URI_BYTES {
            return Ok(Subscribed::TooLong(Limits::URI_BYTES));
        }
        let has_room = self.bytes + uri.len() <= self.limits.subscription_bytes;
        let state = self.state(ticket, now)?;
        if state.uris.contains(uri) {
            return Ok(Subscribed::Taken);
        }
        if state.uris.len() >= most {
            return Ok(Subscribed::TooMany(most));
        }
        if state.bytes + uri.len() > Limits::URI_BYTES {
            return Ok(Subscribed::TooLong(Limits::URI_BYTES));
        }
        if !has_room {
            return Err(Full);
        }
        Arc::make_mut(&mut state.uris).insert(uri.to_owned());
        state.bytes += uri.len();
        self.bytes += uri.len();
        Ok(Subscribed::Taken)
    }

    /// Ends the session's subscription to a resource, if there is one.
    pub fn unsubscribe(&mut self, ticket: &Ticket, uri: &str) {
        let Some(state) = self.states.get_mut(&ticket.key) else {
            return;
        };
        if state.uris.contains(uri) {
            Arc::make_mut(&mut state.uris).remove(uri);
            state.bytes -= uri.len();
            self.bytes -= uri.len();
        }
    }

    /// Returns the resources that a session subscribes to.
    #[must_use]
    pub fn subscriptions(&self, session: &SessionKey) -> Option<Arc<BTreeSet<String>>> {
        let state = self.states.get(session)?;
        Some(Arc::clone(&state.uris))
    }

    /// Ends a session: its id opens no more.
    ///
    /// # Errors
    ///
    /// When too many ended ids are remembered already; the session then lives on.
    pub fn end(&mut self, ticket: &Ticket) -> Result<(), Full> {
        if self.ended.len() >= self.limits.ended && !self.ended.contains_key(&ticket.key) {
            return Err(Full);
        }
        let state = self.states.remove(&ticket.key);
        self.bytes -= state.map_or(0, |state| state.bytes);
        self.ended.insert(
            ticket.key,
            ticket.issued.saturating_add(self.limits.lifetime),
        );
        Ok(())
    }

    /// Forgets what is over: ended ids that no longer open anyway, state past its lifetime, and
    /// state that lay idle, unless `busy` says that the session has work under way. Returns the
    /// sessions that ended with it.
    pub fn expire(&mut self, now: u64, busy: impl Fn(&SessionKey) -> bool) -> Vec<SessionKey> {
        let Limits {
            lifetime,
            idle,
            ended: most,
            ..
        } = self.limits;
        self.ended.retain(|_, opens_until| *opens_until > now);
        let Self { ended, bytes, .. } = self;
        let mut over = Vec::new();
        self.states.retain(|key, state| {
            if now.saturating_sub(state.issued) >= lifetime {
                over.push(*key);
                *bytes -= state.bytes;
                return false;
            }
            if now.saturating_sub(state.last_used) < idle {
                return true;
            }
            if busy(key) {
                // It is in use: idleness is counted from the end of its work.
                state.last_used = now;
                return true;
            }
            if ended.len() >= most {
                return true;
            }
            ended.insert(*key, state.issued.saturating_add(lifetime));
            over.push(*key);
            *bytes -= state.bytes;
            false
        });
        over
    }

    /// Returns the session's state, which it has from now on.
    fn state(&mut self, ticket: &Ticket, now: u64) -> Result<&mut State, Full> {
        let room = self.states.len() < self.limits.states;
        if !room && !self.states.contains_key(&ticket.key) {
            return Err(Full);
        }
        Ok(self.states.entry(ticket.key).or_insert_with(|| State {
            level: None,
            uris: Arc::default(),
            bytes: 0,
            last_used: now,
            issued: ticket.issued,
        }))
    }

    /// Returns how many sessions have state, and how many ended ids are remembered.
    #[must_use]
    pub fn len(&self) -> (usize, usize) {
        (self.states.len(), self.ended.len())
    }

    /// Returns whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == (0, 0)
    }
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session has ended")
    }
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many sessions are remembered; try again later")
    }
}

impl std::error::Error for Gone {}
impl std::error::Error for Full {}

#[cfg(test)]
mod tests {
    use tidegate_era::Revision;

    use super::*;

    const LIMITS: Limits = Limits {
        lifetime: 100,
        idle: 10,
        states: 2,
        subscriptions: 2,
        subscription_bytes: 2 * Limits::URI_BYTES,
        ended: 2,
    };

    fn ticket(now: u64) -> Ticket {
        Ticket::new(Revision::V2025_11_25, now).expect("entropy")
    }

    #[test]
    fn a_session_without_state_costs_nothing() {
        let mut table = Table::new(LIMITS);
        assert_eq!(table.enter(&ticket(0), 5), Ok(None));
        assert!(table.is_empty());
    }

    #[test]
    fn a_level_stays_until_idle_and_then_the_id_is_gone() {
        let mut table = Table::new(LIMITS);
        let ticket = ticket(0);
        table.set_level(&ticket, Level::Debug, 0).expect("room");
        assert_eq!(table.enter(&ticket, 9), Ok(Some(Level::Debug)));
        table.expire(18, |_| false);
        assert_eq!(table.enter(&ticket, 18), Ok(Some(Level::Debug)));
        table.expire(28, |_| true);
        assert_eq!(
            table.enter(&ticket, 28),
            Ok(Some(Level::Debug)),
            "work was under way"
        );
        assert_eq!(table.expire(38, |_| false), [ticket.key]);
        assert_eq!(table.enter(&ticket, 38), Err(Gone));
    }

    #[test]
    fn idleness_is_counted_from_the_end_of_the_work() {
        let mut table = Table::new(LIMITS);
        let ticket = ticket(0);
        table.set_level(&ticket, Level::Debug, 0).expect("room");
        table.expire(50, |_| true);
        table.expire(59, |_| false);
        assert_eq!(table.len(), (1, 0));
        table.expire(60, |_| false);
        assert_eq!(table.len(), (0, 1));
    }

    #[test]
    fn subscriptions_are_counted_and_end_with_their_session() {
        let mut table = Table::new(LIMITS);
        let ticket = ticket(0);
        for (uri, subscribed) in [
            ("a", Subscribed::Taken),
            ("b", Subscribed::Taken),
            ("a", Subscribed::Taken),
            ("c", Subscribed::TooMany(2)),
        ] {
            assert_eq!(table.subscribe(&ticket, uri, 0), Ok(subscribed), "{uri}");
        }
        table.unsubscribe(&ticket, "b");
        table.unsubscribe(&ticket, "never");
        assert_eq!(table.subscribe(&ticket, "c", 0), Ok(Subscribed::Taken));
        let uris = table.subscriptions(&ticket.key).expect("state");
        assert!(uris.iter().eq(["a", "c"]), "{uris:?}");
        table.end(&ticket).expect("room");
        assert_eq!(table.subscriptions(&ticket.key), None);
    }

    #[test]
    fn uris_are_bounded_in_bytes_for_a_session_and_for_all() {
        let mut table = Table::new(Limits {
            states: 3,
            ..LIMITS
        });
        let whole = "u".repeat(Limits::URI_BYTES);
        let tickets = [ticket(0), ticket(0), ticket(0)];
        let too_long = Ok(Subscribed::TooLong(Limits::URI_BYTES));
        let more = format!("{whole}u");
        assert_eq!(table.subscribe(&tickets[0], &more, 0), too_long);
        assert!(table.is_empty(), "what is refused makes no state");
        for ticket in &tickets[..2] {
            assert_eq!(table.subscribe(ticket, &whole, 0), Ok(Subscribed::Taken));
            assert_eq!(table.subscribe(ticket, "u", 0), too_long);
        }
        assert_eq!(table.subscribe(&tickets[2], "u", 0), Err(Full));
        table.unsubscribe(&tickets[0], &whole);
        assert_eq!(
            table.subscribe(&tickets[2], &whole, 0),
            Ok(Subscribed::Taken)
        );
        table.end(&tickets[1]).expect("room");
        assert_eq!(table.bytes, whole.len());
        table.expire(100, |_| false);
        assert_eq!(table.bytes, 0);
    }

    #[test]
    fn a_session_without_an_end_that_was_ended_stays_so() {
        let mut table = Table::new(Limits {
            lifetime: u64::MAX,
            ..LIMITS
        });
        let ticket = ticket(7);
        table.end(&ticket).expect("room");
        table.expire(8, |_| false);
        assert_eq!(table.enter(&ticket, 9), Err(Gone));
    }

    #[test]
    fn an_ended_id_is_remembered_until_it_would_have_expired() {
        let mut table = Table::new(LIMITS);
        let ticket = ticket(0);
        table.end(&ticket).expect("room");
        assert_eq!(table.enter(&ticket, 1), Err(Gone));
        table.expire(99, |_| false);
        assert_eq!(table.len(), (0, 1));
        table.expire(100, |_| false);
        assert!(table.is_empty());
        assert_eq!(table.enter(&ticket, 100), Err(Gone), "too old by itself");
    }

    #[test]
    fn full_is_full() {
        let mut table = Table::new(LIMITS);
        for _ in 0..2 {
            table.set_level(&ticket(0), Level::Info, 0).expect("room");
            table.end(&ticket(0)).expect("room");
        }
        assert_eq!(table.set_level(&ticket(0), Level::Info, 0), Err(Full));
        assert_eq!(table.subscribe(&ticket(0), "a", 0), Err(Full));
        assert_eq!(table.end(&ticket(0)), Err(Full));
    }
}
