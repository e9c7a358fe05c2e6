//! The link over HTTP/1.1 and HTTP/2, plain or with TLS.

use std::{sync::Arc, time::Duration};

use http_body_util::BodyExt;
use reqwest::redirect::Policy;
use url::Url;

use super::Link;
use crate::error::{BoxError, Error};

/// How connections are made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Certificates to trust beside the system's, in PEM.
    pub(crate) root_certificates: Vec<Vec<u8>>,
}

/// How long a connection may take. Loopback takes microseconds, another continent a second; a
/// host that drops packets would hold a caller for minutes.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Returns the link to `url`.
pub(crate) fn over_http(url: &Url, options: &Options) -> Result<Link, Error> {
    let client = client(url, options)?;
    Ok(Arc::new(move |request| {
        let client = client.clone();
        Box::pin(async move {
            let request = reqwest::Request::try_from(request)?;
            let response = client.execute(request).await?;
            let response = ::http::Response::<reqwest::Body>::from(response);
            Ok(response.map(|body| {
                body.map_err(|error| -> BoxError { error.into() })
                    .boxed_unsync()
            }))
        })
    }))
}

/// Returns a client whose connections to `url` can become something else than HTTP.
pub(super) fn upgrading(url: &Url, options: &Options) -> Result<reqwest::Client, Error> {
    // HTTP/2 has its own way of it, which few servers know.
    built(settings_to(url, options)?.http1_only())
}

fn client(url: &Url, options: &Options) -> Result<reqwest::Client, Error> {
    built(settings_to(url, options)?)
}

fn settings_to(url: &Url, options: &Options) -> Result<reqwest::ClientBuilder, Error> {
    settings(url.scheme() != "http", is_loopback(url), options)
}

/// Returns what a client is made of: with TLS or without, for this machine alone or any.
pub(crate) fn settings(
    secure: bool,
    near: bool,
    options: &Options,
) -> Result<reqwest::ClientBuilder, Error> {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_WITHIN)
        // A redirect could carry tokens to another host, and turns POST into GET.
        .redirect(Policy::none());
    if near {
        // A proxy's own loopback is another machine.
        builder = builder.no_proxy();
    }
    if !secure {
        // Without TLS the system's certificates are not needed, and may be missing.
        builder = builder.tls_certs_only([]);
    }
    for pem in &options.root_certificates {
        let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(|error| {
            Error::input("the root certificate is no PEM file of certificates").because(error)
        })?;
        builder = builder.tls_certs_merge(certificates);
    }
    Ok(builder)
}

pub(crate) fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    builder
        .build()
        .map_err(|error| Error::input("HTTPS cannot be set up on this machine").because(error))
}

/// Returns whether a URL names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
