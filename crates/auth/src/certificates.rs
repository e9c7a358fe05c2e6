//! Callers that are known by their certificate.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use tidegate_model::{Principal, Scopes};

use crate::{Admitted, Error, Hierarchy, keys, words};

/// Whose certificates are known. The server has seen before that its authority signed them and that
/// the caller has their key.
#[derive(Debug, Default)]
pub struct Certificates {
    any: Option<Scopes>,
    known: HashMap<[u8; 32], (Box<str>, Scopes), RandomState>,
}

/// Certificates at work.
#[derive(Debug)]
pub(crate) struct Known {
    any: Option<Scopes>,
    known: HashMap<[u8; 32], Arc<Principal>, RandomState>,
}

// === impl Certificates ===

impl Certificates {
    /// Knows nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Knows whoever's certificate the server's authority has signed, by its fingerprint.
    ///
    /// # Errors
    ///
    /// When one cannot be a scope.
    pub fn any(mut self, scopes: &[String]) -> Result<Self, Error> {
        self.any = Some(words::scopes(scopes)?);
        Ok(self)
    }

    /// Knows somebody by the SHA-256 of a certificate, in hexadecimal digits with or without
    /// colons, as `openssl x509 -fingerprint -sha256` prints it.
    ///
    /// # Errors
    ///
    /// When that is no SHA-256, is known by another name, or the name or a scope cannot be one.
    pub fn known(mut self, sha256: &str, name: &str, scopes: &[String]) -> Result<Self, Error> {
        let digits = sha256.replace(':', "");
        let Some(fingerprint) = keys::from_hex(&digits) else {
            return Err(Error::new(format!(
                "the fingerprint of {:?} is no SHA-256: write the 64 hexadecimal digits that \
                 `openssl x509 -noout -fingerprint -sha256 -in FILE` prints",
                words::name(name)
            )));
        };
        if !words::is_name(name) {
            return Err(Error::new(
                "the name of a certificate is 1 to 128 printable letters",
            ));
        }
        let owner = (name.into(), words::scopes(scopes)?);
        match self.known.insert(fingerprint, owner) {
            None => Ok(self),
            Some((other, _)) => Err(Error::new(format!(
                "{other:?} and {name:?} have the same certificate"
            ))),
        }
    }

    pub(crate) fn settle(self, hierarchy: &Hierarchy) -> Known {
        let settle = |(print, (name, scopes)): ([u8; 32], (Box<str>, Scopes))| {
            let scopes = hierarchy.expand(&scopes);
            (print, Arc::new(principal(&print, &name, scopes)))
        };
        Known {
            any: self.any.map(|scopes| hierarchy.expand(&scopes)),
            known: self.known.into_iter().map(settle).collect(),
        }
    }
}

// === impl Known ===

impl Known {
    /// Returns whose certificate this is.
    pub(crate) fn verify(&self, fingerprint: &[u8; 32]) -> Option<Admitted> {
        let principal = match (self.known.get(fingerprint), &self.any) {
            (Some(known), _) => known.clone(),
            (None, Some(scopes)) => {
                let print: String = fingerprint[..8]
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                let name = format!("certificate {print}");
                Arc::new(principal(fingerprint, &name, scopes.clone()))
            }
            (None, None) => return None,
        };
        Some(Admitted {
            principal,
            until: u64::MAX,
        })
    }
}

fn principal(fingerprint: &[u8; 32], name: &str, scopes: Scopes) -> Principal {
    let id = [b"certificate:", &fingerprint[..]].concat();
    Principal::new(id, name).with_scopes(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ones_have_names_and_others_fingerprints() {
        let colons = vec!["AB"; 32].join(":");
        let some = Certificates::new()
            .known(&colons, "ann", &["a".to_owned()])
            .unwrap();
        let any = some
            .any(&["b".to_owned()])
            .unwrap()
            .settle(&Hierarchy::default());
        let ann = any.verify(&[0xab; 32]).unwrap().principal;
        assert_eq!(
            (ann.name(), ann.scopes().to_string().as_str()),
            ("ann", "a")
        );
        let other = any.verify(&[1; 32]).unwrap().principal;
        assert_eq!(other.name(), "certificate 0101010101010101");
        assert_ne!(other.id(), any.verify(&[2; 32]).unwrap().principal.id());
        let none = Certificates::new().settle(&Hierarchy::default());
        assert!(none.verify(&[1; 32]).is_none());
    }

    #[test]
    fn slips_are_told() {
        let known = |print: &str, name: &str| Certificates::new().known(print, name, &[]);
        assert!(
            known("ab", "ann")
                .unwrap_err()
                .to_string()
                .contains("64 hexadecimal")
        );
        assert!(known(&"a".repeat(64), "").is_err());
        let twice = known(&"a".repeat(64), "ann")
            .unwrap()
            .known(&"A".repeat(64), "bob", &[]);
        assert!(twice.unwrap_err().to_string().contains("same certificate"));
    }
}
