//! What an authorization server says of itself (RFC 8414, OpenID Connect Discovery).

use http::StatusCode;
use serde::{Deserialize, Deserializer};
use url::Url;

use super::is_name;
use crate::{
    error::Error,
    oauth::{
        net::{Net, shown},
        scopes::Scopes,
    },
};

/// What an authorization server says of itself.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Issuer {
    /// Its name, letter for letter.
    pub(crate) issuer: String,
    #[serde(default, deserialize_with = "url_if")]
    pub(crate) authorization_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "url_if")]
    pub(crate) token_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "url_if")]
    pub(crate) registration_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "url_if")]
    pub(crate) revocation_endpoint: Option<Url>,
    pub(crate) scopes_supported: Option<Scopes>,
    pub(crate) code_challenge_methods_supported: Option<Vec<String>>,
    pub(crate) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    pub(crate) authorization_response_iss_parameter_supported: Option<bool>,
    pub(crate) client_id_metadata_document_supported: Option<bool>,
    /// Whether nothing was said and everything is where 2025-03-26 says it is by default.
    #[serde(skip)]
    pub(crate) assumed: bool,
}

const OAUTH: &str = "/.well-known/oauth-authorization-server";

const OPENID: &str = "/.well-known/openid-configuration";

// === impl Issuer ===

impl Issuer {
    /// Gets the metadata of the authorization server that calls itself `name`. `None`: it has none.
    ///
    /// # Errors
    ///
    /// When the document is another server's (RFC 8414 §3.3): then none of it is used.
    pub(super) async fn named(net: &Net, name: &str) -> Result<Option<Self>, Error> {
        let parsed = Url::parse(name).ok().filter(|_| is_name(name));
        let url = parsed
            .ok_or_else(|| Error::auth("the server names something to log in at that is no URL"))?;
        let Some((place, found)) = first(net, places(&url)).await? else {
            return Ok(None);
        };
        if found.issuer != name {
            let said: String = found.issuer.chars().take(200).collect();
            return Err(Error::auth(format_args!(
                "{} is to be the metadata of {name:?}, and says that it is {said:?}'s; \
                 nothing of it is used",
                shown(&place),
            )));
        }
        Ok(Some(found))
    }

    /// Gets the metadata of a server that is its own authorization server, as in 2025-03-26: at its
    /// origin, or else where everything is by default. Nobody has said the issuer's name, so it is
    /// bound by the origin that the document came from.
    pub(super) async fn at_origin(net: &Net, server: &Url) -> Result<Self, Error> {
        let mut origin = server.clone();
        origin.set_path("");
        origin.set_query(None);
        let Some((place, found)) = first(net, places(&origin)).await? else {
            return Self::assumed(&origin);
        };
        let is_here = |name: &str| {
            is_name(name) && Url::parse(name).is_ok_and(|name| name.origin() == origin.origin())
        };
        if !is_here(&found.issuer) {
            return Err(Error::auth(format_args!(
                "{} says that it is another server's; nothing of it is used",
                shown(&place)
            )));
        }
        Ok(found)
    }

    /// 2025-03-26 authorization §Fallbacks for Servers without Metadata Discovery.
    fn assumed(origin: &Url) -> Result<Self, Error> {
        let at = |path: &str| {
            origin.join(path).map_err(|error| {
                Error::input("the server's URL has no origin to log in at").because(error)
            })
        };
        Ok(Self {
            issuer: origin.origin().ascii_serialization(),
            authorization_endpoint: Some(at("/authorize")?),
            token_endpoint: Some(at("/token")?),
            registration_endpoint: Some(at("/register")?),
            assumed: true,
            ..Self::default()
        })
    }

    /// Returns where tokens are given out.
    pub(crate) fn token_endpoint(&self) -> Result<&Url, Error> {
        self.token_endpoint.as_ref().ok_or_else(|| {
            Error::auth(format_args!(
                "{} does not say where it gives out tokens",
                self.issuer
            ))
        })
    }

