//! A token taken apart.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{claims::Claims, header::Header};
use crate::{Refusal, jwks::KeySet};

/// Bytes of a header. Real ones have a hundred; what brings certificates along has thousands, and
/// they are not looked at.
const HEADER: usize = 4096;

/// A token whose signature was not checked yet: all that is in it is a claim of whoever made it.
#[derive(Debug)]
pub(crate) struct Signed {
    token: String,
    /// Where the signature begins, behind its dot.
    signature: usize,
    header: Header,
    claims: Claims,
}

/// Returns whether a token looks like one that is signed: three words with dots between.
pub(crate) fn is_signed(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 2
}

// === impl Signed ===

impl Signed {
    /// Takes a token apart.
    pub(crate) fn read(token: &str) -> Result<Self, Refusal> {
        let wrong = Refusal::Invalid("the token is no signed JSON Web Token");
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong);
        };
        if header.len() > HEADER || signature.is_empty() {
            return Err(wrong);
        }
        let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part);
        let (Ok(header), Ok(claims)) = (decode(header), decode(claims)) else {
            return Err(wrong);
        };
        let header = Header::read(&header)?;
        let claims = serde_json::from_slice(&claims)
            .map_err(|_| Refusal::Invalid("the token's claims cannot be read"))?;
        Ok(Self {
            signature: token.len() - signature.len(),
            token: token.to_owned(),
            header,
            claims,
        })
    }

    /// Returns who it says has issued it.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.claims.iss.as_deref()
    }

    /// Returns whether the key that it names is in `keys`.
    pub(crate) fn is_by(&self, keys: &KeySet) -> bool {
        let mut keys = keys.find(self.header.key.as_deref(), self.header.algorithm);
        keys.next().is_some()
    }

    /// Returns its claims, if it was signed with one of `keys`.
    pub(crate) fn verify(&self, keys: &KeySet) -> Result<&Claims, Refusal> {
        let (message, signature) = self.token.split_at(self.signature);
        let message = &message[..message.len() - 1];
        let mut known = false;
        for key in keys.find(self.header.key.as_deref(), self.header.algorithm) {
            known = true;
            if key.verify(signature, message) {
                return Ok(&self.claims);
            }
        }
        Err(Refusal::Invalid(match known {
            true => "the token's signature is not its issuer's",
            false => "the token's key is none of its issuer's, or is for another algorithm",
        }))
    }
}
