//! What a token says of its bearer, and whether it holds here and now. An introspection's answer
//! says it in the same words (RFC 7662 §2.2).

use std::sync::Arc;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tidegate_model::{Principal, Scopes};

use crate::{Hierarchy, Refusal, words};

/// Scopes of a token: more than any policy names.
const SCOPES: usize = 256;

/// Bytes of a subject or a client's id, which may be a URL.
const SUBJECT: usize = 2048;

/// What a token says.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: Option<String>,
    sub: Option<String>,
    client_id: Option<String>,
    /// Who a token was issued to, where `client_id` is not said (OpenID Connect, Entra).
    azp: Option<String>,
    username: Option<String>,
    #[serde(default, deserialize_with = "words_or_list")]
    aud: Option<Vec<String>>,
    #[serde(default, deserialize_with = "seconds")]
    exp: Option<u64>,
    #[serde(default, deserialize_with = "seconds")]
    nbf: Option<u64>,
    #[serde(default, deserialize_with = "seconds")]
    iat: Option<u64>,
    #[serde(default, deserialize_with = "words_or_list")]
    scope: Option<Vec<String>>,
    #[serde(default, deserialize_with = "words_or_list")]
    scp: Option<Vec<String>>,
    cnf: Option<serde_json::Map<String, Value>>,
}

/// What is looked at besides the claims.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    /// The SHA-256 of the caller's certificate.
    pub(crate) certificate: Option<&'a [u8; 32]>,
    /// Seconds since 1970.
    pub(crate) now: u64,
    /// By how many seconds clocks may differ.
    pub(crate) skew: u64,
}

// === impl Claims ===

impl Claims {
    /// Checks that a token is good now.
    pub(crate) fn hold(&self, seen: Seen<'_>) -> Result<(), Refusal> {
        let Seen { now, skew, .. } = seen;
        if self.exp.is_some_and(|exp| now >= exp.saturating_add(skew)) {
            return Err(Refusal::Invalid("the token has expired"));
        }
        if self.nbf.is_some_and(|nbf| nbf > now.saturating_add(skew)) {
            return Err(Refusal::Invalid("the token is not good yet"));
        }
        if self.iat.is_some_and(|iat| iat > now.saturating_add(skew)) {
            return Err(Refusal::Invalid("the token was issued in the future"));
        }
        self.is_theirs(seen.certificate)
    }

    /// Returns when it expires, if it says.
    pub(crate) const fn expires(&self) -> Option<u64> {
        self.exp
    }

    /// Checks that it is meant for one of `audiences`.
    pub(crate) fn is_for(&self, audiences: &[Box<str>]) -> Result<(), Refusal> {
        let Some(aud) = &self.aud else {
            return Err(Refusal::Invalid("the token names no audience"));
        };
        let ours = |aud: &String| audiences.iter().any(|ours| **ours == **aud);
        match aud.iter().any(ours) {
            true => Ok(()),
            false => Err(Refusal::Invalid("the token is meant for another audience")),
        }
    }

    /// Returns whether it says for whom it is meant.
    pub(crate) const fn has_audience(&self) -> bool {
        self.aud.is_some()
    }

    /// Returns its bearer, as `issuer` knows it. It is over when the token is, by the slower clock.
    pub(crate) fn principal(
        &self,
        issuer: &str,
        hierarchy: &Hierarchy,
        skew: u64,
    ) -> Result<Arc<Principal>, Refusal> {
        let given = |claim: &Option<String>| claim.clone().filter(|claim| !claim.is_empty());
        let (subject, client) = (
            given(&self.sub),
            given(&self.client_id).or(given(&self.azp)),
        );
        let Some(name) = subject.clone().or_else(|| client.clone()) else {
            return Err(Refusal::Invalid(
                "the token names neither subject nor client",
            ));
        };
        let parts = [
            issuer,
            subject.as_deref().unwrap_or(""),
            client.as_deref().unwrap_or(""),
        ];
        if parts.iter().any(|part| part.len() > SUBJECT) {
            return Err(Refusal::Invalid(
                "the token's subject or client is too long",
            ));
        }
        let mut id = Sha256::new();
        for part in parts {
            // Lengths first: otherwise two triples could read the same.
            id.update((part.len() as u64).to_be_bytes());
            id.update(part);
        }
        let name = words::name(&given(&self.username).unwrap_or(name));
        let principal = Principal::new(id.finalize().to_vec(), name)
            .with_scopes(hierarchy.expand(&self.scopes()?));
        Ok(Arc::new(match self.exp {
            Some(exp) => principal.expiring_at(exp.saturating_add(skew)),
            None => principal,
        }))
    }

    fn scopes(&self) -> Result<Scopes, Refusal> {
        let named = self.scope.iter().chain(&self.scp).flatten();
        let scopes = named.flat_map(|scopes| scopes.split_ascii_whitespace());
        if scopes.clone().count() > SCOPES {
            return Err(Refusal::Invalid("the token has too many scopes"));
        }
        Ok(scopes.filter(|scope| words::is_scope(scope)).collect())
    }

    /// Checks that whoever shows the token is whom it was issued to, if it says (RFC 7800).
    fn is_theirs(&self, certificate: Option<&[u8; 32]>) -> Result<(), Refusal> {
        use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

        let Some(cnf) = &self.cnf else { return Ok(()) };
        let bound = cnf.get("x5t#S256").and_then(Value::as_str);
        match (bound, certificate) {
            (Some(bound), Some(certificate)) if cnf.len() == 1 => {
                match BASE64_URL_SAFE_NO_PAD.encode(certificate) == bound {
                    true => Ok(()),
                    false => Err(Refusal::Invalid("the token belongs to another certificate")),
                }
            }
            (Some(_), None) if cnf.len() == 1 => Err(Refusal::Invalid(
                "the token belongs to a certificate, and none was shown",
            )),
            // Taken as a bearer's, it would be good for whoever stole it.
            _ => Err(Refusal::Invalid(
                "the token is bound to a key in a way that is not understood here",
            )),
        }
    }
}

