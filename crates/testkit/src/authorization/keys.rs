//! The keys that an authorization server signs with.

use std::fmt;

use aws_lc_rs::{
    encoding::AsDer as _,
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair, RsaPublicKeyComponents,
    },
};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

/// A key of each kind, under ids that no other has.
pub(super) struct Keys {
    id: String,
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

// === impl Keys ===

impl Keys {
    pub(super) fn generate() -> Self {
        let made = "random bytes";
        Self {
            id: random(),
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).expect(made),
            ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect(made),
            ed: Ed25519KeyPair::generate().expect(made),
        }
    }

    /// Returns the id of the key for an algorithm.
    pub(super) fn id(&self, algorithm: &str) -> String {
        format!("{algorithm}-{}", self.id)
    }

    /// Returns the public keys.
    pub(super) fn published(&self) -> Vec<Value> {
        let rsa = self.rsa.public_key();
        let rsa = RsaPublicKeyComponents::<Vec<u8>>::from(rsa);
        let point = self.ec.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        vec![
            json!({
                "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id("RS256"),
                "n": encode(&rsa.n), "e": encode(&rsa.e),
            }),
            json!({
                "kty": "RSA", "alg": "PS256", "use": "sig", "kid": self.id("PS256"),
                "n": encode(&rsa.n), "e": encode(&rsa.e),
            }),
            json!({
                "kty": "EC", "crv": "P-256", "kid": self.id("ES256"),
                "x": encode(x), "y": encode(y),
            }),
            json!({
                "kty": "OKP", "crv": "Ed25519", "key_ops": ["verify"], "kid": self.id("EdDSA"),
                "x": encode(self.ed.public_key().as_ref()),
            }),
        ]
    }

    pub(super) fn rs256(&self, message: &str) -> Vec<u8> {
        self.rsa_signature(&RSA_PKCS1_SHA256, message)
    }

    pub(super) fn ps256(&self, message: &str) -> Vec<u8> {
        self.rsa_signature(&RSA_PSS_SHA256, message)
    }

    pub(super) fn es256(&self, message: &str) -> Vec<u8> {
        let signature = self.ec.sign(&SystemRandom::new(), message.as_bytes());
        signature.expect("random bytes").as_ref().to_vec()
    }

    pub(super) fn eddsa(&self, message: &str) -> Vec<u8> {
        self.ed.sign(message.as_bytes()).as_ref().to_vec()
    }

    /// Signs as an attacker does who has the public key only, and takes it for a shared secret.
    pub(super) fn hs256_of_the_public_key(&self, message: &str) -> Vec<u8> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.rsa_pem().as_bytes());
        hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
    }

    /// Returns the public RSA key as files have it.
    pub(super) fn rsa_pem(&self) -> String {
        let der = self.rsa.public_key().as_der().expect("a public key");
        let text = BASE64_STANDARD.encode(der.as_ref());
        let lines: Vec<_> = text
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            lines.join("\n")
        )
    }

    fn rsa_signature(
        &self,
        scheme: &'static aws_lc_rs::signature::RsaSignatureEncoding,
        message: &str,
    ) -> Vec<u8> {
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        self.rsa
            .sign(
                scheme,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .expect("a key that fits");
        signature
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Returns a word that nobody guesses.
pub(super) fn random() -> String {
    let mut bytes = [0; 24];
    aws_lc_rs::rand::fill(&mut bytes).expect("random bytes");
    encode(&bytes)
}

/// Returns bytes as tokens write them.
pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
