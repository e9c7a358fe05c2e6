//! One public key, and the one algorithm that it is for.
//!
//! A token's header names an algorithm too, but that is the word of whoever made the token: taken
//! alone, it lets an attacker check with HMAC what was signed with RSA.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::set::KEY_ID;

/// Bits of an RSA key: fewer can be factored, more cost a stranger's token too much of our time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A public key.
pub(crate) struct PublicKey {
    pub(super) id: Option<Box<str>>,
    pub(super) algorithm: Algorithm,
    /// Tells it from every other key.
    pub(super) mark: [u8; 32],
    key: DecodingKey,
}

/// A key as RFC 7517 writes it, as far as it matters here.
#[derive(Deserialize)]
pub(super) struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// The private part, which nobody publishes who still has the key to himself.
    d: Option<Value>,
}

// === impl PublicKey ===

impl PublicKey {
    /// Reads a key, if tokens may be checked with it.
    pub(super) fn read(jwk: Jwk) -> Option<Self> {
        let verifies = |ops: &Vec<String>| ops.iter().any(|op| op == "verify");
        if jwk.usage.as_ref().is_some_and(|usage| usage != "sig")
            || !jwk.key_ops.as_ref().is_none_or(verifies)
            || jwk.kid.as_ref().is_some_and(|kid| kid.len() > KEY_ID)
            || jwk.d.is_some()
        {
            return None;
        }
        let alg = jwk.alg.as_deref();
        let (algorithm, key) = match jwk.kty.as_str() {
            "RSA" => (rsa(alg)?, rsa_key(jwk.n.as_ref()?, jwk.e.as_ref()?)?),
            "EC" => {
                let (algorithm, name, bytes) = match jwk.crv.as_deref()? {
                    "P-256" => (Algorithm::ES256, "ES256", 32),
                    "P-384" => (Algorithm::ES384, "ES384", 48),
                    _ => return None,
                };
                let (x, y) = (jwk.x.as_ref()?, jwk.y.as_ref()?);
                let sound = is_long(x, bytes) && is_long(y, bytes);
                if !sound || alg.is_some_and(|alg| alg != name) {
                    return None;
                }
                (algorithm, DecodingKey::from_ec_components(x, y).ok()?)
            }
            "OKP" if jwk.crv.as_deref() == Some("Ed25519") => {
                let x = jwk.x.as_ref()?;
                let sound = is_long(x, 32);
                if !sound || alg.is_some_and(|alg| algorithm_by(alg) != Some(Algorithm::EdDSA)) {
                    return None;
                }
                (Algorithm::EdDSA, DecodingKey::from_ed_components(x).ok()?)
            }
            // Secrets that are shared, and what nobody knows yet.
            _ => return None,
        };
        let mut mark = Sha256::new();
        let numbers = [&jwk.n, &jwk.e, &jwk.x, &jwk.y, &jwk.kid];
        for part in numbers.map(|part| part.as_deref().unwrap_or_default()) {
            mark.update((part.len() as u64).to_be_bytes());
            mark.update(part);
        }
        mark.update(format!("{algorithm:?}"));
        Some(Self {
            id: jwk.kid.map(Into::into),
            algorithm,
            mark: mark.finalize().into(),
            key,
        })
    }

    /// Returns whether `signature` (in Base64url) is this key's over `message`.
    pub(crate) fn verify(&self, signature: &str, message: &str) -> bool {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.key, self.algorithm)
            .unwrap_or(false)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// Returns the algorithm of this name, if it has a public key.
pub(crate) fn algorithm_by(name: &str) -> Option<Algorithm> {
    Some(match name {
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "RS512" => Algorithm::RS512,
        "PS256" => Algorithm::PS256,
        "PS384" => Algorithm::PS384,
        "PS512" => Algorithm::PS512,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        // RFC 9864 has a name for each curve.
        "EdDSA" | "Ed25519" => Algorithm::EdDSA,
        _ => return None,
    })
}

/// Returns what an RSA key is for: what it says, or else what nearly all are for.
fn rsa(alg: Option<&str>) -> Option<Algorithm> {
    let algorithm = algorithm_by(alg.unwrap_or("RS256"))?;
    let is_rsa = alg.is_none_or(|alg| alg.starts_with("RS") || alg.starts_with("PS"));
    is_rsa.then_some(algorithm)
}

fn rsa_key(n: &str, e: &str) -> Option<DecodingKey> {
    let (n, e) = (number(n)?, number(e)?);
    let bits = n.len() * 8 - n[0].leading_zeros() as usize;
    // An even exponent, or 1, is no RSA; a long one only costs time.
    let sound_e = e.len() <= 4 && e[e.len() - 1] & 1 == 1 && e[..] != [1];
    (RSA_BITS.contains(&bits) && sound_e).then(|| DecodingKey::from_rsa_raw_components(&n, &e))
}

/// Returns the bytes of a number that is not 0, without zeros in front.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let first = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[first..].to_vec())
}

fn is_long(text: &str, bytes: usize) -> bool {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|decoded| decoded.len() == bytes)
}
