//! Getting what an issuer publishes: a trait, so that nothing else here opens a socket.

#[cfg(feature = "fetch")]
mod web;

use std::{fmt, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::HeaderValue;
use url::Url;

#[cfg(feature = "fetch")]
pub use self::web::Web;
use crate::Error;

/// Bytes of a document. Metadata has two thousand, key sets of the largest issuers twenty thousand.
pub const DOCUMENT: usize = 256 * 1024;

/// How long a document may take. A caller is waiting for it.
pub const WITHIN: Duration = Duration::from_secs(5);

/// Gets documents over HTTP.
///
/// It never follows a redirect, takes [`DOCUMENT`] bytes and [`WITHIN`] at most, and goes on with
/// what it began when nobody waits any more: the next caller finds it done.
pub trait Fetch: Send + Sync + 'static {
    /// Gets a document.
    fn get(&self, url: Url) -> BoxFuture<'static, Result<Document, Unfetched>>;

    /// Posts a form, whose fields may be secret, as may be `authorization`.
    fn post_form(
        &self,
        url: Url,
        authorization: HeaderValue,
        form: String,
    ) -> BoxFuture<'static, Result<Document, Unfetched>>;

    /// Sees to it that `work` ends, whether anybody waits for it or not: what was asked for a caller
    /// that hung up is not left half done. Where nothing can, it waits for the next caller.
    fn see_through(&self, work: BoxFuture<'static, ()>) {
        drop(work);
    }
}

/// A document that came with status 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its bytes.
    pub body: Bytes,
    /// For how many seconds it may be kept, if it says (`Cache-Control: max-age`; 0 if it must not
    /// be kept).
    pub max_age: Option<u64>,
}

/// Why there is no document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfetched {
    /// Nobody answers, or not in time.
    Unreachable,
    /// There was an answer with another status.
    Status(u16),
    /// It is longer than [`DOCUMENT`].
    TooLong,
}

// === impl Unfetched ===

impl fmt::Display for Unfetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("nobody answers in time"),
            Self::Status(status) => write!(f, "the answer has status {status}"),
            Self::TooLong => f.write_str("the answer is longer than 256 KiB"),
        }
    }
}

impl std::error::Error for Unfetched {}

/// Reads a URL to fetch from: HTTPS, or HTTP on this machine, and no password in it.
pub(crate) fn url(text: &str, what: &str) -> Result<Url, Error> {
    let wrong = |why: &str| {
        let shown = crate::words::name(text);
        // A password is no less secret for standing in the wrong place.
        let shown = if shown.contains('@') { "…" } else { &shown };
        Error::new(format!("{what} {shown:?} {why}"))
    };
    let url = Url::parse(text).map_err(|_| wrong("is no URL: write https://host/path"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("has a user in it: leave that out"));
    }
    if url.fragment().is_some() {
        return Err(wrong("has a fragment: leave # and what follows out"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(wrong(
            "must begin with https:// (http:// is for 127.0.0.1, [::1] and localhost)",
        )),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_or_this_machine() {
        for good in [
            "https://as.example",
            "https://as.example:8443/t1",
            "http://127.0.0.1:9/x",
            "http://localhost:9",
            "http://[::1]/",
        ] {
            assert!(url(good, "the issuer").is_ok(), "{good}");
        }
        for bad in [
            "",
            "as.example",
            "http://as.example",
            "http://127.0.0.1.example",
            "http://[::ffff:10.0.0.1]/",
            "ftp://as.example",
            "file:///etc/passwd",
            "https://ann:hunter2@as.example",
            "https://as.example/#x",
        ] {
            let error = url(bad, "the issuer").unwrap_err().to_string();
            assert!(
                error.starts_with("the issuer \"") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
