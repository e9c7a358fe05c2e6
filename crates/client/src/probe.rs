//! Which era a server speaks: asked with a modern request, judged by its answer.
//!
//! 2026-07-28 streamable-http §Backward Compatibility: the body decides, not the status alone.

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use serde_json::Value;
use tidegate_era::{Revision, code};
use tokio::time::timeout;

use crate::{
    endpoint::{Era, Outgoing, modern},
    error::{Error, is_auth},
    exchange::Answer,
    handshake,
    info::{Introduction, ServerInfo},
    wire::Wire,
};

/// Which era a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EraChoice {
    /// Whichever the server speaks, the modern one first.
    #[default]
    Auto,
    /// 2026-07-28 on, or nothing.
    Modern,
    /// This revision, or an older one that the server prefers to it.
    Legacy(Revision),
}

/// Why it is not known how to speak to a server.
#[derive(Debug)]
pub(crate) enum NotFound {
    /// Its answer to `initialize`, which was sent for want of any other evidence.
    Session(Error),
    /// Anything else.
    Era(Error),
}

/// What an answer to `server/discover` says.
#[derive(Debug)]
enum Finding {
    /// The server speaks this modern revision, and said who it is.
    Modern(Revision, Box<Introduction>),
    /// It speaks another modern revision than was tried.
    Retry(Revision),
    /// It speaks the legacy era: this revision, if it said so.
    Legacy(Option<Revision>),
    /// Nothing can be said of its era.
    Failed(Error),
    /// It exited or said nothing, on a channel: there that is how some old servers take it.
    Silent,
}

/// How long a server on a channel may take to say its era. Nothing lies between: one that has started
/// answers in milliseconds, and a runtime starts within a second or two. One that takes longer is
/// asked again if it is not an old one.
const SILENT_FOR: Duration = Duration::from_secs(5);

// === impl EraChoice ===

impl EraChoice {
    /// Returns the legacy revision to begin with; none if the legacy era is not wanted.
    pub(crate) const fn legacy(self) -> Option<Revision> {
        match self {
            Self::Auto => Some(Revision::NEWEST_LEGACY),
            Self::Legacy(revision) => Some(revision),
            Self::Modern => None,
        }
    }
}

// === impl NotFound ===

impl From<NotFound> for Error {
    fn from(why: NotFound) -> Self {
        match why {
            NotFound::Session(refused) => neither(refused),
            NotFound::Era(error) => error,
        }
    }
}

/// Finds out how to speak to the server and who it is.
pub(crate) async fn find(
    wire: &Arc<Wire>,
    choice: EraChoice,
) -> Result<(Era, ServerInfo), NotFound> {
    if let EraChoice::Legacy(revision) = choice {
        if revision.is_modern() {
            let why = format_args!("{revision} is no legacy revision");
            return Err(NotFound::Era(Error::input(why)));
        }
        return open_session(wire, revision)
            .await
            .map_err(NotFound::Session);
    }
    match discover(wire, choice).await {
        Finding::Modern(revision, introduction) => {
            Ok((Era::Modern(revision), introduction.into_info(revision)))
        }
        Finding::Legacy(_) if choice == EraChoice::Modern => Err(NotFound::Era(Error::era(
            "the server does not speak 2026-07-28; connect with another era",
        ))),
        Finding::Legacy(Some(revision)) => {
            open_session(wire, revision).await.map_err(NotFound::Era)
        }
        Finding::Legacy(None) => {
            let opened = open_session(wire, Revision::NEWEST_LEGACY).await;
            opened.map_err(NotFound::Session)
        }
        Finding::Silent => open_late(wire).await.map_err(NotFound::Era),
        Finding::Failed(error) => Err(NotFound::Era(error)),
        Finding::Retry(_) => Err(NotFound::Era(Error::era(
            "the server refuses the protocol version that it says it supports",
        ))),
    }
}

/// Opens a session without asking for the era.
pub(crate) async fn open_session(
    wire: &Arc<Wire>,
    revision: Revision,
) -> Result<(Era, ServerInfo), Error> {
    let (session, info) = handshake::open(wire, revision).await?;
    Ok((Era::Legacy(session), info))
}

/// Asks, and asks once more with a revision the server named.
async fn discover(wire: &Arc<Wire>, choice: EraChoice) -> Finding {
    let falls_back = wire.is_channel && choice == EraChoice::Auto;
    let patience = if falls_back {
        SILENT_FOR.min(wire.limits.handshake)
    } else {
        wire.limits.handshake
    };
    match ask(wire, Revision::V2026_07_28, patience).await {
        Finding::Retry(revision) => ask(wire, revision, patience).await,
        Finding::Failed(error) if falls_back && is_silence(&error) => {
            tracing::debug!(%error, "the server does not say its era; the legacy one is tried");
            Finding::Silent
        }
        finding => finding,
    }
}

