//! The resources of a session whose changes are told: what listeners want, and what the server was told.
//!
//! Both change at any time, the second only by a request. Whoever changes the first then settles the
//! second, one at a time for each resource: a request to stop that is still on its way is not overtaken
//! by one to begin again, and nobody listens before the server has said that it tells.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;

/// The resources of a session whose changes are told.
#[derive(Debug, Default)]
pub(crate) struct Watching(Mutex<BTreeMap<String, Watch>>);

#[derive(Debug, Default)]
struct Watch {
    listeners: usize,
    told: Told,
}

/// Whether the server was told to tell of a resource; held by whoever tells it otherwise.
pub(crate) type Told = Arc<tokio::sync::Mutex<bool>>;

// === impl Watching ===

impl Watching {
    /// Takes note of one more listener.
    pub(crate) fn join(&self, uri: &str) {
        self.0.lock().entry(uri.to_owned()).or_default().listeners += 1;
    }

    /// Takes note of one listener less; returns whether it was the last.
    pub(crate) fn leave(&self, uri: &str) -> bool {
        let mut all = self.0.lock();
        let Some(watch) = all.get_mut(uri) else {
            return false;
        };
        watch.listeners = watch.listeners.saturating_sub(1);
        watch.listeners == 0
    }

    /// Returns whether anyone listens.
    pub(crate) fn is_wanted(&self, uri: &str) -> bool {
        let all = self.0.lock();
        all.get(uri).is_some_and(|watch| watch.listeners > 0)
    }

    /// Returns what the server was told of a resource that is known.
    pub(crate) fn told(&self, uri: &str) -> Option<Told> {
        self.0.lock().get(uri).map(|watch| watch.told.clone())
    }

    /// Forgets a resource that nobody listens to and nobody is about to settle.
    pub(crate) fn forget(&self, uri: &str) {
        let mut all = self.0.lock();
        let idle = |watch: &Watch| watch.listeners == 0 && Arc::strong_count(&watch.told) == 1;
        if all.get(uri).is_some_and(idle) {
            all.remove(uri);
        }
    }

    /// Returns all that is listened to.
    pub(crate) fn wanted(&self) -> Vec<String> {
        let all = self.0.lock();
        let wanted = all.iter().filter(|(_, watch)| watch.listeners > 0);
        wanted.map(|(uri, _)| uri.clone()).collect()
    }
}
