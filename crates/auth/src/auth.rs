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
    Admitted, Authenticate, Certificates, Credentials, Error, Hierarchy, Introspection, Issuer,
    Keys, Refusal, Resource, Scopes, Verdict,
    certificates::Known,
    fetch::Fetch,
    introspection::Introspector,
    jwt::{Judged, Signed, Trusted, is_signed},
    keys::is_key,
    shown::Shown,
    token::{Token, digest},
    words,
};

/// All ways to be known.
pub struct Auth {
    token: Option<Token>,
    keys: Option<Arc<Keys>>,
    issuers: Box<[Arc<Trusted>]>,
    introspector: Option<Introspector>,
    certificates: Option<Known>,
}

/// The ways to be known, while they are set.
#[derive(Default)]
#[must_use]
pub struct Builder {
    token: Option<(secrecy::SecretString, Scopes)>,
    keys: Option<String>,
    issuers: Vec<Issuer>,
    introspection: Option<Introspection>,
    certificates: Option<Certificates>,
    hierarchy: Hierarchy,
    resource: Option<Box<str>>,
    fetch: Option<Arc<dyn Fetch>>,
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

// === impl Builder ===

impl Builder {
    /// Knows whoever shows this one token, and what they may do.
    pub fn token(mut self, token: &str, scopes: Scopes) -> Self {
        self.token = Some((token.into(), scopes));
        self
    }

    /// Knows whoever shows a key of this file's text.
    pub fn keys(mut self, text: impl Into<String>) -> Self {
        self.keys = Some(text.into());
        self
    }

    /// Knows the bearers of this issuer's tokens.
    pub fn issuer(mut self, issuer: Issuer) -> Self {
        self.issuers.push(issuer);
        self
    }

    /// Asks an issuer about tokens that nothing here can read.
    pub fn introspection(mut self, introspection: Introspection) -> Self {
        self.introspection = Some(introspection);
        self
    }

    /// Knows callers by their certificates.
    pub fn certificates(mut self, certificates: Certificates) -> Self {
        self.certificates = Some(certificates);
        self
    }

    /// Sets which scopes stand for which others.
    pub fn hierarchy(mut self, hierarchy: Hierarchy) -> Self {
        self.hierarchy = hierarchy;
        self
    }

    /// Sets for whom tokens must be meant, where an issuer's own audience is not set.
    pub fn resource(mut self, resource: &Resource) -> Self {
        self.resource = Some(resource.uri().into());
        self
    }

    /// Sets what fetches keys and asks issuers.
    pub fn fetch(mut self, fetch: Arc<dyn Fetch>) -> Self {
        self.fetch = Some(fetch);
        self
    }

    /// Puts them together.
    ///
    /// # Errors
    ///
    /// When nobody could ever be known, or a part cannot work: the error says how to mend it.
    pub fn build(self) -> Result<Auth, Error> {
        use secrecy::ExposeSecret as _;

        let hierarchy = Arc::new(self.hierarchy);
        let resource = self.resource.as_deref();
        let token = self.token.map(|(token, scopes)| {
            words::scopes(scopes.iter())?;
            Token::new(token.expose_secret(), hierarchy.expand(&scopes))
        });
        let keys = self
            .keys
            .map(|text| Keys::new(&text, hierarchy.clone()).map(Arc::new));
        let mut issuers = Vec::<Arc<Trusted>>::new();
        for issuer in self.issuers {
            if issuers.iter().any(|other| other.id() == issuer.id()) {
                return Err(Error::new(format!(
                    "the issuer {} is set twice: give one of them both audiences",
                    issuer.id()
                )));
            }
            let trusted = issuer.trust(resource, hierarchy.clone(), self.fetch.as_ref())?;
            issuers.push(Arc::new(trusted));
        }
        let introspector = self.introspection.map(|settings| {
            Introspector::new(settings, resource, hierarchy.clone(), self.fetch.as_ref())
        });
        let auth = Auth {
            token: token.transpose()?,
            keys: keys.transpose()?,
            issuers: issuers.into(),
            introspector: introspector.transpose()?,
            certificates: self.certificates.map(|known| known.settle(&hierarchy)),
        };
        let nobody = auth.token.is_none()
            && auth.keys.is_none()
            && auth.issuers.is_empty()
            && auth.introspector.is_none()
            && auth.certificates.is_none();
        if nobody {
            return Err(Error::new(
                "nobody could ever be known: set a token, keys, an issuer, introspection or \
                 certificates",
            ));
        }
        Ok(auth)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("token", &self.token.is_some())
            .field("issuers", &self.issuers)
            .field("introspection", &self.introspection)
            .finish_non_exhaustive()
    }
}
