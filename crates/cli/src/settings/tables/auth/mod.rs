//! `[auth]`: how callers are known, and what they may do.

mod certificates;
mod issuers;
mod scopes;

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_auth::{Hierarchy, Issuer, Resource};

pub(crate) use self::{
    certificates::Certificates, issuers::Introspection, issuers::OneIssuer, scopes::NeededScopes,
};
use super::Problem;
use crate::settings::values::{
    Implied, IssuerUrl, Name, Place, PublicUrl, Scope, Secret, Span, Token,
};

/// How callers are known, and what they may do. Whoever sets none of the ways to be known serves
/// anyone, which goes on loopback alone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Auth {
    /// The one token that callers show: `Authorization: Bearer …` or `X-API-Key: …`. Default: there is
    /// none. It is never printed, and not taken from the command line, which every process can read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<Secret<Token>>,
    /// What whoever shows the token may do. Default: anything; who has one token has one trusted
    /// caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_scopes: Option<Vec<Scope>>,
    /// A file of API keys, as `tidegate key new --file` writes it. It is looked at every two seconds: a
    /// key that was revoked is refused from then on, without a restart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keys: Option<Place>,
    /// Who issues tokens (JWT) that are good here: the issuer's URL, letter by letter. Its keys are
    /// found by its metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<IssuerUrl>,
    /// The names that this server has in the tokens of `issuer`. Default: the URL of the endpoint,
    /// as clients see it; a token that is meant for somebody else is refused.
    pub(crate) audiences: Vec<Name>,
    /// More issuers, each with audiences of its own.
    pub(crate) issuers: Vec<OneIssuer>,
    /// This server as the world knows it, without the endpoint's path: `https://mcp.example.org`. Where
    /// issuers are set, clients find them by it, and its host is served as one of
    /// `access.allow_hosts`. Default: on loopback, and without a proxy, the address that is listened at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_url: Option<PublicUrl>,
    /// By how much the clocks of issuers and of this machine may differ: more than clocks do that are
    /// kept in time, and a token that has expired is good no longer.
    pub(crate) clock_skew: Span<1_000, 600_000>,
    /// Authorities that issuers are trusted by, beside the system's: PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca: Option<Place>,
    /// Which scopes stand for which others: who has `admin` need not have each.
    pub(crate) implies: Implied,
    /// An issuer that is asked what a token is (RFC 7662), where nobody else can read it.
    pub(crate) introspection: Introspection,
    /// Callers that are known by the certificates that `tls.client_ca` has signed.
    pub(crate) certificates: Certificates,
    /// What requests need, beside the scopes that tools ask for by themselves.
    pub(crate) scopes: NeededScopes,
}

// === impl Auth ===

impl Auth {
    /// Returns which scopes stand for which others.
    pub(crate) fn hierarchy(&self) -> Result<Hierarchy, tidegate_auth::Error> {
        let pairs = self.implies.iter();
        Hierarchy::new(pairs.map(|(scope, others)| (scope, others.iter().map(String::as_str))))
    }

    /// Returns whose tokens are good here.
    pub(crate) fn trusted(&self) -> Result<Vec<Issuer>, tidegate_auth::Error> {
        let simple = self.issuer.as_ref().map(|issuer| {
            let audiences = self.audiences.iter();
            let named = |issuer: Issuer, name: &Name| issuer.audience(name.as_str());
            Issuer::new(issuer.as_str()).map(|issuer| audiences.fold(issuer, named))
        });
        let more = self.issuers.iter().filter_map(OneIssuer::trusted);
        let skewed = |issuer: Result<Issuer, _>| issuer?.skew(self.clock_skew.get());
        simple.into_iter().chain(more).map(skewed).collect()
    }

    /// Returns the URLs of all who issue tokens for this server, as clients are told.
    pub(crate) fn authorities(&self) -> Vec<&str> {
        let asked = self.introspection.issuer.as_ref().map(IssuerUrl::as_str);
        let asked = asked.filter(|asked| self.signers().all(|signer| signer != *asked));
        self.signers().chain(asked).collect()
    }

    /// Returns the URLs of those who sign tokens.
    fn signers(&self) -> impl Iterator<Item = &str> {
        let more = self.issuers.iter().filter_map(|one| one.issuer.as_ref());
        self.issuer.iter().chain(more).map(IssuerUrl::as_str)
    }

    /// Whether somebody can be known who shows no certificate.
    pub(crate) const fn knows_without_certificate(&self) -> bool {
        self.token.is_some() || self.keys.is_some() || self.asks_issuers()
    }

    /// Whether issuers are asked: for their keys, or for what a token is.
    pub(crate) const fn asks_issuers(&self) -> bool {
        self.issuer.is_some() || !self.issuers.is_empty() || self.introspection.endpoint.is_some()
    }

    /// Returns the endpoint as the world knows it, if it does: by `public_url`, or else by the URL of
    /// where it listens.
    pub(super) fn resource(
        &self,
        here: Option<&str>,
        path: &str,
    ) -> Result<Option<Resource>, tidegate_auth::Error> {
        let public = self.public_url.as_ref().map(PublicUrl::as_str);
        public
            .or(here)
            .map(|url| Resource::new(url, path))
            .transpose()
    }

    pub(super) fn check(&self, is_known_here: bool) -> Result<(), Problem> {
        let wrong = |key| move |error: tidegate_auth::Error| (key, error.to_string());
        self.hierarchy().map_err(wrong("auth.implies"))?;
        self.trusted().map_err(wrong("auth.issuers"))?;
        self.scopes.policy()?;
        self.introspection.check()?;
        self.certificates.check()?;
        if !self.audiences.is_empty() && self.issuer.is_none() {
            let why = "they are for the tokens of auth.issuer, which is not set";
            return Err(("auth.audiences", why.to_owned()));
        }
        let mut known = HashSet::new();
        let twice = self.signers().find(|issuer| !known.insert(*issuer));
        if let Some(twice) = twice {
            let why = format!("{twice} is there twice: give one of them all audiences");
            return Err(("auth.issuers", why));
        }
        if !self.authorities().is_empty() && !is_known_here {
            let key = match () {
                () if self.issuer.is_some() => "auth.issuer",
                () if !self.issuers.is_empty() => "auth.issuers",
                () => "auth.introspection.issuer",
            };
            let why = "clients have to know this server by a URL: set auth.public_url, as in \
                       --public-url https://mcp.example.org (without, it is the address on loopback, \
                       if its port is known and there is no proxy)";
            return Err((key, why.to_owned()));
        }
        Ok(())
    }
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            token: None,
            token_scopes: None,
            keys: None,
            issuer: None,
            audiences: Vec::new(),
            issuers: Vec::new(),
            public_url: None,
            clock_skew: Span::unchecked(Issuer::SKEW),
            ca: None,
            implies: Implied::default(),
            introspection: Introspection::default(),
            certificates: Certificates::default(),
            scopes: NeededScopes::default(),
        }
    }
}

#[cfg(test)]
mod tests;
