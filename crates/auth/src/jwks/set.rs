//! The keys of one document.

use std::collections::HashSet;

use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::key::{Jwk, PublicKey};
use crate::Error;

/// Keys in a document. Issuers have two, and a dozen with a tenant each.
const KEYS: usize = 100;

/// Bytes of a key's id. Real ones are hashes or UUIDs.
pub(crate) const KEY_ID: usize = 256;

/// How many keys of one id and one algorithm are tried: RFC 7517 §4.5 wants ids to differ, and a
/// signature is the dearest thing that a stranger can make us check.
const ALIKE: usize = 4;

/// The public keys of an issuer.
#[derive(Debug, Default)]
pub struct KeySet(Vec<PublicKey>);

// === impl KeySet ===

impl KeySet {
    /// Reads a document (RFC 7517 §5). Keys that tokens cannot be checked with, or should not, are
    /// left out: those for encryption, shared secrets, RSA under 2048 bits, unknown kinds.
    ///
    /// # Errors
    ///
    /// When it is no such document, has more than a hundred keys, or none that is of use.
    pub fn read(document: &[u8]) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Document<'a> {
            #[serde(borrow)]
            keys: Vec<&'a RawValue>,
        }
        let document: Document<'_> = serde_json::from_slice(document)
            .map_err(|_| Error::new("the document is no JSON Web Key set, {\"keys\": […]}"))?;
        if document.keys.len() > KEYS {
            return Err(Error::new(format!("the key set has more than {KEYS} keys")));
        }
        let keys = document.keys.iter();
        let keys = keys.filter_map(|key| serde_json::from_str::<Jwk>(key.get()).ok());
        let keys: Vec<_> = keys.filter_map(PublicKey::read).collect();
        if keys.is_empty() {
            return Err(Error::new(
                "the key set has no key to check signatures with: RSA of 2048 bits or more, P-256, \
                 P-384 or Ed25519",
            ));
        }
        Ok(Self(keys))
    }

    /// Returns how many keys are of use.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether none is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the keys that a token with this header may be signed with.
    ///
    /// A header without an id means the only key for its algorithm; when there are several, none.
    pub(crate) fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &PublicKey> {
        let fits = move |key: &&PublicKey| {
            key.algorithm == algorithm && id.is_none_or(|id| key.id.as_deref() == Some(id))
        };
        let found = self.0.iter().filter(fits);
        let several = id.is_none() && found.clone().nth(1).is_some();
        found.take(if several { 0 } else { ALIKE })
    }

    /// Returns whether all keys are in `other` too.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let others: HashSet<_> = other.0.iter().map(|key| key.mark).collect();
        self.0.iter().all(|key| others.contains(&key.mark))
    }
}
