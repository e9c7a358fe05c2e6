//! What an issuer says of a token, judged.

use std::{borrow::Cow, sync::Arc};

use serde::Deserialize;

use crate::{
    Admitted, Hierarchy, Refusal,
    jwt::{Claims, Seen},
};

/// What answers must say.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) endpoint: Box<str>,
    pub(super) issuer: Option<Box<str>>,
    pub(super) audiences: Box<[Box<str>]>,
    pub(super) any_audience: bool,
    pub(super) kept: u64,
    pub(super) hierarchy: Arc<Hierarchy>,
}

#[derive(Deserialize)]
struct Answer {
    active: bool,
    token_type: Option<String>,
}

// === impl Rules ===

impl Rules {
    /// Judges an answer.
    pub(super) fn judge(&self, answer: &[u8], seen: Seen<'_>) -> Result<Admitted, Refusal> {
        /// What is no answer says nothing of the token. The next try is worth it in a while.
        const NONSENSE: Refusal = Refusal::Unavailable(10);
        let Answer { active, token_type } = serde_json::from_slice(answer).map_err(|_| NONSENSE)?;
        if !active {
            return Err(Refusal::Invalid("the token is not active"));
        }
        let claims: Claims = serde_json::from_slice(answer).map_err(|_| NONSENSE)?;
        let is_bearer = |name: &String| name.eq_ignore_ascii_case("bearer");
        // DPoP, refresh tokens: shown as a bearer's they would be good for whoever stole them.
        if !token_type.as_ref().is_none_or(is_bearer) {
            return Err(Refusal::Invalid("the token is no bearer token"));
        }
        let named = claims.iss.as_deref();
        if named.is_some() && self.issuer.is_some() && named != self.issuer.as_deref() {
            return Err(Refusal::Invalid("the token is another issuer's"));
        }
        claims.hold(seen)?;
        if claims.has_audience() || !self.any_audience {
            claims.is_for(&self.audiences)?;
        }
        // Who answers for several issuers has the same subjects for different people.
        let issuer: Cow<'_, str> = match (self.issuer.as_deref(), named) {
            (Some(issuer), _) => issuer.into(),
            (None, Some(named)) => format!("{} {named}", self.endpoint).into(),
            (None, None) => (&*self.endpoint).into(),
        };
        let until = seen.now.saturating_add(self.kept);
        let principal = claims.principal(&issuer, &self.hierarchy, seen.skew)?;
        Ok(Admitted {
            until: principal
                .expires()
                .map_or(until, |expires| until.min(expires)),
            principal,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SEEN: Seen<'static> = Seen {
        certificate: None,
        now: 1000,
        skew: 60,
    };

    fn rules() -> Rules {
        Rules {
            endpoint: "https://as.example/introspect".into(),
            issuer: Some("https://as.example".into()),
            audiences: ["https://h/mcp".into()].into(),
            any_audience: false,
            kept: 30,
            hierarchy: Arc::default(),
        }
    }

    fn judge(answer: Value) -> Result<Admitted, Refusal> {
        rules().judge(answer.to_string().as_bytes(), SEEN)
    }

    fn good() -> Value {
        json!({
            "active": true, "sub": "1", "username": "ann", "aud": "https://h/mcp", "scope": "a b",
            "exp": 2000, "iss": "https://as.example", "token_type": "Bearer",
        })
    }

    #[test]
    fn an_active_token_for_us_is_somebodys() {
        let known = judge(good()).unwrap();
        assert_eq!(known.principal.name(), "ann");
        assert_eq!((known.until, known.principal.expires()), (1030, Some(2060)));
        let mut short = good();
        short["exp"] = json!(950);
        assert_eq!(judge(short).unwrap().until, 1010);
    }

    #[test]
    fn everything_else_is_refused() {
        for (field, value) in [
            ("active", json!(false)),
            ("exp", json!(900)),
            ("nbf", json!(2000)),
            ("iss", json!("https://as.example/")),
            ("aud", json!("https://h/other")),
            ("aud", Value::Null),
            ("token_type", json!("DPoP")),
            ("token_type", json!("refresh_token")),
            ("cnf", json!({"jkt": "x"})),
            ("sub", Value::Null),
        ] {
            let mut bad = good();
            bad[field] = value;
            assert!(
                matches!(judge(bad.clone()), Err(Refusal::Invalid(_))),
                "{bad}"
            );
        }
        for bad in [
            json!([]),
            json!({}),
            json!({"active": "true"}),
            json!({"active": 1}),
        ] {
            assert!(matches!(judge(bad), Err(Refusal::Unavailable(_))));
        }
    }

    #[test]
    fn an_audience_that_is_said_counts_even_if_none_is_needed() {
        let rules = Rules {
            any_audience: true,
            ..rules()
        };
        let mut answer = good();
        answer["aud"] = json!("https://h/other");
        assert!(rules.judge(answer.to_string().as_bytes(), SEEN).is_err());
        answer.as_object_mut().unwrap().remove("aud");
        assert!(rules.judge(answer.to_string().as_bytes(), SEEN).is_ok());
    }
}
