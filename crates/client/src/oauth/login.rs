//! A login as it is kept: whose token it is, for which server, and how the next one is had.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    dpop::{Prover, unix_time},
    party::Party,
    scopes::Scopes,
    secret::Secret,
    tokens::Tokens,
};
use crate::error::Error;

/// A login: it is good for one server and one authorization server, and never used with another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Login {
    /// The name that the token is for, letter for letter.
    pub(crate) resource: String,
    /// Who gave it out, letter for letter.
    pub(crate) issuer: String,
    /// Where the next one is asked for.
    pub(crate) token_endpoint: Url,
    /// Where it is told that a token is not needed any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revocation_endpoint: Option<Url>,
    pub(crate) party: Party,
    /// Whether the client logged in as itself: then it asks again as it did before.
    #[serde(default)]
    pub(crate) as_itself: bool,
    pub(crate) access: Secret,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh: Option<Secret>,
    /// When the token ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<u64>,
    pub(crate) requested: Scopes,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) granted: Option<Scopes>,
    /// The key that the token is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<Secret>,
}

/// A login, as a person is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedIn {
    /// Who was logged in at.
    pub issuer: String,
    /// The server that the login is good for.
    pub resource: String,
    /// The client's name there.
    pub client_id: String,
    /// What the login is good for, as far as that was said.
    pub scopes: Vec<String>,
    /// When the token ends, if that was said.
    pub expires: Option<SystemTime>,
    /// Whether the login outlives the token: the next one is had without anybody's help.
    pub renews: bool,
    /// Where the login is kept.
    pub kept_in: String,
}

/// How long before its end a token is taken for ended: it still has to get there, and clocks differ.
const EARLY: u64 = 30;

// === impl Login ===

impl Login {
    /// Puts what came in the place of what was there. A refresh token that is not replaced stays good
    /// (RFC 6749 §6).
    pub(crate) fn renew(&mut self, tokens: Tokens) {
        self.granted = tokens.granted().or_else(|| self.granted.take());
        self.expires = ends(tokens.expires_in);
        self.access = tokens.access_token;
        if tokens.refresh_token.is_some() {
            self.refresh = tokens.refresh_token;
        }
    }

    /// Returns whether the token has ended, or is about to.
    pub(crate) fn has_ended(&self) -> bool {
        self.expires
            .is_some_and(|at| at <= unix_time().saturating_add(EARLY))
    }

    /// Returns whether the token has not ended yet, as far as is known.
    pub(crate) fn is_good(&self) -> bool {
        self.expires.is_none_or(|at| at > unix_time())
    }

    /// Returns whether another token can be had without anybody's help.
    pub(crate) const fn renews(&self) -> bool {
        self.refresh.is_some() || self.as_itself
    }

    /// Returns the key that the token is bound to.
    pub(crate) fn prover(&self) -> Result<Option<Prover>, Error> {
        self.key.as_ref().map(Prover::kept).transpose()
    }

    pub(crate) fn told(&self, kept_in: String) -> LoggedIn {
        let scopes = self.granted.as_ref().unwrap_or(&self.requested);
        LoggedIn {
            issuer: self.issuer.clone(),
            resource: self.resource.clone(),
            client_id: self.party.id.clone(),
            scopes: scopes.names().to_vec(),
            expires: self
                .expires
                .and_then(|at| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(at))),
            renews: self.renews(),
            kept_in,
        }
    }
}

/// Returns when a token ends that is good for so long.
pub(crate) fn ends(expires_in: Option<Duration>) -> Option<u64> {
    expires_in.map(|long| unix_time().saturating_add(long.as_secs()))
}
