//! The open connections: who gives way when there is no room for another one, and how many come from
//! one address.
//!
//! A connection that lies idle between two requests, or has not sent any, is of no use to anyone at
//! that moment. When all places are taken, the ones that lay idle the longest go, so that whoever only
//! holds places keeps nobody out; a connection with a request, a stream or a WebSocket never does.

use std::{
    cmp::Reverse,
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use foldhash::{fast, quality};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::connection::Pulse;

/// The open connections.
#[derive(Debug)]
pub(super) struct Crowd {
    inner: Mutex<Inner>,
    /// How many may come from one address.
    of_one: Option<usize>,
    /// How many give way at a time.
    batch: usize,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    listed: HashMap<u64, Entry, fast::RandomState>,
    /// Counted only where there is a limit. It has an entry for each address that has a connection.
    clients: HashMap<IpAddr, usize, quality::RandomState>,
}

#[derive(Debug)]
struct Entry {
    pulse: Arc<Pulse>,
    since: Instant,
}

/// A connection's place among those that may have to give way; dropping it leaves.
#[derive(Debug)]
pub(super) struct Listed {
    crowd: Arc<Crowd>,
    number: u64,
}

/// A connection's place among those from its address; dropping it leaves.
#[derive(Debug)]
pub(super) struct Counted {
    crowd: Arc<Crowd>,
    client: Option<IpAddr>,
}

/// What part of all connections gives way at a time: whoever takes all places at once must be undone
/// at once, too.
const BATCH: usize = 100;

/// From when on a connection may go with others that go; between two requests of one that is in use
/// there is less.
const IDLE: Duration = Duration::from_secs(1);

// === impl Crowd ===

impl Crowd {
    pub(super) fn new(most: usize, of_one: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            inner: Mutex::default(),
            of_one,
            batch: (most / BATCH).max(1),
        })
    }

    /// Counts a connection from `client`; none: it has as many as it may.
    pub(super) fn count(self: &Arc<Self>, client: Option<IpAddr>) -> Option<Counted> {
        let client = client.filter(|_| self.of_one.is_some());
        if let (Some(client), Some(most)) = (client, self.of_one) {
            let mut inner = self.inner.lock();
            let count = inner.clients.get(&client).copied().unwrap_or_default();
            if count >= most {
                return None;
            }
            inner.clients.insert(client, count + 1);
        }
        Some(Counted {
            crowd: Arc::clone(self),
            client,
        })
    }

    /// Lists a connection among those that may have to give way.
    pub(super) fn list(self: &Arc<Self>, pulse: &Arc<Pulse>) -> Listed {
        let mut inner = self.inner.lock();
        let number = inner.next;
        inner.next += 1;
        let entry = Entry {
            pulse: Arc::clone(pulse),
            since: Instant::now(),
        };
        inner.listed.insert(number, entry);
        drop(inner);
        Listed {
            crowd: Arc::clone(self),
            number,
        }
    }

    /// Lets those go that lay idle the longest.
    pub(super) fn make_room(&self) {
        let mut inner = self.inner.lock();
        let idle = inner.listed.iter().filter_map(|(number, entry)| {
            let idle = entry.idle()?;
            Some((Reverse(idle), *number))
        });
        let mut idle: Vec<_> = idle.collect();
        idle.sort_unstable();
        for (at, (Reverse(idle), number)) in idle.into_iter().take(self.batch).enumerate() {
            if at > 0 && idle < IDLE {
                break;
            }
            if let Some(entry) = inner.listed.remove(&number) {
                entry.pulse.leave.notify_one();
            }
        }
    }
}

// === impl Entry ===

impl Entry {
    /// Returns how long it has lain idle; none: it has work.
    fn idle(&self) -> Option<Duration> {
        if self.pulse.is_working() {
            return None;
        }
        if self.pulse.began.load(Ordering::Relaxed) == 0 {
            return Some(self.since.elapsed());
        }
        let looks = self.pulse.quiet.load(Ordering::Relaxed);
        Some(Duration::from_secs(u64::from(looks)))
    }
}

// === impl Listed ===

impl Drop for Listed {
    fn drop(&mut self) {
        self.crowd.inner.lock().listed.remove(&self.number);
    }
}

// === impl Counted ===

impl Drop for Counted {
    fn drop(&mut self) {
        let Some(client) = self.client else {
            return;
        };
        let mut inner = self.crowd.inner.lock();
        if let Some(count) = inner.clients.get_mut(&client) {
            *count -= 1;
            if *count == 0 {
                inner.clients.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Connection;

    fn left(pulse: &Pulse) -> bool {
        let leave = std::pin::pin!(pulse.leave.notified());
        futures_util::FutureExt::now_or_never(leave).is_some()
    }

    #[tokio::test(start_paused = true)]
    async fn who_lay_idle_the_longest_goes_and_nobody_who_works() {
        let crowd = Crowd::new(200, None);
        let (old, working, young) = (
            Connection::default(),
            Connection::default(),
            Connection::default(),
        );
        let _busy = working.begin();
        let _listed = crowd.list(&working.pulse);
        let _first = crowd.list(&old.pulse);
        tokio::time::advance(Duration::from_millis(1)).await;
        let _second = crowd.list(&young.pulse);
        crowd.make_room();
        let gone = || [&old, &working, &young].map(|connection| left(&connection.pulse));
        assert_eq!(
            gone(),
            [true, false, false],
            "two would go, of those that lay idle"
        );
        crowd.make_room();
        assert_eq!(gone(), [false, false, true], "and each goes once");
    }

    #[tokio::test(start_paused = true)]
    async fn one_in_use_lay_idle_since_its_last_request() {
        let crowd = Crowd::new(200, None);
        let (used, silent) = (Connection::default(), Connection::default());
        let _used = crowd.list(&used.pulse);
        drop(used.begin());
        tokio::time::advance(Duration::from_secs(5)).await;
        let _silent = crowd.list(&silent.pulse);
        tokio::time::advance(Duration::from_secs(2)).await;
        used.pulse.quiet.store(1, Ordering::Relaxed);
        crowd.make_room();
        assert!(
            left(&silent.pulse) && left(&used.pulse),
            "both, the silent one first"
        );
        let (used, silent) = (Connection::default(), Connection::default());
        drop(used.begin());
        let _listed = [crowd.list(&used.pulse), crowd.list(&silent.pulse)];
        tokio::time::advance(Duration::from_secs(2)).await;
        crowd.make_room();
        assert!(left(&silent.pulse) && !left(&used.pulse));
    }

    #[test]
    fn so_many_come_from_one_address() {
        let crowd = Crowd::new(10, Some(2));
        let [here, there] = [1, 2].map(|last| Some(IpAddr::from([192, 0, 2, last])));
        let held = [crowd.count(here), crowd.count(here)];
        assert!(held.iter().all(Option::is_some));
        assert!(crowd.count(here).is_none());
        assert!(crowd.count(there).is_some() && crowd.count(None).is_some());
        drop(held);
        assert!(crowd.count(here).is_some());
        assert!(crowd.inner.lock().clients.is_empty());
    }
}
