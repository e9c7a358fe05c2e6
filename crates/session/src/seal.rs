//! Sealed tokens (session ids, what calls carry to their next round): unguessable, unreadable, bound to whoever they were given to.
//!
//! ```text
//!   base64url( key id (1) ‖ nonce (24) ‖ XChaCha20-Poly1305( ticket ) ‖ tag (16) )
//!                                          bound to: purpose, principal
//! ```

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use crate::ticket::Ticket;

const NONCE: usize = 24;

/// The nonce that derived keys are made with. A session's is random, and never this one.
const DERIVED: [u8; NONCE] = *b"tidegate: event ids, v1.";

/// The longest id that is looked at: the longest we make is shorter.
const MAX_ID: usize = 1024;

/// What sealed bytes are for: what was made for one purpose opens for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// A session's id.
    Session,
    /// What a call carries to its next round.
    Round,
    /// Where the messages of an HTTP+SSE connection are posted.
    Connection,
}

/// The keys that ids are sealed with.
///
/// Ids are sealed with the first and opened with any, so keys can be rotated without ending
/// sessions.
pub struct Keys {
    keys: Vec<(u8, XChaCha20Poly1305)>,
}

/// The system has no random bytes to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoEntropy;

// === impl Keys ===

impl Keys {
    /// Returns a fresh key that lives as long as the process.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes to give.
    pub fn generate() -> Result<Self, NoEntropy> {
        Ok(Self::new(0, &random()?))
    }

    /// Returns one key by its id.
    #[must_use]
    pub fn new(id: u8, key: &[u8; 32]) -> Self {
        Self {
            keys: vec![(id, XChaCha20Poly1305::new(key.into()))],
        }
    }

    /// Adds a former key: ids it sealed still open.
    #[must_use]
    pub fn with_former(mut self, id: u8, key: &[u8; 32]) -> Self {
        self.keys.push((id, XChaCha20Poly1305::new(key.into())));
        self
    }

    /// Seals a ticket for `principal` (empty: anyone).
    ///
    /// # Errors
    ///
    /// When the system has no random bytes to give.
    pub fn seal(&self, ticket: &Ticket, principal: &[u8]) -> Result<String, NoEntropy> {
        self.seal_bytes(Purpose::Session, &ticket.write(), principal)
    }

    /// Opens an id that `principal` shows. None: it is not ours, not theirs, or was changed.
    #[must_use]
    pub fn open(&self, id: &[u8], principal: &[u8]) -> Option<Ticket> {
        if id.len() > MAX_ID {
            return None;
        }
        Ticket::read(&self.open_bytes(Purpose::Session, id, principal)?)
    }

    /// Seals any bytes for `principal`, as text.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes to give.
    pub fn seal_bytes(
        &self,
        purpose: Purpose,
        bytes: &[u8],
        principal: &[u8],
    ) -> Result<String, NoEntropy> {
        let nonce: [u8; NONCE] = random()?;
        let (id, cipher) = &self.keys[0];
        let payload = Payload {
            msg: bytes,
            aad: &purpose.bind(principal),
        };
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| NoEntropy)?;
        let mut bytes = Vec::with_capacity(1 + NONCE + sealed.len());
        bytes.push(*id);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Opens what [`seal_bytes`](Self::seal_bytes) made for this purpose and `principal`.
    #[must_use]
    pub fn open_bytes(&self, purpose: Purpose, text: &[u8], principal: &[u8]) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (key_id, rest) = bytes.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        let (_, cipher) = self.keys.iter().find(|(id, _)| id == key_id)?;
        let payload = Payload {
            msg: sealed,
            aad: &purpose.bind(principal),
        };
        cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }

    /// Returns a key for event ids from each key, in the same order: the first bytes of a key
    /// stream that nothing else is encrypted with.
    pub(crate) fn derived(&self) -> impl Iterator<Item = [u8; 16]> {
        self.keys.iter().filter_map(|(_, cipher)| {
            let sealed = cipher.encrypt(&XNonce::from(DERIVED), [0; 16].as_slice());
            sealed.ok()?.first_chunk().copied()
        })
    }
}

// === impl Purpose ===

impl Purpose {
    fn bind(self, principal: &[u8]) -> Vec<u8> {
        let byte = match self {
            Self::Session => 0,
            Self::Round => 1,
            Self::Connection => 2,
        };
        [&[byte], principal].concat()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} of them: ****)", self.keys.len())
    }
}

/// Returns random bytes from the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoEntropy> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoEntropy)?;
    Ok(bytes)
}

impl fmt::Display for NoEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system has no random bytes to give")
    }
}

impl std::error::Error for NoEntropy {}

#[cfg(test)]
mod tests {
    use tidegate_era::Revision;
    use tidegate_model::Implementation;

    use super::*;

    fn ticket() -> Ticket {
        Ticket {
            client: Some(Implementation::new("t", "0")),
            ..Ticket::new(Revision::V2025_06_18, 7).expect("entropy")
        }
    }

    #[test]
    fn an_id_opens_for_its_principal_alone() {
        let keys = Keys::generate().expect("entropy");
        let ticket = ticket();
        let id = keys.seal(&ticket, b"ann").expect("entropy");
        assert_eq!(keys.open(id.as_bytes(), b"ann"), Some(ticket));
        assert_eq!(keys.open(id.as_bytes(), b"bob"), None);
        let strangers = Keys::generate().expect("entropy");
        assert_eq!(strangers.open(id.as_bytes(), b"ann"), None);
    }

    #[test]
    fn a_changed_id_opens_for_nobody() {
        let keys = Keys::generate().expect("entropy");
        let id = keys.seal(&ticket(), b"").expect("entropy");
        for at in 0..id.len() {
            let mut forged = id.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(keys.open(&forged, b""), None, "byte {at}");
        }
        for garbage in ["", "x", "AAAA", &"A".repeat(5000)] {
            assert_eq!(keys.open(garbage.as_bytes(), b""), None);
        }
    }

    #[test]
    fn a_former_key_still_opens() {
        let old = Keys::new(1, &[1; 32]);
        let id = old.seal(&ticket(), b"").expect("entropy");
        let new = Keys::new(2, &[2; 32]).with_former(1, &[1; 32]);
        assert!(new.open(id.as_bytes(), b"").is_some());
    }

    #[test]
    fn an_id_is_visible_ascii_and_short_whatever_the_client_says() {
        let keys = Keys::generate().expect("entropy");
        let mut ticket = ticket();
        ticket.capabilities.experimental = Some("x".repeat(10_000).into());
        ticket.client = Some(Implementation::new("n".repeat(10_000), "0"));
        let id = keys.seal(&ticket, b"").expect("entropy");
        assert!(id.len() < MAX_ID && id.bytes().all(|byte| byte.is_ascii_graphic()));
        let opened = keys.open(id.as_bytes(), b"").expect("ours");
        assert_eq!(
            (opened.client, opened.capabilities.experimental),
            (None, None)
        );
    }
}
