//! All ways to be known, put together.
//!
//! ```text
//!   a certificate alone ───────────────────────────────▶ Certificates
//!   X-API-Key, Bearer ─ the one token? ─ a key? ───────▶ Keys
//!   Bearer ─ signed? ─ by whom does it say? ───────────▶ Issuer
//!   Bearer ─ anything else ────────────────────────────▶ Introspection
//! ```

use std::{fmt, sync::Arc};

use crate::{
    Admitted, Authenticate, Builder, Credentials, Keys, Refusal, Verdict,
    certificates::Known,
    introspection::Introspector,
    jwt::{Judged, Signed, Trusted, is_signed},
    keys::is_key,
    shown::Shown,
    token::{Token, digest},
};

/// All ways to be known.
pub struct Auth {
    pub(crate) token: Option<Token>,
    pub(crate) keys: Option<Arc<Keys>>,
    pub(crate) issuers: Box<[Arc<Trusted>]>,
    pub(crate) introspector: Option<Introspector>,
    pub(crate) certificates: Option<Known>,
}

// === impl Auth ===

impl Auth {
    /// Begins to set ways to be known.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns the keys of the key file, to be reloaded when it changes.
    #[must_use]
    pub const fn keys(&self) -> Option<&Arc<Keys>> {
        self.keys.as_ref()
    }

    /// Returns the names of the issuers.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        self.issuers.iter().map(|issuer| issuer.id())
    }

    fn by_key(&self, token: &str, digest: &[u8; 32], now: u64) -> Result<Admitted, Refusal> {
        let one = self.token.as_ref().and_then(|token| token.verify(digest));
        match (one, &self.keys) {
            (Some(admitted), _) => Ok(admitted),
            (None, Some(keys)) => keys.verify(token, digest, now),
            (None, None) => Err(Refusal::Invalid("the key is not known")),
        }
    }

    fn by_bearer(&self, token: &str, certificate: Option<&[u8; 32]>, now: u64) -> Verdict {
        let hash = digest(token);
        if let Some(admitted) = self.token.as_ref().and_then(|token| token.verify(&hash)) {
            return Verdict::Known(admitted);
        }
        match (&self.keys, &self.introspector) {
            (Some(keys), _) if is_key(token) => keys.verify(token, &hash, now).into(),
            // A key of some other server is nobody's business but that server's.
            (None, _) if is_key(token) => {
                Verdict::Refused(Refusal::Invalid("the key is not known"))
            }
            // What its issuer's key refutes is never asked about elsewhere.
            _ if is_signed(token) && !self.issuers.is_empty() => {
                self.signed(token, certificate, now)
            }
            (_, Some(introspector)) => introspector.ask(token, &hash, certificate, now),
            _ => Verdict::Refused(Refusal::Invalid("the token is not known")),
        }
    }

    fn signed(&self, token: &str, certificate: Option<&[u8; 32]>, now: u64) -> Verdict {
        let token = match Signed::read(token) {
            Ok(token) => token,
            Err(refusal) => return Verdict::Refused(refusal),
        };
        let issuer = self
            .issuers
            .iter()
            .find(|issuer| Some(issuer.id()) == token.issuer());
        let Some(issuer) = issuer else {
            return Verdict::Refused(Refusal::Invalid("the token's issuer is not trusted here"));
        };
        match issuer.judge(&token, certificate, now) {
            Judged::Known(admitted) => Verdict::Known(admitted),
            Judged::Refused(refusal) => Verdict::Refused(refusal),
            Judged::Wait(fetching) => {
                let (issuer, certificate) = (issuer.clone(), certificate.copied());
                Verdict::Later(Box::pin(async move {
                    fetching.await;
                    issuer.settled(&token, certificate.as_ref(), now)
                }))
            }
        }
    }
}

impl Authenticate for Auth {
    fn authenticate(&self, credentials: &Credentials<'_>, now: u64) -> Verdict {
        match Shown::read(credentials) {
            Err(refusal) => Verdict::Refused(refusal),
            Ok(Shown::Nothing) => Verdict::Refused(Refusal::Missing),
            Ok(Shown::Bearer(token)) => self.by_bearer(token, credentials.certificate, now),
            Ok(Shown::ApiKey(key)) => self.by_key(key, &digest(key), now).into(),
            Ok(Shown::Certificate(fingerprint)) => {
                let known = self.certificates.as_ref();
                let known = known.and_then(|known| known.verify(fingerprint));
                // A certificate alone may be for the connection only; a token would do.
                known.map_or(Verdict::Refused(Refusal::Missing), Verdict::Known)
            }
        }
    }

    fn generation(&self) -> u64 {
        let keys = self.keys.as_ref().map_or(0, |keys| keys.generation());
        // Each only grows: the sum changes when one does.
        let issuers = self.issuers.iter().map(|issuer| issuer.generation());
        issuers.fold(keys, u64::wrapping_add)
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("token", &self.token)
            .field("keys", &self.keys)
            .field("issuers", &self.issuers)
            .field("introspector", &self.introspector)
            .field("certificates", &self.certificates.is_some())
            .finish()
    }
}

// === impl Verdict ===

impl From<Result<Admitted, Refusal>> for Verdict {
    fn from(result: Result<Admitted, Refusal>) -> Self {
        result.map_or_else(Self::Refused, Self::Known)
    }
}
