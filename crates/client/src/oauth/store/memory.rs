//! Logins that last as long as the process.

use std::{
    collections::{HashMap, HashSet},
    io,
    sync::Arc,
};

use parking_lot::Mutex;

use super::{Locked, TokenStore};
use crate::oauth::secret::Secret;

/// Keeps logins in memory: they end with the process. Clones share what they keep.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    kept: Arc<Mutex<HashMap<String, Secret>>>,
    locked: Arc<Mutex<HashSet<String>>>,
}

/// Unlocks a name at its end.
struct Unlock {
    locked: Arc<Mutex<HashSet<String>>>,
    name: String,
}

// === impl MemoryStore ===

impl TokenStore for MemoryStore {
    fn read(&self, name: &str) -> io::Result<Option<Secret>> {
        Ok(self.kept.lock().get(name).cloned())
    }

    fn write(&self, name: &str, what: &Secret) -> io::Result<()> {
        self.kept.lock().insert(name.to_owned(), what.clone());
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.kept.lock().remove(name);
        Ok(())
    }

    fn try_lock(&self, name: &str) -> io::Result<Option<Locked>> {
        let is_ours = self.locked.lock().insert(name.to_owned());
        Ok(is_ours.then(|| {
            Locked::until_dropped(Unlock {
                locked: self.locked.clone(),
                name: name.to_owned(),
            })
        }))
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }
}

// === impl Unlock ===

impl Drop for Unlock {
    fn drop(&mut self) {
        self.locked.lock().remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_locked_once() {
        let store = MemoryStore::default();
        let lock = store.try_lock("a").expect("memory");
        assert!(lock.is_some());
        assert!(store.clone().try_lock("a").expect("memory").is_none());
        assert!(store.try_lock("b").expect("memory").is_some());
        drop(lock);
        assert!(store.try_lock("a").expect("memory").is_some());
    }
}
