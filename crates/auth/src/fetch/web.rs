//! [`Fetch`] by reqwest, over TLS by rustls.

use bytes::BytesMut;
use futures_util::future::{BoxFuture, FutureExt as _};
use http::{HeaderValue, header};
use reqwest::{Client, RequestBuilder, redirect::Policy};
use url::Url;

use super::{DOCUMENT, Document, Fetch, Unfetched, WITHIN, is_loopback};
use crate::Error;

/// Gets documents by HTTP and HTTPS.
#[derive(Clone, Debug)]
pub struct Web {
    /// To this machine without TLS: the system's certificates are not needed, and may be missing.
    plain: Client,
    /// To this machine: a proxy's own loopback is another machine.
    near: Client,
    /// To everywhere else, through the system's proxy if there is one.
    far: Client,
}

// === impl Web ===

impl Web {
    /// Trusts the system's certificates, and those of `roots`, in PEM.
    ///
    /// # Errors
    ///
    /// When one of `roots` is no certificate, or this machine can do no TLS.
    pub fn new(roots: &[&[u8]]) -> Result<Self, Error> {
        let settings = || {
            Client::builder()
                .redirect(Policy::none())
                .referer(false)
                .timeout(WITHIN)
        };
        Ok(Self {
            plain: built(settings().no_proxy().tls_certs_only([]), &[])?,
            near: built(settings().no_proxy(), roots)?,
            far: built(settings(), roots)?,
        })
    }

    fn client(&self, url: &Url) -> &Client {
        match (is_loopback(url), url.scheme()) {
            (true, "http") => &self.plain,
            (true, _) => &self.near,
            (false, _) => &self.far,
        }
    }
}

impl Fetch for Web {
    fn get(&self, url: Url) -> BoxFuture<'static, Result<Document, Unfetched>> {
        let request = self.client(&url).get(url);
        goes_on(request)
    }

    fn post_form(
        &self,
        url: Url,
        mut authorization: HeaderValue,
        form: String,
    ) -> BoxFuture<'static, Result<Document, Unfetched>> {
        authorization.set_sensitive(true);
        let request = self
            .client(&url)
            .post(url)
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        goes_on(request)
    }

    fn see_through(&self, work: BoxFuture<'static, ()>) {
        tokio::spawn(work);
    }
}

fn built(mut builder: reqwest::ClientBuilder, roots: &[&[u8]]) -> Result<Client, Error> {
    for pem in roots {
        let certificates = reqwest::Certificate::from_pem_bundle(pem).ok();
        // Text without any is a file that was meant otherwise.
        let certificates = certificates.filter(|certificates| !certificates.is_empty());
        let certificates = certificates
            .ok_or_else(|| Error::new("the root certificate is no PEM file of certificates"))?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder
        .build()
        .map_err(|error| Error::new(format!("HTTPS cannot be set up on this machine: {error}")))
}

/// Begins now, and ends whether anybody waits or not.
fn goes_on(request: RequestBuilder) -> BoxFuture<'static, Result<Document, Unfetched>> {
    let task = async move {
        let task = tokio::spawn(fetch(request));
        task.await.unwrap_or(Err(Unfetched::Unreachable))
    };
    task.boxed()
}

async fn fetch(request: RequestBuilder) -> Result<Document, Unfetched> {
    let request = request.header(header::ACCEPT, "application/json");
    let mut response = request.send().await.map_err(|_| Unfetched::Unreachable)?;
    if response.status() != http::StatusCode::OK {
        return Err(Unfetched::Status(response.status().as_u16()));
    }
    let max_age = max_age(response.headers());
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Unfetched::Unreachable)? {
        if body.len() + chunk.len() > DOCUMENT {
            return Err(Unfetched::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Document {
        body: body.freeze(),
        max_age,
    })
}

fn max_age(headers: &header::HeaderMap) -> Option<u64> {
    let values = headers.get_all(header::CACHE_CONTROL).iter();
    let words = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let mut found = None;
    for word in words {
        let word = word.trim().to_ascii_lowercase();
        if word == "no-store" || word == "no-cache" {
            return Some(0);
        }
        if let Some(seconds) = word.strip_prefix("max-age=") {
            found = seconds.trim_matches('"').parse().ok();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        for (text, age) in [
            ("public, max-age=300", Some(300)),
            ("Max-Age=\"60\"", Some(60)),
            ("max-age=300, no-cache", Some(0)),
            ("no-store", Some(0)),
            ("max-age=soon", None),
            ("private", None),
        ] {
            let mut headers = header::HeaderMap::new();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(text));
            assert_eq!(max_age(&headers), age, "{text}");
        }
    }

    #[test]
    fn a_root_that_is_no_certificate_is_told() {
        assert!(Web::new(&[]).is_ok());
        for wrong in [
            &b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n"[..],
            b"no PEM",
            b"",
        ] {
            assert!(Web::new(&[wrong]).is_err(), "{wrong:?}");
        }
    }
}
