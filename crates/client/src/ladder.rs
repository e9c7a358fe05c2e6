//! What is spoken at an address: one rung after the other, down to the oldest, and no further than
//! the server's own words lead.
//!
//! ```text
//!   server/discover ─ refused ─▶ initialize ─ 400, 404, 405 ─▶ GET ─ event: endpoint ─▶ HTTP+SSE
//!        │ answered                  │ answered                  │ anything else
//!        ▼                           ▼                           ▼
//!     modern                      legacy                  no MCP server
//! ```
//!
//! Credentials that are wanted (401, 403), outages (5xx, silence, resets) and the modern era's own errors
//! are no reason to step down: the first would hide a login, the others a server that is better than
//! that (2026-07-28 streamable-http §Backward Compatibility; 2025-11-25 transports §Backwards
//! Compatibility).

use std::sync::Arc;

use http::StatusCode;
use tidegate_era::{Revision, code};
use url::Url;

use crate::{
    endpoint::Era,
    error::Error,
    info::ServerInfo,
    link::{HttpSse, over_channel},
    memory::{self, Verdict},
    probe::{self, EraChoice, NotFound},
    wire::Wire,
};

/// How a server is spoken to, and over which link.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) wire: Arc<Wire>,
    pub(crate) era: Era,
    pub(crate) info: ServerInfo,
}

/// Where a server is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The name that the verdict is remembered by.
    pub(crate) name: &'a str,
    /// Where the oldest rung would be, over HTTP.
    pub(crate) stream: Option<&'a Url>,
}

/// Finds out what a server speaks.
///
/// # Errors
///
/// When it cannot be reached, wants credentials, or none of what this client speaks.
pub(crate) async fn climb(
    wire: Arc<Wire>,
    place: Place<'_>,
    choice: EraChoice,
) -> Result<Found, Error> {
    if choice == EraChoice::Auto
        && let Some(verdict) = memory::recall(place.name)
    {
        match follow(verdict, &wire, place).await {
            Err(error) if is_stale(&error) => {
                tracing::debug!(%error, place.name, "what was found here does not hold any more");
                memory::forget(place.name);
            }
            decided => return decided,
        }
    }
    let refused = match probe::find(&wire, choice).await {
        Ok((era, info)) => {
            if choice == EraChoice::Auto && matches!(era, Era::Legacy(_)) {
                memory::remember(place.name, Verdict::Legacy);
            }
            return Ok(Found { wire, era, info });
        }
        Err(NotFound::Session(error)) if may_be_http_sse(&error) => error,
        Err(why) => return Err(why.into()),
    };
    let (Some(revision), Some(url)) = (choice.legacy(), place.stream) else {
        return Err(probe::neither(refused));
    };
    match http_sse(&wire, url, revision).await {
        Ok(found) => {
            if choice == EraChoice::Auto {
                memory::remember(place.name, Verdict::HttpSse);
            }
            Ok(found)
        }
        Err(error) if is_evidence(&error) => {
            tracing::debug!(%error, place.name, "it is no HTTP+SSE server either");
            Err(probe::neither(refused))
        }
        Err(error) => Err(error),
    }
}

/// Opens a session over HTTP+SSE: its servers are asked nothing before.
///
/// # Errors
///
/// When there is no such server, or it refuses.
pub(crate) async fn http_sse(
    wire: &Arc<Wire>,
    url: &Url,
    revision: Revision,
) -> Result<Found, Error> {
    let wire = Arc::new(over_http_sse(wire, url));
    let (era, info) = probe::open_session(&wire, revision).await?;
    Ok(Found { wire, era, info })
}

/// Returns the wire that speaks HTTP+SSE, over the one that speaks HTTP.
pub(crate) fn over_http_sse(wire: &Wire, url: &Url) -> Wire {
    let connecting = HttpSse {
        link: wire.link.clone(),
        url: url.clone(),
        headers: wire.headers.clone(),
        max_message: wire.limits.max_message,
        within: wire.limits.handshake,
    };
    let link = over_channel(connecting.into_open(), wire.runtime.clone());
    wire.over_channel(link)
}

/// Speaks as was found earlier.
async fn follow(verdict: Verdict, wire: &Arc<Wire>, place: Place<'_>) -> Result<Found, Error> {
    match (verdict, place.stream) {
        (Verdict::HttpSse, Some(url)) => http_sse(wire, url, Revision::NEWEST_LEGACY).await,
        _ => {
            let (era, info) = probe::open_session(wire, Revision::NEWEST_LEGACY).await?;
            let wire = wire.clone();
            Ok(Found { wire, era, info })
        }
    }
}

/// Whether an earlier verdict does not hold any more: the server was there, and did not do what it did.
/// A stream that is silent where an address was named is that too: servers have other streams.
fn is_stale(error: &Error) -> bool {
    is_evidence(error) || error.is_timeout()
}

/// Whether an error says something of what the server speaks.
pub(crate) fn is_evidence(error: &Error) -> bool {
    probe::is_refusal(error)
}

/// Whether a refusal of `initialize` leaves HTTP+SSE open. The modern era's own refusal does not.
pub(crate) fn may_be_http_sse(error: &Error) -> bool {
    let status = matches!(
        error.status(),
        Some(StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
    );
    status && error.rpc_code() != Some(code::UNSUPPORTED_VERSION)
}
