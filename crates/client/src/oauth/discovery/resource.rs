//! What a server says of itself (RFC 9728): its name, who gives out tokens for it, what those are good
//! for.

use http::StatusCode;
use serde::Deserialize;
use url::Url;

use super::is_name;
use crate::{
    error::Error,
    oauth::{
        challenge::Challenge,
        net::{Net, shown},
        scopes::Scopes,
    },
};

/// What a server says of itself.
#[derive(Debug, Deserialize)]
pub(super) struct Resource {
    /// Its name, letter for letter.
    pub(super) resource: String,
    pub(super) authorization_servers: Option<Vec<String>>,
    pub(super) scopes_supported: Option<Scopes>,
}

/// Where the document is, below the origin.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

// === impl Resource ===

impl Resource {
    /// Gets the document: where the challenge says, at the well-known place of the endpoint, at that of
    /// the origin (2026-07-28 authorization server discovery). `None`: the server has none.
    ///
    /// # Errors
    ///
    /// When it is another server's.
    pub(super) async fn of(
        net: &Net,
        server: &Url,
        challenge: &Challenge,
    ) -> Result<Option<Self>, Error> {
        for place in places(server, challenge)? {
            let said = net.get(&place).await?;
            if said.status != StatusCode::OK {
                tracing::debug!(place = shown(&place), status = %said.status, "no metadata here");
                continue;
            }
            // Some servers answer any path with a page.
            let Some(resource) = said.json::<Self>() else {
                tracing::debug!(place = shown(&place), "what is here is no metadata");
                continue;
            };
            resource.check(server)?;
            return Ok(Some(resource));
        }
        Ok(None)
    }

    /// Whoever serves a document for another name is not who they say (RFC 9728 §3.3). A server may
    /// name a part of its origin that the endpoint is in.
    fn check(&self, server: &Url) -> Result<(), Error> {
        let holds = |named: &Url| {
            let (all, path) = (named.path().trim_end_matches('/'), server.path());
            let rest = path.strip_prefix(all);
            let inside = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            named.origin() == server.origin()
                && inside
                && named.fragment().is_none()
                && (named.query().is_none() || named.query() == server.query())
        };
        let named = Url::parse(&self.resource).ok();
        if named.is_some_and(|named| is_name(&self.resource) && holds(&named)) {
            return Ok(());
        }
        let named: String = self.resource.chars().take(200).collect();
        Err(Error::auth(format_args!(
            "the metadata of {} is for another server, {named:?}; nobody is asked for a token",
            shown(server),
        )))
    }
}

/// Returns the name of a server that does not say it.
pub(super) fn canonical(server: &Url) -> String {
    let mut name = server.clone();
    name.set_fragment(None);
    let text: String = name.into();
    // Preferred without the slash that an empty path is written with (2026-07-28 §Resource Parameter).
    match text.strip_suffix('/') {
        Some(short) if server.path() == "/" => short.to_owned(),
        _ => text,
    }
}

/// Returns where the document may be, in the order that is prescribed.
fn places(server: &Url, challenge: &Challenge) -> Result<Vec<Url>, Error> {
    let mut places = Vec::new();
    if let Some(told) = &challenge.resource_metadata {
        let told = server.join(told).map_err(|error| {
            Error::auth("the server says that its metadata is at something that is no URL")
                .because(error)
        })?;
        places.push(told);
    }
    let path = server.path().trim_end_matches('/');
    let mut known = server.clone();
    known.set_query(None);
    for path in [path, ""] {
        known.set_path(&format!("{WELL_KNOWN}{path}"));
        if !places.contains(&known) {
            places.push(known.clone());
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn the_places_are_asked_in_order() {
        for (server, told, expected) in [
            (
                "https://a.example/api/mcp?x=1",
                None,
                &[
                    "https://a.example/.well-known/oauth-protected-resource/api/mcp",
                    "https://a.example/.well-known/oauth-protected-resource",
                ][..],
            ),
            (
                "https://a.example/mcp",
                Some("https://b.example/meta"),
                &[
                    "https://b.example/meta",
                    "https://a.example/.well-known/oauth-protected-resource/mcp",
                    "https://a.example/.well-known/oauth-protected-resource",
                ],
            ),
            (
                "https://a.example/",
                Some("/.well-known/oauth-protected-resource"),
                &["https://a.example/.well-known/oauth-protected-resource"],
            ),
        ] {
            let challenge = Challenge {
                resource_metadata: told.map(str::to_owned),
                ..Challenge::default()
            };
            let places = places(&url(server), &challenge).expect("URLs");
            let places: Vec<&str> = places.iter().map(Url::as_str).collect();
            assert_eq!(places, expected);
        }
    }

    #[test]
    fn a_document_is_for_the_server_or_a_part_of_its_origin() {
        let server = url("https://a.example/api/mcp");
        for (name, fits) in [
            ("https://a.example/api/mcp", true),
            ("https://a.example/api", true),
            ("https://a.example/api/", true),
            ("https://a.example", true),
            ("https://A.example:443/api/mcp", true),
            ("https://a.example/api/mcp\n", false),
            ("https://a.example/ap", false),
            ("https://a.example/api/mcp/x", false),
            ("https://a.example/api/mcp#f", false),
            ("http://a.example/api/mcp", false),
            ("https://a.example:8443/api/mcp", false),
            ("https://evil.example/api/mcp", false),
            ("https://a.example.evil.example/api/mcp", false),
            ("", false),
        ] {
            let resource = Resource {
                resource: name.to_owned(),
                authorization_servers: None,
                scopes_supported: None,
            };
            assert_eq!(resource.check(&server).is_ok(), fits, "{name}");
        }
    }

    #[test]
    fn a_server_that_does_not_say_its_name_has_that_of_its_url() {
        for (server, name) in [
            ("https://a.example/", "https://a.example"),
            ("https://a.example/mcp", "https://a.example/mcp"),
            ("https://a.example/mcp/", "https://a.example/mcp/"),
        ] {
            assert_eq!(canonical(&url(server)), name);
        }
    }
}
