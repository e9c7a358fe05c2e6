//! Where logins are kept: in memory, in files, or wherever a user's own store puts them.

mod file;
mod memory;

use std::io;

use super::secret::Secret;

pub use self::{file::FileStore, memory::MemoryStore};

/// Where logins are kept, each a text under a name.
///
/// What is kept holds tokens and secrets. A name is made of letters, digits, `-` and `_`, and says
/// nothing of whose login it is.
pub trait TokenStore: Send + Sync + 'static {
    /// Returns what is kept under a name.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be read, or others could read it too.
    fn read(&self, name: &str) -> io::Result<Option<Secret>>;

    /// Keeps something under a name, in the place of what was there: wholly or not at all.
    ///
    /// # Errors
    ///
    /// When it cannot be kept.
    fn write(&self, name: &str, what: &Secret) -> io::Result<()>;

    /// Removes what is kept under a name, if anything is.
    ///
    /// # Errors
    ///
    /// When it is still there.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Locks a name against everybody who uses the same place, other processes too, until what is
    /// returned is dropped. `None`: somebody else has it locked. Reading and writing need no lock.
    ///
    /// # Errors
    ///
    /// When nothing can be locked here.
    fn try_lock(&self, name: &str) -> io::Result<Option<Locked>>;

    /// Returns where the place is, for people to read.
    fn place(&self) -> String;
}

/// A name that is locked until this is dropped.
#[must_use = "the lock is open again once this is dropped"]
pub struct Locked(#[expect(dead_code, reason = "it is kept for its end")] Box<dyn Send>);

// === impl Locked ===

impl Locked {
    /// Keeps what opens the lock when it is dropped.
    pub fn until_dropped(lock: impl Send + 'static) -> Self {
        Self(Box::new(lock))
    }
}

impl std::fmt::Debug for Locked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Locked")
    }
}
