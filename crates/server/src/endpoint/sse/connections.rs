//! The open connections, by the keys that their messages come with.

use std::{collections::HashMap, sync::Arc, time::SystemTime};

use foldhash::fast::RandomState;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{Timestamp, fmt::rfc2822};
use parking_lot::Mutex;
use tidegate_era::Body;
use tidegate_session::{Keys, NoEntropy, Purpose};
use tokio::sync::{mpsc, oneshot};

use crate::{
    config::{Deprecation, HttpSse},
    error::Error,
};

/// The open connections.
#[derive(Debug)]
pub(crate) struct Connections {
    open: Mutex<HashMap<String, Inbox, RandomState>>,
    /// What every answer says of the transport's end.
    deprecation: Vec<(HeaderName, HeaderValue)>,
}

/// Where a connection's messages are put.
pub(super) type Inbox = mpsc::Sender<Posted>;

/// A message on its way to its connection.
#[derive(Debug)]
pub(super) struct Posted {
    pub(super) message: Body,
    /// Told once it was taken; dropped if it never will be.
    pub(super) taken: oneshot::Sender<()>,
}

/// A connection's place among the open ones; dropping it leaves, and its key opens nothing more.
#[derive(Debug)]
pub(super) struct Entry {
    connections: Arc<Connections>,
    key: String,
}

/// How many messages wait to be taken; the others' posters wait, in the order in which they came.
const AHEAD: usize = 1;

// === impl Connections ===

impl Connections {
    /// Returns none.
    pub(crate) fn new(config: &HttpSse) -> Result<Arc<Self>, Error> {
        let is_path = |prefix: &str| {
            prefix.starts_with('/')
                && !prefix.ends_with('/')
                && prefix.bytes().all(|byte| byte.is_ascii_graphic())
                && !prefix.contains(['?', '#', '"', '\\'])
        };
        if !config.prefix.is_empty() && !is_path(&config.prefix) {
            return Err(Error::setting(
                "http_sse.prefix",
                "it is empty, or the beginning of a path, as in /tools",
            ));
        }
        let deprecation = match &config.deprecation {
            Some(deprecation) => headers(deprecation).ok_or_else(|| {
                Error::setting(
                    "http_sse.deprecation",
                    "it goes in the years 1 to 9999, and the sunset comes after it began",
                )
            })?,
            None => Vec::new(),
        };
        Ok(Arc::new(Self {
            open: Mutex::default(),
            deprecation,
        }))
    }

    /// Enters a connection of `principal`, and returns the key to it.
    ///
    /// A key is sealed: 192 random bits, and a tag that nobody makes but us, for this principal.
    pub(super) fn enter(
        self: &Arc<Self>,
        keys: &Keys,
        principal: &[u8],
    ) -> Result<(Entry, mpsc::Receiver<Posted>), NoEntropy> {
        let key = keys.seal_bytes(Purpose::Connection, b"", principal)?;
        let (inbox, posted) = mpsc::channel(AHEAD);
        self.open.lock().insert(key.clone(), inbox);
        let entry = Entry {
            connections: Arc::clone(self),
            key,
        };
        Ok((entry, posted))
    }

    /// Returns where the messages go that `principal` posts with `key`; none: no such connection of
    /// theirs is open.
    pub(super) fn find(&self, keys: &Keys, key: &str, principal: &[u8]) -> Option<Inbox> {
        keys.open_bytes(Purpose::Connection, key.as_bytes(), principal)?;
        self.open.lock().get(key).cloned()
    }

    /// Adds what is said of the transport's end.
    pub(super) fn deprecate(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.deprecation {
            headers.insert(name, value.clone());
        }
    }
}

