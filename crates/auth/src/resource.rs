//! What a server publishes of itself, so that clients find who issues tokens for it (RFC 9728).

use serde::Serialize;
use tidegate_model::Scopes;
use url::Url;

use crate::{Error, fetch, words};

/// Where the document is, before the resource's own path.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// A refresh token is between a client and its issuer; no resource asks for one (2026-07-28
/// authorization §Refresh Tokens).
const NEVER: &str = "offline_access";

/// A protected resource: an endpoint as the world knows it.
#[derive(Clone, Debug)]
pub struct Resource {
    uri: Box<str>,
    metadata: Box<str>,
    paths: Vec<Box<str>>,
    name: Option<Box<str>>,
    issuers: Vec<Box<str>>,
    scopes: Scopes,
}

#[derive(Serialize)]
struct Document<'a> {
    resource: &'a str,
    authorization_servers: &'a [Box<str>],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<&'a str>,
    bearer_methods_supported: [&'a str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<&'a str>,
}

// === impl Resource ===

impl Resource {
    /// Names the endpoint at `path` of the server that the world knows as `public_url`, which may
    /// have a path itself if a proxy puts one before.
    ///
    /// # Errors
    ///
    /// When the URL is none that clients can trust: HTTPS, or HTTP on this machine.
    pub fn new(public_url: &str, path: &str) -> Result<Self, Error> {
        let base = fetch::url(public_url, "the public URL")?;
        if base.query().is_some() {
            return Err(Error::new(
                "the public URL has a query: leave ? and what follows out",
            ));
        }
        let path = path.trim_matches('/');
        let path = if path.is_empty() {
            String::new()
        } else {
            format!("/{path}")
        };
        let whole = format!("{}{path}", base.path().trim_end_matches('/'));
        let at = |path: &str| -> Result<Box<str>, Error> {
            let mut url: Url = base.clone();
            url.set_path(path);
            // The parser puts a slash where there is no path; the canonical form has none.
            let text = url.as_str();
            Ok(if path.is_empty() {
                text.trim_end_matches('/').into()
            } else {
                text.into()
            })
        };
        let mut paths: Vec<Box<str>> = Vec::new();
        for path in [&*whole, &*path, ""] {
            let path = format!("{WELL_KNOWN}{path}").into_boxed_str();
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        Ok(Self {
            uri: at(&whole)?,
            metadata: at(&format!("{WELL_KNOWN}{whole}"))?,
            paths,
            name: None,
            issuers: Vec::new(),
            scopes: Scopes::default(),
        })
    }

    /// Adds who issues tokens for it.
    ///
    /// # Errors
    ///
    /// When it is no URL that clients can trust: HTTPS, or HTTP on this machine.
    pub fn issued_by(mut self, issuer: &str) -> Result<Self, Error> {
        fetch::url(issuer, "the authorization server")?;
        self.issuers.push(issuer.into());
        Ok(self)
    }

    /// Sets what clients may ask for: the scopes that are of use here, as few as will do.
    #[must_use]
    pub fn scopes(mut self, scopes: &Scopes) -> Self {
        self.scopes = without_refresh(scopes);
        self
    }

    /// Sets how people know it.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(words::name(name).into());
        self
    }

    /// Returns its canonical URI, which tokens for it name as their audience.
    #[must_use]
    pub const fn uri(&self) -> &str {
        &self.uri
    }

    /// Returns where the world finds its document; challenges say it.
    #[must_use]
    pub const fn metadata_url(&self) -> &str {
        &self.metadata
    }

    /// Returns the paths at which the document is served: with the endpoint's path, as the world
    /// and as this server know it, and the root's.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(AsRef::as_ref)
    }

    /// Returns the document, in JSON.
    ///
    /// # Errors
    ///
    /// When nobody issues tokens for it: then there is nothing to publish.
    pub fn document(&self) -> Result<Vec<u8>, Error> {
        if self.issuers.is_empty() {
            return Err(Error::new(
                "a protected resource names at least one authorization server: set an issuer",
            ));
        }
        let document = Document {
            resource: &self.uri,
            authorization_servers: &self.issuers,
            scopes_supported: self.scopes.iter().collect(),
            bearer_methods_supported: ["header"],
            resource_name: self.name.as_deref(),
        };
        Ok(serde_json::to_vec(&document).expect("strings and lists of them"))
    }
}

/// Returns scopes without the one that no resource asks for.
pub(crate) fn without_refresh(scopes: &Scopes) -> Scopes {
    scopes.iter().filter(|scope| *scope != NEVER).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_public_url() {
        for (public, path, uri, metadata, paths) in [
            (
                "https://h",
                "/mcp",
                "https://h/mcp",
                "https://h/.well-known/oauth-protected-resource/mcp",
                &["/mcp", ""][..],
            ),
            (
                "https://h:8443/base/",
                "/api/mcp/",
                "https://h:8443/base/api/mcp",
                "https://h:8443/.well-known/oauth-protected-resource/base/api/mcp",
                &["/base/api/mcp", "/api/mcp", ""],
            ),
            (
                "http://127.0.0.1:9/",
                "/",
                "http://127.0.0.1:9",
                "http://127.0.0.1:9/.well-known/oauth-protected-resource",
                &[""],
            ),
        ] {
            let resource = Resource::new(public, path).unwrap();
            assert_eq!((resource.uri(), resource.metadata_url()), (uri, metadata));
            let expected: Vec<_> = paths
                .iter()
                .map(|path| format!("{WELL_KNOWN}{path}"))
                .collect();
            assert_eq!(resource.paths().collect::<Vec<_>>(), expected);
        }
        for bad in [
            "h",
            "http://h",
            "https://h?x",
            "https://h#x",
            "https://a:b@h",
        ] {
            assert!(Resource::new(bad, "/mcp").is_err(), "{bad}");
        }
    }

    #[test]
    fn the_document() {
        let resource = Resource::new("https://h", "mcp").unwrap();
        assert!(
            resource
                .document()
                .unwrap_err()
                .to_string()
                .contains("set an issuer")
        );
        assert!(resource.clone().issued_by("http://as.example").is_err());
        let resource = resource
            .issued_by("https://as.example/t1")
            .unwrap()
            .scopes(&Scopes::read("notes:read offline_access"))
            .name("Notes\r\n");
        let document = String::from_utf8(resource.document().unwrap()).unwrap();
        assert_eq!(
            document,
            r#"{"resource":"https://h/mcp","authorization_servers":["https://as.example/t1"],"scopes_supported":["notes:read"],"bearer_methods_supported":["header"],"resource_name":"Notes"}"#
        );
    }
}