async fn ask(wire: &Arc<Wire>, revision: Revision, patience: Duration) -> Finding {
    let id = wire.id();
    let outgoing = Outgoing::new("server/discover", None);
    let request = match modern::request(wire, revision, &id, &outgoing, &[]) {
        Ok(request) => request,
        Err(error) => return Finding::Failed(error),
    };
    let answer = timeout(patience, handshake::ask(wire, id, request)).await;
    let silent = |_| Err(Error::timeout("the server did not say its era", patience));
    let answer = answer.unwrap_or_else(silent);
    // On a channel a status is that of whoever opens it, and says nothing of what is spoken there.
    let is_closed = |error: &Error| error.status().is_some() && error.rpc_code().is_none();
    match answer {
        Err(error) if wire.is_channel && is_closed(&error) => Finding::Failed(error),
        answer => judge(answer),
    }
}

/// Opens a session with a server that did not say its era. One that refuses it may have started too
/// slowly to be heard in time: it is there now, and asked once more.
async fn open_late(wire: &Arc<Wire>) -> Result<(Era, ServerInfo), Error> {
    let refused = match open_session(wire, Revision::NEWEST_LEGACY).await {
        Err(error) if is_refusal(&error) => error,
        decided => return decided,
    };
    match ask(wire, Revision::V2026_07_28, wire.limits.handshake).await {
        Finding::Modern(revision, introduction) => {
            Ok((Era::Modern(revision), introduction.into_info(revision)))
        }
        _ => Err(neither(refused)),
    }
}

/// Whether a server that is there said nothing (2026-07-28 stdio §Backward Compatibility).
fn is_silence(error: &Error) -> bool {
    error.is_timeout() || (error.is_broken() && !error.is_connect())
}

fn judge(answer: Result<Answer, Error>) -> Finding {
    let error = match answer {
        Ok(answer) => return introduced(&answer),
        Err(error) => error,
    };
    let supported = error.rpc_data().and_then(|data| data.get("supported"));
    match (error.rpc_code(), supported.and_then(Value::as_array)) {
        (Some(code::UNSUPPORTED_VERSION), Some(supported)) => {
            let names = supported.iter().filter_map(Value::as_str);
            return pick(names, Finding::Retry);
        }
        // Errors that only the modern era has: it is spoken here, and the probe was wrong.
        (Some(code::HEADER_MISMATCH | code::MISSING_CAPABILITY | code::UNSUPPORTED_VERSION), _) => {
            tracing::error!(%error, "the server speaks the modern era and refuses server/discover");
            return Finding::Failed(error);
        }
        _ => {}
    }
    if is_refusal(&error) {
        Finding::Legacy(None)
    } else {
        Finding::Failed(error)
    }
}

/// The server answered with a result.
fn introduced(answer: &Answer) -> Finding {
    let Ok(mut introduction) = Introduction::read("server/discover", &answer.result) else {
        return Finding::Legacy(None);
    };
    match introduction.supported_versions.take() {
        Some(names) => pick(names.iter().map(String::as_str), |revision| {
            Finding::Modern(revision, Box::new(introduction))
        }),
        // Some legacy servers answer anything with anything.
        None => Finding::Legacy(None),
    }
}

/// Picks the newest revision that both speak.
fn pick<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    modern: impl FnOnce(Revision) -> Finding,
) -> Finding {
    let spoken = |revision: &Revision| Revision::SERVED.contains(revision);
    match names
        .clone()
        .filter_map(Revision::read)
        .filter(spoken)
        .max()
    {
        Some(revision) if revision.is_modern() => modern(revision),
        Some(revision) => Finding::Legacy(Some(revision)),
        None => {
            let names: Vec<&str> = names.collect();
            Finding::Failed(Error::era(format_args!(
                "the server speaks {}; this client speaks {}",
                names.join(", "),
                Revision::SERVED.map(Revision::name).join(", ")
            )))
        }
    }
}

/// Whether the server understood that it was asked something, and refused: any 4xx that is not
/// about credentials or load, and a JSON-RPC error on success.
pub(crate) fn is_refusal(error: &Error) -> bool {
    let Some(status) = error.status() else {
        return error.is_answer();
    };
    let busy = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
    );
    let proxy = status == StatusCode::PROXY_AUTHENTICATION_REQUIRED;
    (status.is_success() || status.is_client_error()) && !is_auth(status) && !busy && !proxy
}

/// Says that neither era's first request was taken, if that is what the refusal says.
pub(crate) fn neither(refused: Error) -> Error {
    let speaks = refused.is_answer() || refused.rpc_code() == Some(code::UNSUPPORTED_VERSION);
    if speaks || !is_refusal(&refused) {
        return refused;
    }
    Error::era(
        "the server takes neither server/discover nor initialize, and names no address to post to as \
         HTTP+SSE does: perhaps this is not the address of an MCP server",
    )
    .because(refused)
}

#[cfg(test)]
mod tests;