/// Writes a deprecation; none: its dates cannot be written, or contradict each other.
fn headers(deprecation: &Deprecation) -> Option<Vec<(HeaderName, HeaderValue)>> {
    let of = |time: SystemTime| Timestamp::try_from(time).ok();
    let since = of(deprecation.since)?;
    let value = format!("@{}", since.as_second());
    let mut headers = vec![(
        HeaderName::from_static("deprecation"),
        HeaderValue::try_from(value).ok()?,
    )];
    if let Some(sunset) = deprecation.sunset {
        let sunset = of(sunset).filter(|sunset| *sunset >= since)?;
        let printer = rfc2822::DateTimePrinter::new();
        let value = printer.timestamp_to_rfc9110_string(&sunset).ok()?;
        headers.push((
            HeaderName::from_static("sunset"),
            HeaderValue::try_from(value).ok()?,
        ));
    }
    Some(headers)
}

// === impl Entry ===

impl Entry {
    /// Returns the key to the connection.
    pub(super) fn key(&self) -> &str {
        &self.key
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.connections.open.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, time::Duration};

    use super::*;

    fn connections() -> (Arc<Connections>, Keys) {
        let connections = Connections::new(&HttpSse::default()).expect("the defaults are good");
        (connections, Keys::generate().expect("entropy"))
    }

    #[test]
    fn a_key_opens_its_connection_for_its_principal_while_it_is_open() {
        let (connections, keys) = connections();
        let (entry, _posted) = connections.enter(&keys, b"ann").expect("entropy");
        let key = entry.key().to_owned();
        assert!(connections.find(&keys, &key, b"ann").is_some());
        assert!(connections.find(&keys, &key, b"bob").is_none());
        assert!(connections.find(&keys, &key[1..], b"ann").is_none());
        let (other, _) = (Keys::generate().expect("entropy"), ());
        assert!(connections.find(&other, &key, b"ann").is_none());
        drop(entry);
        assert!(connections.find(&keys, &key, b"ann").is_none());
        assert!(connections.open.lock().is_empty());
    }

    #[test]
    fn no_key_tells_of_another() {
        let (connections, keys) = connections();
        let entered: Vec<_> = (0..1_000)
            .map(|_| connections.enter(&keys, b"").expect("entropy"))
            .collect();
        let all: HashSet<_> = entered.iter().map(|(entry, _)| entry.key()).collect();
        assert_eq!(all.len(), entered.len());
        // The first byte names the server's key, and no more than that is alike.
        let random: HashSet<_> = all.iter().map(|key| &key[2..12]).collect();
        assert_eq!(random.len(), entered.len());
        assert!(all.iter().all(|key| {
            key.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        }));
    }

    #[test]
    fn the_transports_end_is_said_in_two_headers() {
        let mut said = HeaderMap::new();
        connections().0.deprecate(&mut said);
        assert_eq!(said["deprecation"], "@1742947200");
        assert!(!said.contains_key("sunset"));

        let since = SystemTime::UNIX_EPOCH + Duration::from_secs(1_742_947_200);
        let with = |sunset| {
            headers(&Deprecation {
                since,
                sunset: Some(sunset),
            })
        };
        let said = with(since + Duration::from_secs(2 * 365 * 24 * 60 * 60)).expect("it is later");
        assert_eq!(said[1].1, "Fri, 26 Mar 2027 00:00:00 GMT");
        assert!(with(since - Duration::from_secs(1)).is_none());
    }

    #[test]
    fn a_prefix_is_the_beginning_of_a_path() {
        let with = |prefix: &str| {
            Connections::new(&HttpSse {
                prefix: prefix.to_owned(),
                ..HttpSse::default()
            })
        };
        for prefix in ["", "/tools", "/a/b"] {
            assert!(with(prefix).is_ok(), "{prefix:?}");
        }
        for prefix in [
            "tools", "/", "/tools/", "/a\nb", "/a b", "/a?b", "/a#b", "/ä",
        ] {
            let error = with(prefix).expect_err(prefix).to_string();
            assert!(error.contains("http_sse.prefix"), "{error}");
        }
    }
}
