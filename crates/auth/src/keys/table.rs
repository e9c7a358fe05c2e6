//! The keys that are good now: one hash and one look-up a check, and a swap when the file changed.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;
use foldhash::fast::RandomState;
use subtle::ConstantTimeEq as _;
use tidegate_model::Principal;

use super::{
    Record,
    key::{self, ID},
};
use crate::{Admitted, Error, Hierarchy, Refusal};

/// The keys that are good now.
pub struct Keys {
    held: ArcSwap<Held>,
    hierarchy: Arc<Hierarchy>,
    generation: AtomicU64,
}

type Held = HashMap<[u8; ID], Entry, RandomState>;

struct Entry {
    hash: [u8; 32],
    principal: Arc<Principal>,
}

// === impl Keys ===

impl Keys {
    /// Reads the keys of a file; each has the scopes it names, and those they stand for.
    ///
    /// # Errors
    ///
    /// When it is no key file, naming the line.
    pub fn new(text: &str, hierarchy: Arc<Hierarchy>) -> Result<Self, Error> {
        Ok(Self {
            held: ArcSwap::from_pointee(read(text, &hierarchy)?),
            hierarchy,
            generation: AtomicU64::new(0),
        })
    }

    /// Takes the keys of a file that has changed, and returns how many there are.
    ///
    /// # Errors
    ///
    /// When it is no key file: the keys from before stay good.
    pub fn reload(&self, text: &str) -> Result<usize, Error> {
        let held = read(text, &self.hierarchy)?;
        let count = held.len();
        self.held.store(Arc::new(held));
        // After the swap: whoever sees the new number checks against the new keys.
        self.generation.fetch_add(1, Ordering::Release);
        Ok(count)
    }

    /// Returns how many keys there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.held.load().len()
    }

    /// Returns a number that changes whenever the keys do.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Says whose key `token` is; `digest` is its SHA-256.
    pub(crate) fn verify(
        &self,
        token: &str,
        digest: &[u8; 32],
        now: u64,
    ) -> Result<Admitted, Refusal> {
        /// No digest is this one, as far as anybody knows.
        const NOBODY: [u8; 32] = [0; 32];
        let held = self.held.load();
        let entry = key::id(token).and_then(|id| held.get(id));
        // An id that nobody has costs what a wrong secret costs.
        let hash = entry.map_or(&NOBODY, |entry| &entry.hash);
        let same = bool::from(hash.ct_eq(digest));
        let Some(entry) = entry.filter(|_| same) else {
            return Err(Refusal::Invalid("the key is not known"));
        };
        if entry.principal.is_over(now) {
            return Err(Refusal::Invalid("the key has expired"));
        }
        Ok(Admitted {
            principal: entry.principal.clone(),
            until: entry.principal.expires().unwrap_or(u64::MAX),
        })
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("count", &self.count())
            .finish_non_exhaustive()
    }
}

fn read(text: &str, hierarchy: &Hierarchy) -> Result<Held, Error> {
    let entry = |record: Record| {
        let id = record.id.as_bytes().try_into().expect("a record was read");
        let name = format!("key:{}", record.id).into_bytes();
        let principal =
            Principal::new(name, record.name).with_scopes(hierarchy.expand(&record.scopes));
        let principal = match record.expires {
            Some(expires) => principal.expiring_at(expires),
            None => principal,
        };
        let entry = Entry {
            hash: record.sha256,
            principal: Arc::new(principal),
        };
        (id, entry)
    };
    Ok(Record::read_all(text)?.into_iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::{Key, token::digest};

    fn made(expires: Option<u64>) -> (String, Record) {
        let key = Key::generate("ci", &["admin".to_owned()], expires, 10).unwrap();
        (key.secret.expose_secret().to_owned(), key.record)
    }

    fn verify(keys: &Keys, token: &str, now: u64) -> Result<Admitted, Refusal> {
        keys.verify(token, &digest(token), now)
    }

    #[test]
    fn keys_are_known_until_they_expire_or_go() {
        let (forever, first) = made(None);
        let (short, second) = made(Some(20));
        let hierarchy = Arc::new(Hierarchy::new([("admin", ["read"])]).unwrap());
        let keys = Keys::new(&format!("{first}{second}"), hierarchy).unwrap();
        let known = verify(&keys, &forever, 1 << 40).unwrap();
        assert_eq!(known.principal.scopes().to_string(), "admin read");
        assert_eq!(known.until, u64::MAX);
        let known = verify(&keys, &short, 19).unwrap();
        assert_eq!((known.until, known.principal.expires()), (20, Some(20)));
        assert_ne!(
            known.principal.id(),
            verify(&keys, &forever, 0).unwrap().principal.id()
        );
        assert_eq!(
            verify(&keys, &short, 20).unwrap_err(),
            Refusal::Invalid("the key has expired")
        );

        assert_eq!(
            keys.reload("[[key")
                .unwrap_err()
                .to_string()
                .split(':')
                .next(),
            Some("line 1")
        );
        assert_eq!((keys.generation(), keys.count()), (0, 2));
        assert_eq!(keys.reload(&second.to_string()), Ok(1));
        assert_eq!(keys.generation(), 1);
        assert!(verify(&keys, &forever, 10).is_err() && verify(&keys, &short, 10).is_ok());
    }

    #[test]
    fn a_wrong_secret_and_an_unknown_id_are_told_alike() {
        let (good, record) = made(None);
        let keys = Keys::new(&record.to_string(), Arc::default()).unwrap();
        let (other, _) = made(None);
        let wrong = format!("{}{}", &good[..15], &other[15..]);
        for bad in [&*other, &wrong, "tgk_", &good[..20]] {
            let refused = verify(&keys, bad, 10).unwrap_err();
            assert_eq!(refused, Refusal::Invalid("the key is not known"), "{bad}");
        }
    }
}
