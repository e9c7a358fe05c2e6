//! Tokens of any kind: good ones, and every bad one that an attacker can think of.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    keys::{Keys, encode},
    now,
};

/// A token, before it is signed.
///
/// ```no_run
/// # async fn example() {
/// use tidegate_testkit::{AuthorizationServer, authorization::Signature};
///
/// let issuer = AuthorizationServer::start().await;
/// let good = issuer.mint().audience("https://h/mcp").scope("files:read");
/// let token = good.clone().token();
/// let expired = good.clone().expires_in(-3600).token();
/// let confused = good.clone().signed(Signature::Hs256OfThePublicKey).token();
/// let injected = good.header("kid", "../../dev/null").token();
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Mint {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signature: Signature,
    keys: Arc<Keys>,
    now: u64,
}

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// By the server, with RSA.
    Rs256,
    /// By the server, with RSA-PSS.
    Ps256,
    /// By the server, with P-256.
    Es256,
    /// By the server, with Ed25519.
    EdDsa,
    /// Not at all: the algorithm is `none`, and the third part is empty.
    None,
    /// With HMAC, and the public RSA key in PEM as the secret.
    Hs256OfThePublicKey,
    /// With RSA by somebody else, under the server's key id.
    Stranger,
    /// By the server with RSA; then a byte of the claims was changed.
    Tampered,
    /// By the server with RSA; then half of the signature was cut off.
    Cut,
}

// === impl Mint ===

impl Mint {
    pub(super) fn new(issuer: String, keys: Arc<Keys>) -> Self {
        let now = now();
        let claims = json!({
            "iss": issuer, "sub": "ann", "client_id": "client", "iat": now, "exp": now + 300,
        });
        let mint = Self {
            header: Map::new(),
            claims: claims.as_object().cloned().unwrap_or_default(),
            signature: Signature::Rs256,
            keys,
            now,
        };
        mint.header("typ", "at+jwt").signed(Signature::Rs256)
    }

    /// Sets whom it is about.
    #[must_use]
    pub fn subject(self, subject: &str) -> Self {
        self.claim("sub", subject)
    }

    /// Sets for whom it is meant.
    #[must_use]
    pub fn audience(self, audience: &str) -> Self {
        self.claim("aud", audience)
    }

    /// Sets what it allows, with spaces between.
    #[must_use]
    pub fn scope(self, scopes: &str) -> Self {
        self.claim("scope", scopes)
    }

    /// Sets in how many seconds it expires; before now if that is negative.
    #[must_use]
    pub fn expires_in(self, seconds: i64) -> Self {
        let at = self.now.saturating_add_signed(seconds);
        self.claim("exp", at)
    }

    /// Sets a claim, whatever it is.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a claim out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets a field of the header, whatever it is. Say it after [`signed`](Self::signed), which
    /// sets `alg` and `kid`.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a field of the header out.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Sets how it is signed.
    #[must_use]
    pub fn signed(mut self, signature: Signature) -> Self {
        self.signature = signature;
        let algorithm = signature.algorithm();
        let key = match signature {
            // The attacker names the key that is published.
            Signature::None | Signature::Hs256OfThePublicKey => "RS256",
            _ => algorithm,
        };
        let id = self.keys.id(key);
        self.header("alg", algorithm).header("kid", id)
    }

    /// Returns the claims.
    #[must_use]
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Signs it.
    #[must_use]
    pub fn token(&self) -> String {
        let part = |part: &Map<String, Value>| encode(&serde_json::to_vec(part).expect("JSON"));
        let header = part(&self.header);
        let message = format!("{header}.{}", part(&self.claims));
        let signature = encode(&self.sign(&message));
        match self.signature {
            Signature::Tampered => {
                let mut claims = self.claims.clone();
                claims.insert("sub".to_owned(), "mallory".into());
                format!("{header}.{}.{signature}", part(&claims))
            }
            Signature::Cut => format!("{message}.{}", &signature[..signature.len() / 2]),
            _ => format!("{message}.{signature}"),
        }
    }

    fn sign(&self, message: &str) -> Vec<u8> {
        match self.signature {
            Signature::Rs256 | Signature::Tampered | Signature::Cut => self.keys.rs256(message),
            Signature::Ps256 => self.keys.ps256(message),
            Signature::Es256 => self.keys.es256(message),
            Signature::EdDsa => self.keys.eddsa(message),
            Signature::None => Vec::new(),
            Signature::Hs256OfThePublicKey => self.keys.hs256_of_the_public_key(message),
            Signature::Stranger => Keys::generate().rs256(message),
        }
    }
}

// === impl Signature ===

impl Signature {
    const fn algorithm(self) -> &'static str {
        match self {
            Self::Rs256 | Self::Stranger | Self::Tampered | Self::Cut => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::None => "none",
            Self::Hs256OfThePublicKey => "HS256",
        }
    }
}
