//! What can go wrong with an authorization server, on demand.

use std::time::Duration;

/// A place where a server is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Its metadata, where OAuth wants it (RFC 8414).
    Metadata,
    /// Its metadata, where OpenID Connect wants it.
    OpenId,
    /// Its public keys.
    Jwks,
    /// Where a user consents.
    Authorize,
    /// Where tokens are given out.
    Token,
    /// Where clients register (RFC 7591).
    Register,
    /// Where tokens are asked about (RFC 7662).
    Introspect,
}

/// A way to misbehave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers with this status and nothing of use.
    Status(u16),
    /// Answers with what is not JSON.
    Garbage,
    /// Answers with so many bytes of valid JSON.
    Huge(usize),
    /// Takes so long first.
    Slow(Duration),
    /// Points somewhere else.
    Redirect(String),
    /// Says another issuer: in its metadata, or beside the code.
    Issuer(String),
    /// Says no issuer beside the code.
    NoIssuer,
}

// === impl Endpoint ===

impl Endpoint {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Metadata => ".well-known/oauth-authorization-server",
            Self::OpenId => ".well-known/openid-configuration",
            Self::Jwks => "jwks",
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Register => "register",
            Self::Introspect => "introspect",
        }
    }
}
