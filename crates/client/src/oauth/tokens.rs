//! Asking for a token, and what comes of it (RFC 6749 §5, §6).

use std::time::Duration;

use http::{HeaderMap, Method};
use serde::{Deserialize, Deserializer};
use url::Url;

use super::{
    denied::{Denied, denied, refusal},
    dpop::{self, Prover},
    net::{Net, Said, shown},
    party::Proven,
    scopes::Scopes,
    secret::Secret,
};
use crate::error::Error;

/// What an authorization server gave out.
#[derive(Debug, Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: Secret,
    token_type: String,
    #[serde(default, deserialize_with = "seconds")]
    pub(crate) expires_in: Option<Duration>,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) scope: Option<String>,
}

/// What was given out in exchange (RFC 8693 §2.2.1).
#[derive(Deserialize)]
struct Exchanged {
    access_token: Secret,
    issued_token_type: String,
}

/// How many bytes a token may have: it goes into a header with every request.
const LONGEST: usize = 16 * 1024;

const FORM: &str = "application/x-www-form-urlencoded";

// === impl Tokens ===

impl Tokens {
    /// Asks for a token.
    pub(crate) async fn ask(
        net: &Net,
        endpoint: &Url,
        fields: &[(&str, &str)],
        proven: &Proven,
        prover: Option<&Prover>,
    ) -> Result<Self, Denied> {
        let form = form(fields, proven);
        let mut said = post(net, endpoint, &form, &proven.headers, prover).await?;
        if let Some(prover) = prover
            && prover.heed(endpoint, &said.headers)
            && refusal(&said).is_some_and(|refusal| refusal.error == "use_dpop_nonce")
        {
            said = post(net, endpoint, &form, &proven.headers, Some(prover)).await?;
            prover.heed(endpoint, &said.headers);
        }
        Self::read(endpoint, &said, prover.is_some())
    }

    /// Asks for something else than an access token (RFC 8693 §2.2).
    pub(crate) async fn exchange(
        net: &Net,
        endpoint: &Url,
        fields: &[(&str, &str)],
        proven: &Proven,
    ) -> Result<Secret, Denied> {
        let said = post(net, endpoint, &form(fields, proven), &proven.headers, None).await?;
        if !said.status.is_success() {
            return Err(denied(endpoint, &said));
        }
        let wanted = fields
            .iter()
            .find(|(name, _)| *name == "requested_token_type");
        let exchanged: Option<Exchanged> = said.json();
        match exchanged
            .filter(|given| wanted.is_none_or(|(_, kind)| given.issued_token_type == *kind))
        {
            Some(given) => Ok(given.access_token),
            None => Err(Denied::Other(Error::auth(format_args!(
                "{} gives out something else than was asked for",
                shown(endpoint)
            )))),
        }
    }

    /// Tells that a token is not needed any more (RFC 7009 §2).
    pub(crate) async fn revoke(
        net: &Net,
        endpoint: &Url,
        fields: &[(&str, &str)],
        proven: &Proven,
    ) -> Result<(), Error> {
        let said = post(net, endpoint, &form(fields, proven), &proven.headers, None).await?;
        if said.status.is_success() {
            return Ok(());
        }
        let place = shown(endpoint);
        Err(Error::auth(format_args!(
            "{place} takes no token back: {}",
            said.status
        )))
    }

    fn read(endpoint: &Url, said: &Said, bound: bool) -> Result<Self, Denied> {
        if !said.status.is_success() {
            return Err(denied(endpoint, said));
        }
        // A fault in it is not told in detail: the detail would be the token.
        let answer = |why: &str| {
            let endpoint = shown(endpoint);
            Denied::Other(Error::auth(format_args!("{endpoint} answered {why}")))
        };
        let Some(tokens) = said.json::<Self>() else {
            return Err(answer("with no token (RFC 6749 §5.1)"));
        };
        let token = tokens.access_token.reveal();
        let legal = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !legal || token.len() > LONGEST {
            return Err(answer("with a token that no header can carry"));
        }
        let kind = if bound { "DPoP" } else { "Bearer" };
        if !tokens.token_type.eq_ignore_ascii_case(kind) {
            return Err(answer(match bound {
                true => "with a token that is not bound to the client's key",
                false => "with a token of another kind than Bearer",
            }));
        }
        Ok(tokens)
    }

    /// Returns what the token is good for, if the server said it.
    pub(crate) fn granted(&self) -> Option<Scopes> {
        self.scope.as_deref().map(Scopes::read)
    }
}

fn form(fields: &[(&str, &str)], proven: &Proven) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.extend_pairs(proven.fields.iter().map(|(name, value)| (*name, value)));
    form.finish()
}

async fn post(
    net: &Net,
    endpoint: &Url,
    form: &str,
    headers: &HeaderMap,
    prover: Option<&Prover>,
) -> Result<Said, Error> {
    let mut headers = headers.clone();
    if let Some(prover) = prover {
        let proof = prover.prove(&Method::POST, endpoint, None)?;
        headers.insert(dpop::PROOF, proof);
    }
    net.post(endpoint, FORM, headers, form.to_owned()).await
}

/// Some servers write numbers as text.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Option::<Written>::deserialize(deserializer)? {
        Some(Written::Number(seconds)) => Some(Duration::from_secs(seconds)),
        Some(Written::Text(text)) => text.parse().ok().map(Duration::from_secs),
        Some(Written::Other(_)) | None => None,
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;

    use super::*;

    fn read(status: u16, body: &'static str, bound: bool) -> Result<Tokens, Denied> {
        let endpoint = Url::parse("https://as.example/token?tenant=secret").expect("a URL");
        let said = Said {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
        };
        Tokens::read(&endpoint, &said, bound)
    }

    #[test]
    fn a_token_is_read() {
        let body =
            r#"{"access_token":"t0ken","token_type":"bearer","expires_in":"60","scope":"a b"}"#;
        let Ok(tokens) = read(200, body, false) else {
            panic!("a token")
        };
        assert_eq!(tokens.expires_in, Some(Duration::from_secs(60)));
        assert_eq!(tokens.granted(), Some(Scopes::read("a b")));
        assert!(!format!("{tokens:?}").contains("t0ken"));
    }

    #[test]
    fn what_is_no_token_is_refused_without_being_shown() {
        for (body, bound) in [
            (r#"{"access_token":"t0ken","token_type":"mac"}"#, false),
            (r#"{"access_token":"t0ken","token_type":"Bearer"}"#, true),
            (r#"{"access_token":"t0ken\n","token_type":"Bearer"}"#, false),
            (r#"{"access_token":"","token_type":"Bearer"}"#, false),
            (r#"{"access_token":"t0ken"}"#, false),
            ("t0ken", false),
        ] {
            let Err(Denied::Other(error)) = read(200, body, bound) else {
                panic!("{body}")
            };
            let told = format!("{error} {error:?}");
            assert!(
                !told.contains("t0ken") && !told.contains("secret"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_grant_that_is_worth_nothing_is_told_apart() {
        let body = r#"{"error":"invalid_grant","error_description":"revoked\u001b[2J"}"#;
        let Err(Denied::Grant(error)) = read(400, body, false) else {
            panic!("a grant")
        };
        assert!(
            error.to_string().ends_with("invalid_grant: revoked[2J"),
            "{error}"
        );
        assert!(matches!(read(401, body, false), Err(Denied::Other(_))));
        assert!(matches!(read(502, "<html>", false), Err(Denied::Other(_))));
    }
}
