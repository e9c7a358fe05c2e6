//! Who is here, over which front, speaking what: so that one can see who is left on an old one.

use std::{collections::BTreeMap, fmt, net::IpAddr, sync::Arc};

use parking_lot::Mutex;
use tidegate_era::Revision;
use tidegate_model::Implementation;

use crate::state;

/// How a client arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Front {
    /// `/mcp`.
    StreamableHttp,
    /// `/sse` and `/messages` (2024-11-05).
    HttpSse,
    /// `/ws`.
    WebSocket,
    /// Standard input and output.
    Stdio,
}

/// Who was seen, and which connections stand open.
#[derive(Debug, Default)]
pub(crate) struct Census(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    open: BTreeMap<Front, usize>,
    seen: BTreeMap<Kind, Seen>,
}

/// Sessions, or clients of the modern era, that count as the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    pub(crate) front: Front,
    pub(crate) revision: &'static str,
    /// The client's name and version, as it says.
    pub(crate) client: String,
}

/// How often they were seen, and when.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// How many sessions were opened; in the modern era, how often the server was asked who it is.
    pub(crate) count: u64,
    /// In seconds since 1970.
    pub(crate) last: u64,
}

/// One connection's place among the open ones; dropping it leaves.
#[derive(Debug)]
pub(crate) struct Presence {
    census: Arc<Census>,
    front: Front,
    client: Option<IpAddr>,
}

/// How many kinds are told apart. Names are the clients' own words: a stranger must not fill the
/// memory with them. The others count as one.
const KINDS: usize = 1_000;

/// How many letters of a client's name and version are kept.
const LETTERS: usize = 64;

// === impl Census ===

impl Census {
    /// Enters a connection that stands open; none when there are `most` already.
    pub(crate) fn enter(self: &Arc<Self>, front: Front, most: usize) -> Option<Presence> {
        let mut counts = self.0.lock();
        let open = counts.open.entry(front).or_default();
        if *open >= most {
            return None;
        }
        *open += 1;
        drop(counts);
        Some(Presence {
            census: Arc::clone(self),
            front,
            client: None,
        })
    }

    /// Notes that a client introduced itself, and says so.
    pub(crate) fn meet(&self, front: Front, revision: Revision, client: Option<&Implementation>) {
        let client = client.map_or_else(String::new, |client| {
            let name = format!("{} {}", client.name, client.version);
            let printable = name.chars().filter(|letter| !letter.is_control());
            printable.take(LETTERS).collect()
        });
        let revision = revision.name();
        tracing::info!(%front, revision, client, "a client introduced itself");
        let mut kind = Kind {
            front,
            revision,
            client,
        };
        let mut counts = self.0.lock();
        if counts.seen.len() >= KINDS && !counts.seen.contains_key(&kind) {
            "others".clone_into(&mut kind.client);
        }
        let seen = counts.seen.entry(kind).or_default();
        seen.count += 1;
        seen.last = state::now();
    }

    /// Returns how many connections stand open over `front`.
    pub(crate) fn open(&self, front: Front) -> usize {
        self.0.lock().open.get(&front).copied().unwrap_or_default()
    }

    /// Returns how many connections stand open.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().open.values().sum()
    }

    /// Returns who was seen.
    pub(crate) fn seen(&self) -> Vec<(Kind, Seen)> {
        let counts = self.0.lock();
        let seen = counts.seen.iter();
        seen.map(|(kind, seen)| (kind.clone(), *seen)).collect()
    }
}

// === impl Presence ===

impl Presence {
    /// Notes who it is that is here.
    pub(crate) fn meet(&self, revision: Revision, client: Option<&Implementation>) {
        self.census.meet(self.front, revision, client);
    }

    /// Says where it comes from.
    pub(crate) const fn calling_from(mut self, client: Option<IpAddr>) -> Self {
        self.client = client;
        self
    }

    /// Returns where it comes from.
    pub(crate) const fn client(&self) -> Option<IpAddr> {
        self.client
    }

    /// Returns how it arrived.
    pub(crate) const fn front(&self) -> Front {
        self.front
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if let Some(open) = self.census.0.lock().open.get_mut(&self.front) {
            *open -= 1;
        }
    }
}

// === impl Front ===

impl Front {
    /// Returns its name, for people and for counts.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::StreamableHttp => "streamable-http",
            Self::HttpSse => "http+sse",
            Self::WebSocket => "websocket",
            Self::Stdio => "stdio",
        }
    }
}

impl fmt::Display for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
