//! Who a client is to an authorization server, and how it proves that when it asks for a token
//! (RFC 6749 §2.3, RFC 7523 §2.2).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    discovery::Issuer,
    dpop::unix_time,
    key::{self, SigningKey},
    secret::Secret,
};
use crate::error::Error;

/// A client as an authorization server knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Party {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<Secret>,
    pub(crate) proof: Proof,
    /// Where its users come back to, if that is a part of what the server knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect: Option<String>,
    /// When the server forgets its secret, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<u64>,
    /// Whether somebody registered it there by hand: then it is nobody's elsewhere.
    #[serde(default)]
    pub(crate) given: bool,
}

/// How a client proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proof {
    /// Not at all: it has no secret.
    None,
    ClientSecretBasic,
    ClientSecretPost,
    /// By its key, which is kept by whoever brought it.
    PrivateKeyJwt,
}

/// What a client adds to a token request to prove who it is.
#[derive(Default)]
pub(crate) struct Proven {
    pub(crate) headers: HeaderMap,
    pub(crate) fields: Vec<(&'static str, String)>,
}

/// How long an assertion is good for: it is used at once, and clocks differ by a minute.
const ASSERTION_FOR: u64 = 120;

// === impl Party ===

impl Party {
    /// Returns a client that was registered by hand.
    ///
    /// # Errors
    ///
    /// When the server takes no such proof as the client has.
    pub(crate) fn given(
        id: &str,
        secret: Option<&Secret>,
        key: Option<&SigningKey>,
        issuer: &Issuer,
    ) -> Result<Self, Error> {
        Ok(Self {
            id: id.to_owned(),
            proof: Proof::choose(secret.is_some(), key.is_some(), issuer)?,
            secret: secret.cloned(),
            redirect: None,
            expires: None,
            given: true,
        })
    }

    /// Proves who asks.
    pub(crate) fn prove(&self, issuer: &str, key: Option<&SigningKey>) -> Result<Proven, Error> {
        let mut proven = Proven::default();
        let secret = self.secret.as_ref().map(Secret::reveal).unwrap_or_default();
        match self.proof {
            Proof::None => proven.fields.push(("client_id", self.id.clone())),
            Proof::ClientSecretPost => {
                proven.fields.push(("client_id", self.id.clone()));
                proven.fields.push(("client_secret", secret.to_owned()));
            }
            Proof::ClientSecretBasic => {
                // Either half is encoded as a form's (RFC 6749 §2.3.1).
                let half = |text: &str| {
                    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
                };
                let both = STANDARD.encode(format!("{}:{}", half(&self.id), half(secret)));
                let mut value = HeaderValue::try_from(format!("Basic {both}"))
                    .expect("Base64 may stand in a header");
                value.set_sensitive(true);
                proven.headers.insert(header::AUTHORIZATION, value);
            }
            Proof::PrivateKeyJwt => {
                let key = key.ok_or_else(|| {
                    Error::auth(format_args!(
                        "the client {} proves itself to {issuer} by a key, which is not here",
                        self.id
                    ))
                })?;
                proven.fields.push(("client_id", self.id.clone()));
                proven.fields.push((
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
                ));
                let assertion = self.assertion(issuer, key)?;
                proven.fields.push(("client_assertion", assertion));
            }
        }
        Ok(proven)
    }

    fn assertion(&self, issuer: &str, key: &SigningKey) -> Result<String, Error> {
        let now = unix_time();
        let claims = json!({
            "iss": self.id,
            "sub": self.id,
            "aud": issuer,
            "jti": key::random()?,
            "iat": now,
            "exp": now + ASSERTION_FOR,
        });
        key.sign(json!({"typ": "JWT"}), &claims)
    }
}

// === impl Proof ===

impl Proof {
    /// Chooses among what client and server have in common.
    pub(crate) fn choose(secret: bool, key: bool, issuer: &Issuer) -> Result<Self, Error> {
        let refuse = |what: &str| {
            Err(Error::auth(format_args!(
                "{} takes no client that proves itself by {what}; it takes {}",
                issuer.issuer,
                issuer
                    .token_endpoint_auth_methods_supported
                    .as_deref()
                    .unwrap_or_default()
                    .join(", ")
            )))
        };
        let silent = issuer.token_endpoint_auth_methods_supported.is_none();
        if key {
            // Those who do not say what they take may take it: it is tried.
            return match silent || issuer.takes("private_key_jwt") {
                true => Ok(Self::PrivateKeyJwt),
                false => refuse("a key (private_key_jwt)"),
            };
        }
        if !secret {
            return Ok(Self::None);
        }
        if issuer.takes("client_secret_basic") {
            Ok(Self::ClientSecretBasic)
        } else if issuer.takes("client_secret_post") {
            Ok(Self::ClientSecretPost)
        } else {
            refuse("a secret")
        }
    }

    /// Reads the name it has on the wire.
    pub(crate) fn read(name: &str) -> Option<Self> {
        Some(match name {
            "none" => Self::None,
            "client_secret_basic" => Self::ClientSecretBasic,
            "client_secret_post" => Self::ClientSecretPost,
            "private_key_jwt" => Self::PrivateKeyJwt,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(methods: Option<&[&str]>) -> Issuer {
        Issuer {
            issuer: "https://as.example".to_owned(),
            token_endpoint_auth_methods_supported: methods
                .map(|methods| methods.iter().map(|&method| method.to_owned()).collect()),
            ..Issuer::default()
        }
    }

    #[test]
    fn the_proof_is_one_that_the_server_takes() {
        let choose = |secret, key, methods| Proof::choose(secret, key, &issuer(methods)).ok();
        assert_eq!(choose(false, false, None), Some(Proof::None));
        assert_eq!(choose(true, false, None), Some(Proof::ClientSecretBasic));
        let post = Some(&["client_secret_post", "none"][..]);
        assert_eq!(choose(true, false, post), Some(Proof::ClientSecretPost));
        assert_eq!(choose(true, false, Some(&["private_key_jwt"])), None);
        assert_eq!(choose(false, true, post), None);
        let key = Some(&["private_key_jwt"][..]);
        assert_eq!(choose(true, true, key), Some(Proof::PrivateKeyJwt));
        assert_eq!(choose(false, true, None), Some(Proof::PrivateKeyJwt));
    }

    #[test]
    fn a_secret_goes_where_the_server_wants_it_and_is_not_shown() {
        let secret = Secret::from("s:/ é");
        let mut party = Party::given("me&", Some(&secret), None, &issuer(None)).expect("basic");
        let proven = party.prove("https://as.example", None).expect("proven");
        let basic = &proven.headers[header::AUTHORIZATION];
        let expected = STANDARD.encode("me%26:s%3A%2F+%C3%A9");
        assert_eq!(basic.to_str().expect("text"), format!("Basic {expected}"));
        assert!(proven.fields.is_empty() && basic.is_sensitive());
        party.proof = Proof::ClientSecretPost;
        let proven = party.prove("https://as.example", None).expect("proven");
        assert_eq!(proven.fields[1], ("client_secret", "s:/ é".to_owned()));
        assert!(!format!("{party:?}").contains("s:/"));
        party.proof = Proof::PrivateKeyJwt;
        assert!(
            party.prove("https://as.example", None).is_err(),
            "there is no key"
        );
    }
}
