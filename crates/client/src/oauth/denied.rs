//! Why an authorization server gives out no token (RFC 6749 §5.2).

use http::StatusCode;
use serde::Deserialize;
use url::Url;

use super::net::{Said, shown};
use crate::error::Error;

/// Why no token was given out.
pub(crate) enum Denied {
    /// What it was asked for with is worth nothing (any more).
    Grant(Error),
    /// The server does not know the client (any more).
    Party(Error),
    /// Anything else.
    Other(Error),
}

/// What a server answers instead of a token.
#[derive(Deserialize)]
pub(super) struct Refusal {
    pub(super) error: String,
    error_description: Option<String>,
}

// === impl Denied ===

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Grant(error) | Denied::Party(error) | Denied::Other(error) => error,
        }
    }
}

impl From<Error> for Denied {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

pub(super) fn refusal(said: &Said) -> Option<Refusal> {
    said.json()
}

pub(super) fn denied(endpoint: &Url, said: &Said) -> Denied {
    let place = shown(endpoint);
    let Some(refusal) = refusal(said) else {
        let status = said.status;
        let why = format_args!("{place} gives out no token: it answers {status}");
        return Denied::Other(Error::auth(why));
    };
    let code = printable(&refusal.error);
    let more = refusal.error_description.as_deref().map(printable);
    let colon = if more.is_some() { ": " } else { "" };
    let more = more.unwrap_or_default();
    let error = Error::auth(format_args!(
        "{place} gives out no token: {code}{colon}{more}"
    ));
    match refusal.error.as_str() {
        "invalid_grant" if said.status == StatusCode::BAD_REQUEST => Denied::Grant(error),
        "invalid_client" | "unauthorized_client" => Denied::Party(error),
        _ => Denied::Other(error),
    }
}

/// What a server says, for people to read.
pub(crate) fn printable(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control());
    kept.take(200).collect()
}
