//! The ways to be known, while they are set, and what is wrong with them.

use std::{fmt, sync::Arc};

use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    Auth, Certificates, Error, Hierarchy, Introspection, Issuer, Keys, Resource, Scopes,
    fetch::Fetch, introspection::Introspector, jwt::Trusted, token::Token, words,
};

/// The ways to be known, while they are set.
#[derive(Default)]
#[must_use]
pub struct Builder {
    token: Option<(SecretString, Option<Scopes>)>,
    keys: Option<String>,
    issuers: Vec<Issuer>,
    introspection: Option<Introspection>,
    certificates: Option<Certificates>,
    hierarchy: Hierarchy,
    resource: Option<Box<str>>,
    fetch: Option<Arc<dyn Fetch>>,
}

// === impl Builder ===

impl Builder {
    /// Knows whoever shows this one token, and what they may do; `None`: anything.
    pub fn token(mut self, token: &str, scopes: Option<Scopes>) -> Self {
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
        let hierarchy = Arc::new(self.hierarchy);
        let resource = self.resource.as_deref();
        let token = self.token.map(|(token, scopes)| {
            words::scopes(scopes.iter().flat_map(Scopes::iter))?;
            let scopes = scopes.map(|scopes| hierarchy.expand(&scopes));
            Token::new(token.expose_secret(), scopes)
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
