//! Keys that a client signs with: who it is (private-key JWT), and whose a token is (DPoP).

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    rand::{self, SystemRandom},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject as _};
use serde_json::{Value, json};

use crate::error::Error;

/// A private key that a client signs with: ES256 or RS256, by its kind. Debug output hides it.
#[derive(Clone)]
pub struct SigningKey(Arc<Pair>);

enum Pair {
    /// P-256.
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// What a key file may hold, for whoever wrote something else.
const UNDERSTOOD: &str = "a signing key is a PEM file with one private key, P-256 or RSA, as in \
                          `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`";

// === impl SigningKey ===

impl SigningKey {
    /// Reads a private key in PEM: PKCS#8 of P-256 or RSA, or PKCS#1.
    ///
    /// # Errors
    ///
    /// When it is none of these.
    pub fn from_pem(pem: &[u8]) -> Result<Self, Error> {
        let unknown = || Error::input(UNDERSTOOD);
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| unknown())?;
        let pair = match &key {
            PrivateKeyDer::Pkcs8(key) => {
                let key = key.secret_pkcs8_der();
                let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key);
                ec.map(Pair::Ec)
                    .or_else(|_| RsaKeyPair::from_pkcs8(key).map(Pair::Rsa))
            }
            PrivateKeyDer::Pkcs1(key) => {
                RsaKeyPair::from_der(key.secret_pkcs1_der()).map(Pair::Rsa)
            }
            PrivateKeyDer::Sec1(key) => {
                let key = key.secret_sec1_der();
                EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, key)
                    .map(Pair::Ec)
            }
            _ => return Err(unknown()),
        };
        pair.map(|pair| Self(Arc::new(pair))).map_err(|_| unknown())
    }

    /// Returns a new P-256 key, and how it is kept.
    pub(super) fn generate() -> Result<(Self, String), Error> {
        let failed = |_| Error::auth("no key could be made on this machine");
        let key =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(failed)?;
        let kept = URL_SAFE_NO_PAD.encode(key.as_ref());
        Ok((Self::kept(&kept)?, kept))
    }

    /// Reads a key as it was kept.
    pub(super) fn kept(text: &str) -> Result<Self, Error> {
        let broken = || Error::auth("the key that the stored token belongs to cannot be read");
        let der = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der);
        pair.map(|pair| Self(Arc::new(Pair::Ec(pair))))
            .map_err(|_| broken())
    }

    /// Returns the public half of a P-256 key (RFC 7517).
    pub(super) fn jwk(&self) -> Result<Value, Error> {
        let Pair::Ec(pair) = &*self.0 else {
            return Err(Error::auth("tokens are bound to keys of P-256 alone"));
        };
        // Uncompressed: 4, x, y.
        let point = pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let text = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
        Ok(json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)}))
    }

    /// Returns a signed JWT; `header` gets the algorithm added.
    pub(super) fn sign(&self, mut header: Value, claims: &Value) -> Result<String, Error> {
        header["alg"] = match &*self.0 {
            Pair::Ec(_) => "ES256",
            Pair::Rsa(_) => "RS256",
        }
        .into();
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = self.signature(signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = |_| Error::auth("the key cannot sign");
        let random = SystemRandom::new();
        match &*self.0 {
            Pair::Ec(pair) => {
                let signature = pair.sign(&random, message).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(****)")
    }
}

/// Returns 256 random bits that nobody guesses, in letters that a URL may hold.
pub(super) fn random() -> Result<String, Error> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| Error::auth("this machine has no randomness"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Returns the SHA-256 of a text, in letters that a URL may hold.
pub(super) fn sha256(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn what_is_signed_verifies_by_the_public_half() {
        let (key, kept) = SigningKey::generate().expect("a key");
        let jwt = SigningKey::kept(&kept)
            .expect("the same")
            .sign(json!({"typ": "x"}), &json!({"iss": "me"}))
            .expect("signed");
        let (signed, signature) = jwt.rsplit_once('.').expect("three parts");
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
        let jwk = key.jwk().expect("P-256");
        let coordinate = |name: &str| decode(jwk[name].as_str().expect("text"));
        let point = [&[4], &coordinate("x")[..], &coordinate("y")[..]].concat();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(signed.as_bytes(), &decode(signature))
            .expect("verified");
        let header: Value =
            serde_json::from_slice(&decode(signed.split_once('.').expect("two parts").0))
                .expect("JSON");
        assert_eq!(header, json!({"typ": "x", "alg": "ES256"}));
    }

    #[test]
    fn keys_are_hidden_and_what_is_none_is_refused() {
        let (key, kept) = SigningKey::generate().expect("a key");
        assert!(!format!("{key:?}").contains(&kept));
        for pem in [
            "",
            "secret",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ] {
            let error = SigningKey::from_pem(pem.as_bytes()).expect_err(pem);
            assert!(error.is_input() && !error.to_string().contains("secret"));
        }
    }
}
