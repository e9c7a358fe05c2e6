//! The way to a server: which link an address means, and what is found out over it.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Uri, header};
use tokio::runtime::Handle;
use url::Url;

use crate::{
    error::Error,
    ladder::{self, Found, Place},
    link::{
        Link, Options, WebSocket, bearer, has_credentials, over_channel, over_http, over_stdio,
    },
    probe::{self, EraChoice},
    target::Target,
    wire::{Limits, Wire},
};
#[cfg(feature = "oauth")]
use crate::{
    link::{authorized, over_http_of},
    oauth::Authorizer,
};

/// The way to a server.
#[derive(Clone)]
pub(crate) enum Way {
    /// To an address.
    Address(Target),
    /// Into a service of this process.
    Service(Link),
}

/// The address a server in this process is called by: a loopback name, which every server allows.
const IN_PROCESS: &str = "http://localhost/mcp";

// === impl Way ===

impl Way {
    /// Returns the link that the first request goes over.
    pub(crate) fn link(
        &self,
        options: &Options,
        headers: &HeaderMap,
        limits: &Limits,
        #[cfg(feature = "oauth")] authorizer: Option<&Arc<Authorizer>>,
    ) -> Result<Link, Error> {
        match self {
            Self::Service(link) => Ok(link.clone()),
            Self::Address(Target::Http(url) | Target::HttpSse(url)) => {
                let link = over_http(url, options)?;
                #[cfg(feature = "oauth")]
                if let Some(authorizer) = authorizer {
                    return Ok(authorized(link, authorizer.clone()));
                }
                Ok(match has_credentials(headers) {
                    true => bearer(link),
                    false => link,
                })
            }
            Self::Address(Target::WebSocket(url)) => {
                let (most, within) = (limits.max_message, limits.handshake);
                let socket = WebSocket::new(url, options, headers.clone(), most, within)?;
                #[cfg(feature = "oauth")]
                let socket = socket.authorized(authorizer.cloned());
                Ok(over_channel(socket.into_open(), Handle::current()))
            }
            Self::Address(Target::Stdio(_)) if !headers.is_empty() => Err(Error::input(
                "a server on stdio is sent no headers; give it credentials in its environment",
            )),
            Self::Address(Target::Stdio(command)) => {
                let open = over_stdio(command.clone(), limits.max_message);
                Ok(over_channel(open, Handle::current()))
            }
        }
    }

    /// Returns whether the link is one connection for everything.
    pub(crate) const fn is_channel(&self) -> bool {
        matches!(self, Self::Address(Target::WebSocket(_) | Target::Stdio(_)))
    }

    /// Returns where the stream of an HTTP+SSE server would be.
    pub(crate) const fn stream(&self) -> Option<&Url> {
        match self {
            Self::Address(Target::Http(url) | Target::HttpSse(url)) => Some(url),
            _ => None,
        }
    }

    /// Returns the address that one logs in for.
    ///
    /// # Errors
    ///
    /// When the server is not reached over HTTP.
    #[cfg(feature = "oauth")]
    pub(crate) fn server(&self) -> Result<Url, Error> {
        match self {
            Self::Address(Target::Http(url) | Target::HttpSse(url)) => Ok(url.clone()),
            Self::Address(Target::WebSocket(url)) => over_http_of(url),
            Self::Address(Target::Stdio(_)) | Self::Service(_) => Err(Error::input(
                "one logs in at servers that are reached over HTTP; this one is not",
            )),
        }
    }

    /// Returns what requests are addressed to. Over a channel that is a name and nothing else.
    pub(crate) fn uri(&self) -> Result<Uri, Error> {
        let uri = match self {
            Self::Address(Target::Http(url) | Target::HttpSse(url)) => url.as_str(),
            _ => IN_PROCESS,
        };
        Uri::try_from(uri).map_err(|error| Error::input("the URL cannot be sent").because(error))
    }

    /// Returns the headers of each request.
    pub(crate) fn sign(&self, mut headers: HeaderMap) -> HeaderMap {
        if matches!(self, Self::Service(_)) {
            headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        }
        headers
    }

    /// Finds out how to speak to the server.
    ///
    /// # Errors
    ///
    /// When it cannot be reached, wants credentials, or does not speak what is wanted.
    pub(crate) async fn find(self, wire: Arc<Wire>, choice: EraChoice) -> Result<Found, Error> {
        let place = |name| Place { name, stream: None };
        match self {
            Self::Address(Target::Http(url)) => {
                let place = Place {
                    name: url.as_str(),
                    stream: Some(&url),
                };
                ladder::climb(wire, place, choice).await
            }
            Self::Address(Target::HttpSse(url)) => forced(&wire, &url, choice).await,
            Self::Address(Target::WebSocket(url)) => {
                ladder::climb(wire, place(url.as_str()), choice).await
            }
            Self::Address(Target::Stdio(command)) => {
                ladder::climb(wire, place(&command.name()), choice).await
            }
            // A service has no name to be remembered by.
            Self::Service(_) => {
                let (era, info) = probe::find(&wire, choice).await?;
                Ok(Found { wire, era, info })
            }
        }
    }
}

/// Speaks HTTP+SSE because the address says so.
async fn forced(wire: &Arc<Wire>, url: &Url, choice: EraChoice) -> Result<Found, Error> {
    let revision = choice.legacy().ok_or_else(|| {
        Error::input(
            "HTTP+SSE is older than 2026-07-28; leave the era to the server, or choose legacy",
        )
    })?;
    ladder::http_sse(wire, url, revision).await
}
