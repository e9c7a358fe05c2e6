//! One token for everybody: what somebody sets who has one user, or one trusted caller.

use std::{fmt, sync::Arc};

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tidegate_model::{Principal, Scopes};

use crate::{Admitted, Error};

/// Bytes of a token, at the least: 16 of them that are random cannot be guessed over a network.
const LEAST: usize = 16;

/// A token that is kept as its SHA-256.
pub(crate) struct Token {
    hash: [u8; 32],
    principal: Arc<Principal>,
}

// === impl Token ===

impl Token {
    /// Takes a token, and what whoever shows it may do; `None`: anything.
    pub(crate) fn new(secret: &str, scopes: Option<Scopes>) -> Result<Self, Error> {
        if secret.len() < LEAST {
            return Err(Error::new(format!(
                "the token has fewer than {LEAST} bytes and could be guessed: take a random one, as \
                 `openssl rand -hex 32` prints it"
            )));
        }
        if secret.len() > crate::shown::TOKEN || !secret.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(Error::new(
                "the token cannot stand in a header: take printable ASCII without spaces, 8 KiB at most",
            ));
        }
        let bearer = Principal::new(*b"token", "token");
        let principal = match scopes {
            Some(scopes) => bearer.with_scopes(scopes),
            None => bearer.unrestricted(),
        };
        Ok(Self {
            hash: digest(secret),
            principal: Arc::new(principal),
        })
    }

    /// Returns who it is, if `digest` is of this token.
    pub(crate) fn verify(&self, digest: &[u8; 32]) -> Option<Admitted> {
        bool::from(self.hash.ct_eq(digest)).then(|| Admitted {
            principal: self.principal.clone(),
            until: u64::MAX,
        })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(****)")
    }
}

/// Returns the SHA-256 of a token.
pub(crate) fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_unspeakable_ones_are_refused_without_being_repeated() {
        for bad in [
            "",
            "hunter2",
            "123456789012345",
            "0123456789 abcdef",
            "0123456789abcdefä",
        ] {
            let error = Token::new(bad, None).unwrap_err().to_string();
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
    }

    #[test]
    fn it_knows_itself_alone() {
        let token = Token::new("0123456789abcdef", Some(Scopes::read("a"))).unwrap();
        let known = token.verify(&digest("0123456789abcdef")).unwrap();
        assert_eq!(known.principal.name(), "token");
        let may = |known: &Admitted, scopes| known.principal.may(&Scopes::read(scopes));
        assert!(may(&known, "a") && !may(&known, "a b"));
        let any = Token::new("0123456789abcdef", None).unwrap();
        assert!(may(
            &any.verify(&digest("0123456789abcdef")).unwrap(),
            "a b"
        ));
        assert!(token.verify(&digest("0123456789abcdeF")).is_none());
        assert!(!format!("{token:?}").contains("0123"));
    }
}
