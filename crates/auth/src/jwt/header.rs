//! The header of a token: which algorithm and which key it claims.
//!
//! Nothing else in it is looked at: no key and no certificate that it brings along (`jwk`, `x5c`),
//! and no place to fetch one from (`jku`, `x5u`).

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use crate::{Refusal, jwks::KEY_ID};

/// What a token claims of its signature. Both are claims: the key decides.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) key: Option<String>,
}

#[derive(Deserialize)]
struct Raw {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "present")]
    zip: bool,
    #[serde(default, deserialize_with = "present")]
    b64: bool,
}

// === impl Header ===

impl Header {
    /// Reads a header from JSON.
    pub(super) fn read(json: &[u8]) -> Result<Self, Refusal> {
        let raw: Raw = serde_json::from_slice(json)
            .map_err(|_| Refusal::Invalid("the token's header cannot be read"))?;
        if raw.crit || raw.zip || raw.b64 {
            return Err(Refusal::Invalid(
                "the token's header demands what is not understood here",
            ));
        }
        let typ = raw.typ.unwrap_or_else(|| "JWT".to_owned());
        let typ = typ.to_ascii_lowercase();
        // An ID token or a logout token is signed by the same key, and lets nobody in (RFC 8725 §3.11).
        if !matches!(typ.as_str(), "jwt" | "at+jwt" | "application/at+jwt") {
            return Err(Refusal::Invalid("the token is no access token by its type"));
        }
        let Some(algorithm) = crate::jwks::algorithm_by(&raw.alg) else {
            return Err(Refusal::Invalid(
                "the token's algorithm is none that is accepted: RS, PS, ES or EdDSA",
            ));
        };
        if raw.kid.as_ref().is_some_and(|kid| kid.len() > KEY_ID) {
            return Err(Refusal::Invalid("the token's key id is too long"));
        }
        Ok(Self {
            algorithm,
            key: raw.kid,
        })
    }
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_algorithms() {
        for good in [
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"EdDSA","typ":"at+jwt","kid":"a"}"#,
            r#"{"alg":"ES384","typ":"application/at+JWT","jku":"https://evil.example","x5c":["MII"]}"#,
            r#"{"alg":"PS512","typ":"JWT","jwk":{"kty":"oct","k":"AA"}}"#,
        ] {
            assert!(Header::read(good.as_bytes()).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_is_not_taken() {
        let long = format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(257));
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"alg":"none"}"#,
            r#"{"alg":"None"}"#,
            r#"{"alg":"nOnE"}"#,
            r#"{"alg":""}"#,
            r#"{"alg":null}"#,
            r#"{"alg":["RS256"]}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"HS512"}"#,
            r#"{"alg":"rs256"}"#,
            r#"{"alg":"RSA-OAEP","enc":"A128GCM"}"#,
            r#"{"alg":"RS256","alg":"HS256"}"#,
            r#"{"alg":"RS256","kid":7}"#,
            r#"{"alg":"RS256","typ":"logout+jwt"}"#,
            r#"{"alg":"RS256","typ":"dpop+jwt"}"#,
            r#"{"alg":"RS256","crit":["exp"]}"#,
            r#"{"alg":"RS256","crit":[]}"#,
            r#"{"alg":"RS256","crit":null}"#,
            r#"{"alg":"RS256","b64":false}"#,
            r#"{"alg":"RS256","zip":"DEF"}"#,
            &long,
        ] {
            let read = Header::read(bad.as_bytes());
            assert!(matches!(read, Err(Refusal::Invalid(_))), "{bad}");
        }
    }
}
