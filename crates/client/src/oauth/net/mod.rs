//! Asking authorization servers, within bounds: of bytes, of time, of where they lead.

mod border;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use url::Url;

use self::border::Border;
pub(crate) use self::border::shown;
use crate::{
    error::Error,
    link::{self, Options},
};

/// What asks.
pub(crate) struct Net {
    border: Border,
    options: Options,
    /// Never a proxy: that one's loopback is another machine.
    near: bool,
    plain: OnceLock<reqwest::Client>,
    secure: OnceLock<reqwest::Client>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// How many bytes an answer may have. Metadata and tokens have a few thousand; some token has claims
/// for a hundred groups in it.
const MOST: usize = 256 * 1024;

/// How long an answer may take. A login server that is slower than this is down.
const WITHIN: Duration = Duration::from_secs(30);

/// How often metadata may lead elsewhere on its own host: to a path with a slash, and once more.
const REDIRECTS: usize = 3;

// === impl Net ===

impl Net {
    /// Returns what asks on behalf of a client of `server`.
    pub(crate) fn new(server: &Url, options: Options, private: bool) -> Self {
        Self {
            border: Border::new(server, private),
            near: link::is_loopback(server),
            options,
            plain: OnceLock::new(),
            secure: OnceLock::new(),
        }
    }

    /// Checks that a URL may be asked at all.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Error> {
        self.border.check(url)
    }

    /// Gets a document. It may have moved on its own host.
    pub(crate) async fn get(&self, url: &Url) -> Result<Said, Error> {
        let mut at = url.clone();
        for _ in 0..=REDIRECTS {
            let said = self.send(Method::GET, &at, accept(), Bytes::new()).await?;
            if !said.status.is_redirection() {
                return Ok(said);
            }
            at = moved(&at, &said)?;
        }
        Err(Error::auth(format_args!(
            "{} leads from one place to the next without end",
            shown(url)
        )))
    }

    /// Posts a form, or JSON. It carries secrets, so it goes where it was sent and nowhere else.
    pub(crate) async fn post(
        &self,
        url: &Url,
        kind: &'static str,
        more: HeaderMap,
        body: impl Into<Bytes>,
    ) -> Result<Said, Error> {
        let mut headers = accept();
        headers.extend(more);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        self.send(Method::POST, url, headers, body.into()).await
    }

    async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Said, Error> {
        self.check(url)?;
        let failed = |error: reqwest::Error| {
            // The URL of an error may hold what nobody is to read.
            Error::auth(format_args!("no answer came from {}", shown(url)))
                .because(error.without_url())
        };
        let request = self.client(url)?.request(method, url.clone());
        let mut response = request
            .headers(headers)
            .body(body)
            .timeout(WITHIN)
            .send()
            .await
            .map_err(failed)?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MOST {
                return Err(Error::auth(format_args!(
                    "{} answers with more than {} KiB, which no such document has",
                    shown(url),
                    MOST / 1024
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Said {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body: body.freeze(),
        })
    }

    /// Without TLS the system's certificates are not needed, and may be missing.
    fn client(&self, url: &Url) -> Result<&reqwest::Client, Error> {
        let secure = url.scheme() == "https";
        let kept = if secure { &self.secure } else { &self.plain };
        if let Some(client) = kept.get() {
            return Ok(client);
        }
        let settings = link::settings(secure, self.near, &self.options)?;
        let client = link::built(settings.dns_resolver(Arc::new(self.border.clone())))?;
        Ok(kept.get_or_init(|| client))
    }
}

// === impl Said ===

impl Said {
    /// Reads the body as JSON. `None`: it is something else.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}

fn accept() -> HeaderMap {
    HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("application/json"))])
}

/// Returns where a document has moved to.
fn moved(from: &Url, said: &Said) -> Result<Url, Error> {
    let location = said.headers.get(header::LOCATION);
    let to = location
        .and_then(|location| location.to_str().ok())
        .and_then(|location| from.join(location).ok())
        .ok_or_else(|| {
            Error::auth(format_args!(
                "{} leads nowhere ({})",
                shown(from),
                said.status
            ))
        })?;
    if to.origin() != from.origin() {
        return Err(Error::auth(format_args!(
            "{} leads to another host, {}, which is not followed",
            shown(from),
            to.origin().ascii_serialization()
        )));
    }
    Ok(to)
}
