//! Which era a server speaks: asked with a modern request, judged by its answer.
//!
//! 2026-07-28 streamable-http §Backward Compatibility: the body decides, not the status alone.

use std::{sync::Arc, time::Instant};

use http::StatusCode;
use serde_json::Value;
use tidegate_era::{Revision, code};

use crate::{
    endpoint::{Era, Outgoing, modern},
    error::{Error, is_auth},
    exchange::Answer,
    handshake,
    info::{Introduction, ServerInfo},
    memory::LEGACY,
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
}

/// Finds out how to speak to the server and who it is.
///
/// `url` is the name the verdict is remembered by; none: it is not.
pub(crate) async fn find(
    wire: &Arc<Wire>,
    choice: EraChoice,
    url: Option<&str>,
) -> Result<(Era, ServerInfo), Error> {
    if let EraChoice::Legacy(revision) = choice {
        if revision.is_modern() {
            return Err(Error::input(format_args!(
                "{revision} is no legacy revision"
            )));
        }
        return open_session(wire, revision).await;
    }
    if choice == EraChoice::Auto
        && let Some(url) = url.filter(|url| is_known_legacy(url))
    {
        match open_session(wire, Revision::NEWEST_LEGACY).await {
            Err(error) if is_refusal(&error) => forget(url),
            decided => return decided,
        }
    }
    match discover(wire).await {
        Finding::Modern(revision, introduction) => {
            Ok((Era::Modern(revision), introduction.into_info(revision)))
        }
        Finding::Legacy(_) if choice == EraChoice::Modern => Err(Error::era(
            "the server does not speak 2026-07-28; connect with another era",
        )),
        Finding::Legacy(revision) => {
            let revision = revision.unwrap_or(Revision::NEWEST_LEGACY);
            let found = open_session(wire, revision).await.map_err(neither)?;
            url.inspect(|url| remember(url));
            Ok(found)
        }
        Finding::Failed(error) => Err(error),
        Finding::Retry(_) => Err(Error::era(
            "the server refuses the protocol version that it says it supports",
        )),
    }
}

/// Asks, and asks once more with a revision the server named.
async fn discover(wire: &Arc<Wire>) -> Finding {
    match ask(wire, Revision::V2026_07_28).await {
        Finding::Retry(revision) => ask(wire, revision).await,
        finding => finding,
    }
}

async fn ask(wire: &Arc<Wire>, revision: Revision) -> Finding {
    let id = wire.id();
    let outgoing = Outgoing::new("server/discover", None);
    match modern::request(wire, revision, &id, &outgoing, &[]) {
        Ok(request) => judge(handshake::ask(wire, id, request).await),
        Err(error) => Finding::Failed(error),
    }
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
        (Some(code::HEADER_MISMATCH | code::MISSING_CAPABILITY), _) => {
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
fn is_refusal(error: &Error) -> bool {
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

async fn open_session(wire: &Arc<Wire>, revision: Revision) -> Result<(Era, ServerInfo), Error> {
    let (session, info) = handshake::open(wire, revision).await?;
    Ok((Era::Legacy(session), info))
}

/// Neither era's first request was taken.
fn neither(error: Error) -> Error {
    if !is_refusal(&error) || error.is_answer() {
        return error;
    }
    Error::era(
        "the server takes neither server/discover nor initialize: perhaps this is not the address \
         of an MCP server, or it speaks HTTP+SSE (2024-11-05), which this client does not",
    )
    .because(error)
}

fn is_known_legacy(url: &str) -> bool {
    LEGACY
        .lock()
        .as_ref()
        .is_some_and(|legacy| legacy.knows(url, Instant::now()))
}

fn remember(url: &str) {
    LEGACY
        .lock()
        .get_or_insert_default()
        .remember(url, Instant::now());
}

fn forget(url: &str) {
    LEGACY.lock().get_or_insert_default().forget(url);
}

#[cfg(test)]
mod tests;
