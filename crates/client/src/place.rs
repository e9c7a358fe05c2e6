//! Where a stream stands: what to say when it is taken up again, and which events were there already.

use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use tidegate_era::sse::{Decoder, Event};

/// Where a stream stands. It goes from the stream that broke to the one that takes it up.
#[derive(Debug, Default)]
pub(crate) struct Place {
    /// The id of the last event that had one.
    id: Option<String>,
    /// How long the server wants a client to wait before it comes back.
    retry: Option<Duration>,
    /// Whether the event with that id was there before.
    repeated: bool,
    seen: Seen,
}

/// The ids of the latest events, as hashes.
#[derive(Debug, Default)]
struct Seen {
    hasher: RandomState,
    hashes: HashSet<u64>,
    order: VecDeque<u64>,
}

/// How many ids are remembered. A server replays what followed one event, so a repeated one is
/// among the latest; 4096 of them take 100 KB on the one stream that has so many.
const MOST: usize = 4096;

// === impl Place ===

impl Place {
    /// Takes note of an event; returns whether it is new.
    pub(crate) fn admit(&mut self, event: &Event) -> bool {
        match event.id.as_deref() {
            // An id holds until another one comes, on the next stream too.
            None => self.repeated = false,
            id if id == self.id.as_deref() => {}
            Some(id) => self.move_to(id),
        }
        !self.repeated
    }

    /// Takes note of what the decoder keeps to itself: the id of an event without data, and `retry`.
    pub(crate) fn follow(&mut self, decoder: &Decoder) {
        if let Some(id) = decoder
            .last_id()
            .filter(|id| self.id.as_deref() != Some(id))
        {
            self.move_to(id);
        }
        self.retry = decoder.retry().or(self.retry);
    }

    /// Returns the id to take the stream up behind, if it can be.
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref().filter(|id| !id.is_empty())
    }

    /// Returns how long the server wants a client to wait.
    pub(crate) const fn retry(&self) -> Option<Duration> {
        self.retry
    }

    fn move_to(&mut self, id: &str) {
        self.id = Some(id.to_owned());
        self.repeated = !id.is_empty() && !self.seen.insert(id);
    }
}

// === impl Seen ===

impl Seen {
    fn insert(&mut self, id: &str) -> bool {
        let hash = self.hasher.hash_one(id);
        if !self.hashes.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: Option<&str>) -> Event {
        Event {
            event: "message".to_owned(),
            data: "{}".to_owned(),
            id: id.map(str::to_owned),
        }
    }

    #[test]
    fn what_was_there_is_not_there_again() {
        let mut place = Place::default();
        for id in [Some("1"), Some("2"), Some("3")] {
            assert!(place.admit(&event(id)));
        }
        assert!(!place.admit(&event(Some("2"))), "it was");
        assert!(!place.admit(&event(Some("2"))), "its follower has no id");
        assert!(place.admit(&event(Some("4"))));
        assert!(place.admit(&event(Some("4"))), "an event without an id");
        assert_eq!(place.id(), Some("4"));
    }

    #[test]
    fn events_without_ids_are_all_new_and_cannot_be_taken_up() {
        let mut place = Place::default();
        assert!(place.admit(&event(None)) && place.admit(&event(None)));
        assert_eq!(place.id(), None);
        assert!(place.admit(&event(Some(""))), "an id that says: none");
        assert_eq!(place.id(), None);
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut place = Place::default();
        for nth in 0..=MOST {
            assert!(place.admit(&event(Some(&nth.to_string()))));
        }
        assert_eq!(place.seen.hashes.len(), MOST);
    }
}
