//! How a key is made and how it reads.
//!
//! ```text
//!   tgk_k3v9q2m7xw_5nJ…Zg
//!       └ id ────┘ └ secret: 256 random bits in Base64url
//! ```

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::SecretString;
use tidegate_model::Scopes;

use super::Record;
use crate::{Error, token::digest, words};

/// What a key begins with, so that whoever finds one knows what it is, and scanners find it.
const PREFIX: &str = "tgk_";

/// Letters of an id: 50 bits, so that two of a million keys hardly ever share one.
pub(super) const ID: usize = 10;

/// Letters of a secret: 32 bytes in Base64url.
const SECRET: usize = 43;

/// Letters of an id, without those that look alike.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A new key: what its user gets, once, and what is kept of it.
#[derive(Debug)]
pub struct Key {
    /// What its user shows.
    pub secret: SecretString,
    /// What is kept.
    pub record: Record,
}

// === impl Key ===

impl Key {
    /// Makes a key. Times are in seconds since 1970.
    ///
    /// # Errors
    ///
    /// When the name or a scope cannot be one, it expires before it is made, or this machine gives
    /// no random bytes.
    pub fn generate(
        name: &str,
        scopes: &[String],
        expires: Option<u64>,
        now: u64,
    ) -> Result<Self, Error> {
        if !words::is_name(name) {
            return Err(Error::new(
                "the name of a key is a line of 1 to 128 printable letters",
            ));
        }
        let scopes: Scopes = words::scopes(scopes)?;
        if expires.is_some_and(|expires| expires <= now) {
            return Err(Error::new("the key would have expired already"));
        }
        let mut bytes = [0; ID + 32];
        getrandom::fill(&mut bytes)
            .map_err(|_| Error::new("this machine gives no random bytes"))?;
        let (id, secret) = bytes.split_at(ID);
        let id: String = id.iter().map(|byte| letter(*byte)).collect();
        let text = format!("{PREFIX}{id}_{}", BASE64_URL_SAFE_NO_PAD.encode(secret));
        let record = Record {
            sha256: digest(&text),
            id: id.into(),
            name: name.into(),
            scopes,
            created: now,
            expires,
        };
        Ok(Self {
            secret: text.into(),
            record,
        })
    }
}

fn letter(byte: u8) -> char {
    // 256 is a multiple of 32: each letter is as likely as another.
    LETTERS[usize::from(byte) % LETTERS.len()].into()
}

/// Returns whether a token says that it is a key.
pub(crate) fn is_key(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// Returns the id of what has the shape of a key. Its letters are not looked at: what is no key has
/// no key's hash.
pub(super) fn id(token: &str) -> Option<&[u8; ID]> {
    let (id, secret) = token.strip_prefix(PREFIX)?.as_bytes().split_first_chunk()?;
    (secret.len() == 1 + SECRET && secret[0] == b'_').then_some(id)
}

/// Returns whether these are the letters of an id.
pub(super) fn is_id(id: &[u8]) -> bool {
    id.len() == ID && id.iter().all(|byte| LETTERS.contains(byte))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_key_reads_as_it_was_made_and_is_never_shown_by_chance() {
        let key = Key::generate("ci", &["a".to_owned()], Some(20), 10).unwrap();
        let text = key.secret.expose_secret();
        assert!(is_key(text) && text.len() == PREFIX.len() + ID + 1 + SECRET);
        assert_eq!(&id(text).unwrap()[..], key.record.id.as_bytes());
        assert!(!format!("{key:?}").contains(&text[ID + 5..]));
        let other = Key::generate("ci", &[], None, 10).unwrap();
        assert_ne!(other.secret.expose_secret(), text);
    }

    #[test]
    fn what_has_not_the_shape_of_a_key_has_no_id() {
        let good = format!("tgk_abcdefghij_{}", "A".repeat(43));
        assert!(id(&good).is_some());
        for bad in [
            "",
            "tgk_",
            "tgk_abcdefghij",
            "tgk_abcdefghij_",
            &good[..good.len() - 1],
            &format!("{good}A"),
            &good.replace("_A", "-A"),
            &good.replace("tgk_", "tgk-"),
            "tgk_abcdefgh\u{e4}",
        ] {
            assert!(id(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn senseless_ones_are_refused() {
        assert!(Key::generate("", &[], None, 0).is_err());
        assert!(Key::generate("a\nb", &[], None, 0).is_err());
        assert!(Key::generate("a", &["b c".to_owned()], None, 0).is_err());
        assert!(Key::generate("a", &[], Some(5), 5).is_err());
    }
}
