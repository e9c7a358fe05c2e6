//! Where an issuer says that its keys are (RFC 8414, OpenID Connect Discovery).

use serde::Deserialize;
use url::Url;

use crate::{
    Error,
    fetch::{self, Fetch, Unfetched},
};

/// What of the metadata matters here.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// Returns where the metadata of an issuer may be, in the order to look.
pub(super) fn places(issuer: &Url) -> Vec<Url> {
    let path = issuer.path().trim_matches('/');
    let at = |path: String| {
        let mut url = issuer.clone();
        url.set_query(None);
        url.set_path(&path);
        url
    };
    let (oauth, openid) = (
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    );
    if path.is_empty() {
        return vec![at(oauth.to_owned()), at(openid.to_owned())];
    }
    vec![
        at(format!("{oauth}/{path}")),
        at(format!("{openid}/{path}")),
        at(format!("/{path}{openid}")),
    ]
}

/// Looks for the place of an issuer's keys.
pub(super) async fn find(fetch: &dyn Fetch, issuer: &str, at: &Url) -> Result<Url, Error> {
    let mut why = Error::new("it publishes no metadata");
    for place in places(at) {
        match fetch.get(place.clone()).await {
            // There is no other way to learn that a document is not there.
            Err(error @ Unfetched::Status(_)) => why = Error::new(format!("{place}: {error}")),
            Err(error) => return Err(Error::new(format!("{place}: {error}"))),
            Ok(document) => return read(&document.body, issuer, at),
        }
    }
    Err(why)
}

fn read(document: &[u8], issuer: &str, at: &Url) -> Result<Url, Error> {
    let metadata: Metadata = serde_json::from_slice(document)
        .map_err(|_| Error::new("its metadata is no JSON object with issuer and jwks_uri"))?;
    // Letter by letter (RFC 8414 §3.3): otherwise one tenant could speak for another.
    if metadata.issuer != issuer {
        return Err(Error::new("its metadata names another issuer"));
    }
    let keys = fetch::url(&metadata.jwks_uri, "its jwks_uri")?;
    // What is public must not send us to services of this machine.
    if fetch::is_loopback(&keys) && !fetch::is_loopback(at) {
        return Err(Error::new("its jwks_uri points at this machine"));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_order_of_the_specification() {
        let places = |issuer: &str| -> Vec<String> {
            let places = places(&issuer.parse().unwrap());
            places.iter().map(Url::to_string).collect()
        };
        let root = [
            "https://as.example/.well-known/oauth-authorization-server",
            "https://as.example/.well-known/openid-configuration",
        ];
        assert_eq!(places("https://as.example"), root);
        assert_eq!(places("https://as.example/"), root);
        assert_eq!(
            places("https://as.example:1/t1/"),
            [
                "https://as.example:1/.well-known/oauth-authorization-server/t1",
                "https://as.example:1/.well-known/openid-configuration/t1",
                "https://as.example:1/t1/.well-known/openid-configuration",
            ]
        );
    }

    #[test]
    fn metadata_must_be_the_issuers_own() {
        let issuer = "https://as.example";
        let read = |metadata: &str| read(metadata.as_bytes(), issuer, &issuer.parse().unwrap());
        let good = r#"{"issuer":"https://as.example","jwks_uri":"https://keys.example/a"}"#;
        assert_eq!(read(good).unwrap().as_str(), "https://keys.example/a");
        for (bad, why) in [
            (good.replace("as.example", "as.example/"), "another issuer"),
            (good.replace("https://keys", "http://keys"), "https://"),
            (
                good.replace("https://keys.example", "http://127.0.0.1"),
                "this machine",
            ),
            (good.replace("jwks_uri", "keys"), "jwks_uri"),
            ("[]".to_owned(), "no JSON object"),
        ] {
            let error = read(&bad).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