/// Reads a string, or a list of strings.
fn words_or_list<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Word(String),
        List(Vec<String>),
    }
    Option::<Either>::deserialize(from).map(|either| {
        either.map(|either| match either {
            Either::Word(word) => vec![word],
            Either::List(list) => list,
        })
    })
}

/// Reads a time (RFC 7519 §2 NumericDate), which may have a fraction.
fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let Some(number) = Option::<serde_json::Number>::deserialize(from)? else {
        return Ok(None);
    };
    if let Some(whole) = number.as_u64() {
        return Ok(Some(whole));
    }
    match number.as_f64() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "in range"
        )]
        Some(part) if (0.0..9e15).contains(&part) => Ok(Some(part as u64)),
        _ => Err(D::Error::custom("no time")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn claims(value: Value) -> Claims {
        serde_json::from_value(value).unwrap()
    }

    const SEEN: Seen<'static> = Seen {
        certificate: None,
        now: NOW,
        skew: 60,
    };

    #[test]
    fn times_have_a_minute_to_either_side() {
        for (value, holds) in [
            (json!({}), true),
            (json!({"exp": NOW - 59}), true),
            (json!({"exp": NOW - 60}), false),
            (json!({"exp": (NOW + 1) as f64 + 0.5}), true),
            (json!({"exp": 0}), false),
            (json!({"nbf": NOW + 60}), true),
            (json!({"nbf": NOW + 61}), false),
            (json!({"iat": NOW + 60, "exp": NOW + 99}), true),
            (json!({"iat": NOW + 61, "exp": NOW + 99}), false),
            (json!({"exp": u64::MAX}), true),
        ] {
            assert_eq!(claims(value.clone()).hold(SEEN).is_ok(), holds, "{value}");
        }
        for bad in [
            r#"{"exp":"1800000000"}"#,
            r#"{"exp":-1}"#,
            r#"{"exp":1e300}"#,
            r#"{"exp":true}"#,
            r#"{"exp":1,"exp":1900000000}"#,
            r#"{"sub":1}"#,
            r#"{"aud":{"a":1}}"#,
            r#"{"scope":[1]}"#,
        ] {
            assert!(serde_json::from_str::<Claims>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn audiences_are_compared_letter_by_letter() {
        let ours: [Box<str>; 2] = ["https://h/mcp".into(), "tidegate".into()];
        for (value, fits) in [
            (json!({"aud": "https://h/mcp"}), true),
            (json!({"aud": ["other", "tidegate"]}), true),
            (json!({"aud": "https://h/mcp/"}), false),
            (json!({"aud": "https://H/mcp"}), false),
            (json!({"aud": "https://h"}), false),
            (json!({"aud": []}), false),
            (json!({"aud": ""}), false),
            (json!({"aud": "tidegate other"}), false),
            (json!({}), false),
        ] {
            assert_eq!(claims(value.clone()).is_for(&ours).is_ok(), fits, "{value}");
        }
    }

    #[test]
    fn a_bearer_is_its_issuer_its_subject_and_its_client() {
        let hierarchy = Hierarchy::new([("admin", ["read"])]).unwrap();
        let principal = |value| claims(value).principal("iss", &hierarchy, 60).unwrap();
        let ann =
            principal(json!({"sub": "ann", "client_id": "c", "scope": "b admin", "scp": ["x"]}));
        assert_eq!(
            (ann.name(), ann.scopes().to_string().as_str()),
            ("ann", "admin b read x")
        );
        let ids = [
            ann.id().to_vec(),
            principal(json!({"sub": "ann"})).id().to_vec(),
            principal(json!({"sub": "annc"})).id().to_vec(),
            principal(json!({"client_id": "ann"})).id().to_vec(),
            principal(json!({"sub": "an", "client_id": "nc"}))
                .id()
                .to_vec(),
        ];
        for (at, id) in ids.iter().enumerate() {
            assert!(!ids[..at].contains(id), "{at}");
        }
        let over = principal(json!({"azp": "job\n", "exp": 100}));
        assert_eq!((over.name(), over.expires()), ("job", Some(160)));
        for nobody in [
            json!({}),
            json!({"sub": ""}),
            json!({"sub": "a".repeat(3000)}),
        ] {
            assert!(claims(nobody).principal("iss", &hierarchy, 0).is_err());
        }
        let many: Vec<String> = (0..300).map(|n| n.to_string()).collect();
        let many = claims(json!({"sub": "a", "scp": many}));
        assert!(many.principal("iss", &hierarchy, 0).is_err());
    }

    #[test]
    fn a_token_that_is_bound_needs_what_it_is_bound_to() {
        let bound = |cnf| claims(json!({ "cnf": cnf }));
        let ours = json!({"x5t#S256": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"});
        let shown = Seen {
            certificate: Some(&[1; 32]),
            ..SEEN
        };
        let other = Seen {
            certificate: Some(&[2; 32]),
            ..SEEN
        };
        assert_eq!(bound(ours.clone()).hold(shown), Ok(()));
        assert!(bound(ours.clone()).hold(other).is_err());
        assert!(bound(ours).hold(SEEN).is_err());
        assert!(bound(json!({"jkt": "x"})).hold(shown).is_err());
        assert!(bound(json!({})).hold(shown).is_err());
    }
}
