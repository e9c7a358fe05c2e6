//! Tokens that are good only together with a key (DPoP, RFC 9449): each request proves that its sender
//! has it.

use std::{collections::HashMap, fmt, time::SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use parking_lot::Mutex;
use serde_json::json;
use url::Url;

use super::{
    key::{self, SigningKey},
    secret::Secret,
};
use crate::error::Error;

/// The key of a login, and the numbers that servers want to see in the next proof.
pub(crate) struct Prover {
    key: SigningKey,
    kept: Secret,
    /// The latest of each origin; there are two, the server and its authorization server.
    nonces: Mutex<HashMap<String, String>>,
}

/// The header that carries a proof.
pub(crate) const PROOF: HeaderName = HeaderName::from_static("dpop");

const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// How many origins' numbers are kept.
const MOST: usize = 8;

/// How long such a number may be.
const LONGEST: usize = 1024;

// === impl Prover ===

impl Prover {
    pub(crate) fn generate() -> Result<Self, Error> {
        let (key, kept) = SigningKey::generate()?;
        Ok(Self::new(key, kept.into()))
    }

    /// Returns the one that was kept.
    pub(crate) fn kept(kept: &Secret) -> Result<Self, Error> {
        Ok(Self::new(SigningKey::kept(kept.reveal())?, kept.clone()))
    }

    fn new(key: SigningKey, kept: Secret) -> Self {
        Self {
            key,
            kept,
            nonces: Mutex::default(),
        }
    }

    /// Returns how the key is kept.
    pub(crate) const fn to_keep(&self) -> &Secret {
        &self.kept
    }

    /// Returns the proof for one request; `token` goes with it, if any does.
    pub(crate) fn prove(
        &self,
        method: &Method,
        url: &Url,
        token: Option<&Secret>,
    ) -> Result<HeaderValue, Error> {
        let mut address = url.clone();
        address.set_query(None);
        address.set_fragment(None);
        let mut claims = json!({
            "jti": key::random()?,
            "htm": method.as_str(),
            "htu": address.as_str(),
            "iat": unix_time(),
        });
        if let Some(token) = token {
            claims["ath"] = key::sha256(token.reveal()).into();
        }
        if let Some(nonce) = self.nonces.lock().get(&origin(url)) {
            claims["nonce"] = nonce.as_str().into();
        }
        let header = json!({"typ": "dpop+jwt", "jwk": self.key.jwk()?});
        let proof = self.key.sign(header, &claims)?;
        Ok(HeaderValue::try_from(proof).expect("a JWT is letters, digits, `-`, `_` and `.`"))
    }

    /// Takes note of the number that a server wants to see next (RFC 9449 §8); returns whether there
    /// is a new one.
    pub(crate) fn heed(&self, url: &Url, headers: &HeaderMap) -> bool {
        let nonce = headers.get(NONCE).and_then(|nonce| nonce.to_str().ok());
        let Some(nonce) = nonce.filter(|nonce| !nonce.is_empty() && nonce.len() <= LONGEST) else {
            return false;
        };
        let (origin, mut nonces) = (origin(url), self.nonces.lock());
        if nonces.len() >= MOST && !nonces.contains_key(&origin) {
            nonces.clear();
        }
        let before = nonces.insert(origin, nonce.to_owned());
        before.as_deref() != Some(nonce)
    }
}

impl fmt::Debug for Prover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prover(****)")
    }
}

/// Returns the seconds since 1970.
pub(super) fn unix_time() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::Value;

    use super::*;

    fn claims(proof: &HeaderValue) -> Value {
        let proof = proof.to_str().expect("text");
        let part = proof.split('.').nth(1).expect("claims");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
    }

    #[test]
    fn a_proof_is_for_one_request_and_its_token() {
        let prover = Prover::generate().expect("a key");
        let url = Url::parse("https://a.example/mcp?x=1#f").expect("a URL");
        let token = Secret::from("t");
        let proof = || {
            claims(
                &prover
                    .prove(&Method::POST, &url, Some(&token))
                    .expect("signed"),
            )
        };
        let (first, second) = (proof(), proof());
        assert_eq!(first["htu"], "https://a.example/mcp");
        assert_eq!(first["htm"], "POST");
        assert_eq!(first["ath"], key::sha256("t"));
        assert_ne!(first["jti"], second["jti"]);
        assert!(first.get("nonce").is_none());
    }

    #[test]
    fn a_nonce_belongs_to_the_origin_that_gave_it() {
        let prover = Prover::generate().expect("a key");
        let url = |text| Url::parse(text).expect("a URL");
        let (here, there) = (url("https://a.example/token"), url("https://b.example/mcp"));
        let headers = HeaderMap::from_iter([(NONCE, HeaderValue::from_static("n1"))]);
        assert!(prover.heed(&here, &headers), "it is new");
        assert!(!prover.heed(&here, &headers), "it is not any more");
        let proof = |url| claims(&prover.prove(&Method::POST, url, None).expect("signed"));
        assert_eq!(proof(&here)["nonce"], "n1");
        assert!(proof(&there).get("nonce").is_none());
    }
}