    /// Returns where users log in.
    ///
    /// # Errors
    ///
    /// When there is no such place, or what comes back from it could be stolen on the way: a server
    /// that does not say that it knows PKCE is not used (2026-07-28 authorization §Authorization Code
    /// Protection).
    pub(crate) fn authorization_endpoint(&self) -> Result<&Url, Error> {
        let methods = self.code_challenge_methods_supported.as_ref();
        let safe = methods.is_some_and(|methods| methods.iter().any(|method| method == "S256"));
        if !safe && !self.assumed {
            return Err(Error::auth(format_args!(
                "{} does not say that it protects codes by PKCE with S256 \
                 (code_challenge_methods_supported), so nobody is sent there to log in",
                self.issuer
            )));
        }
        self.authorization_endpoint.as_ref().ok_or_else(|| {
            Error::auth(format_args!(
                "{} does not say where users log in",
                self.issuer
            ))
        })
    }

    /// Returns whether a client may prove who it is in this way. Without a word it is Basic
    /// (RFC 8414 §2).
    pub(crate) fn takes(&self, method: &str) -> bool {
        match &self.token_endpoint_auth_methods_supported {
            Some(methods) => methods.iter().any(|known| known == method),
            None => method == "client_secret_basic",
        }
    }

    /// Returns whether a refresh token can be asked for by a scope (OpenID Connect).
    pub(crate) fn has_offline_access(&self) -> bool {
        let scopes = self.scopes_supported.as_ref();
        scopes.is_some_and(|scopes| scopes.has("offline_access"))
    }
}

/// Some write an empty text for what they do not have.
fn url_if<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| Url::parse(&text).ok()))
}

async fn first(net: &Net, places: Vec<Url>) -> Result<Option<(Url, Issuer)>, Error> {
    for place in places {
        let said = net.get(&place).await?;
        if said.status == StatusCode::OK
            && let Some(found) = said.json::<Issuer>()
        {
            return Ok(Some((place, found)));
        }
        tracing::debug!(place = shown(&place), status = %said.status, "no metadata here");
    }
    Ok(None)
}

/// Returns where the document may be, in the order that is prescribed (2026-07-28 authorization
/// server discovery).
fn places(issuer: &Url) -> Vec<Url> {
    let path = issuer.path().trim_end_matches('/');
    let mut paths = vec![format!("{OAUTH}{path}"), format!("{OPENID}{path}")];
    if !path.is_empty() {
        paths.push(format!("{path}{OPENID}"));
    }
    let at = |path: String| {
        let mut place = issuer.clone();
        place.set_query(None);
        place.set_fragment(None);
        place.set_path(&path);
        place
    };
    paths.into_iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_are_asked_in_order() {
        for (issuer, expected) in [
            (
                "https://as.example",
                &[
                    "https://as.example/.well-known/oauth-authorization-server",
                    "https://as.example/.well-known/openid-configuration",
                ][..],
            ),
            (
                "https://as.example/t1/",
                &[
                    "https://as.example/.well-known/oauth-authorization-server/t1",
                    "https://as.example/.well-known/openid-configuration/t1",
                    "https://as.example/t1/.well-known/openid-configuration",
                ],
            ),
        ] {
            let places = places(&Url::parse(issuer).expect("a URL"));
            let places: Vec<&str> = places.iter().map(Url::as_str).collect();
            assert_eq!(places, expected);
        }
    }

    #[test]
    fn what_a_server_does_not_have_may_be_written_in_any_way() {
        let text = r#"{"issuer": "https://as.example", "registration_endpoint": "",
            "token_endpoint": "https://as.example/token", "revocation_endpoint": null,
            "scopes_supported": null, "client_id_metadata_document_supported": null}"#;
        let issuer: Issuer = serde_json::from_str(text).expect("metadata");
        assert!(issuer.registration_endpoint.is_none() && issuer.token_endpoint.is_some());
    }

    #[test]
    fn nobody_logs_in_where_codes_are_not_protected() {
        let endpoint = Url::parse("https://as.example/authorize").expect("a URL");
        for (methods, safe) in [
            (None, false),
            (Some(vec![]), false),
            (Some(vec!["plain"]), false),
            (Some(vec!["plain", "S256"]), true),
        ] {
            let issuer = Issuer {
                issuer: "https://as.example".to_owned(),
                authorization_endpoint: Some(endpoint.clone()),
                code_challenge_methods_supported: methods
                    .map(|methods| methods.into_iter().map(str::to_owned).collect()),
                ..Issuer::default()
            };
            assert_eq!(issuer.authorization_endpoint().is_ok(), safe);
        }
    }
}
