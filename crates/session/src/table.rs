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

use crate::ticket::{Owner, SessionKey, Ticket};

mod limits;

pub use self::limits::Limits;

/// The sessions that cannot be told from their id alone.
#[derive(Debug, Default)]
pub struct Table {
    states: HashMap<SessionKey, State, RandomState>,
    ended: HashMap<SessionKey, u64, RandomState>,
    /// How many of the states each owner has, who has any.
    owners: HashMap<Owner, usize, RandomState>,
    /// How many bytes the URIs of all subscriptions have.
    bytes: usize,
    limits: Limits,
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
    owner: Option<Owner>,
}

/// The session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// There is no room; trying again later may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// For nobody.
    All,
    /// For this owner, who has so many already.
    Owner(usize),
}

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
            return Err(Full::All);
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
            return Err(Full::All);
        }
        self.forget(&ticket.key);
        self.ended.insert(
            ticket.key,
            ticket.issued.saturating_add(self.limits.lifetime),
        );
        Ok(())
    }

    /// Forgets a session whose id was never given away: its connection has ended.
    pub fn forget(&mut self, session: &SessionKey) {
        if let Some(state) = self.states.remove(session) {
            self.bytes -= state.bytes;
            release(&mut self.owners, state.owner);
        }
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
        let Self {
            ended,
            bytes,
            owners,
            ..
        } = self;
        let mut over = Vec::new();
        self.states.retain(|key, state| {
            if now.saturating_sub(state.issued) >= lifetime {
                over.push(*key);
                *bytes -= state.bytes;
                release(owners, state.owner);
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
            release(owners, state.owner);
            false
        });
        over
    }

    /// Returns the session's state, which it has from now on.
    fn state(&mut self, ticket: &Ticket, now: u64) -> Result<&mut State, Full> {
        let Limits {
            states: most,
            states_of_one,
            ..
        } = self.limits;
        if !self.states.contains_key(&ticket.key) {
            if self.states.len() >= most {
                return Err(Full::All);
            }
            if let Some(owner) = ticket.owner {
                let has = self.owners.get(&owner).copied().unwrap_or_default();
                if has >= states_of_one {
                    return Err(Full::Owner(states_of_one));
                }
                self.owners.insert(owner, has + 1);
            }
        }
        Ok(self.states.entry(ticket.key).or_insert_with(|| State {
            level: None,
            uris: Arc::default(),
            bytes: 0,
            last_used: now,
            issued: ticket.issued,
            owner: ticket.owner,
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

/// Counts one less for whoever had it.
fn release(owners: &mut HashMap<Owner, usize, RandomState>, owner: Option<Owner>) {
    if let Some(owner) = owner
        && let Some(has) = owners.get_mut(&owner)
    {
        *has -= 1;
        if *has == 0 {
            owners.remove(&owner);
        }
    }
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session has ended")
    }
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("too many sessions are remembered; try again later"),
            Self::Owner(most) => write!(
                f,
                "{most} sessions of yours are remembered, which is all there may be; end some"
            ),
        }
    }
}

impl std::error::Error for Gone {}
impl std::error::Error for Full {}

#[cfg(test)]
mod tests;
