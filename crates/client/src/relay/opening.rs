//! Opening a session for the host (legacy), over HTTP+SSE if that is what is there.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use tidegate_era::{Body, Revision, SESSION_ID, code};
use tidegate_model::Id;
use tokio::time::timeout;

use super::{Relaying, answer, answer::Response};
use crate::{
    endpoint::{
        legacy::{Current, DEFAULT_LEVEL},
        outgoing::post,
    },
    error::Error,
    ladder,
    message::RpcError,
    wire::Wire,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Initialized {
    protocol_version: String,
}

/// Another wire that is tried; unless it does, the one before is put back, also when the trying is given
/// up in its middle.
struct Trying<'a> {
    wire: &'a Mutex<Arc<Wire>>,
    before: Option<Arc<Wire>>,
}

impl Drop for Trying<'_> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            *self.wire.lock() = before;
        }
    }
}

impl Relaying {
    /// Relays the host's `initialize`.
    pub(super) async fn initialize(&self, line: Bytes, id: &Id) {
        match self.open(&line).await {
            Ok((answer, current)) => {
                self.reach.reached();
                self.sessions.opened(current, line);
                self.say(answer).await;
            }
            Err(error) if error.rpc_code().is_some() => {
                self.reach.failed(&error);
                self.refused(id, &error).await;
            }
            Err(error) => self.fail(id, &error).await,
        }
    }

    /// Opens a session; returns the server's answer as it came.
    ///
    /// # Errors
    ///
    /// When the server refuses, cannot be reached, or takes too long.
    pub(super) async fn open(&self, initialize: &Bytes) -> Result<(Bytes, Current), Error> {
        let within = self.wire().limits.handshake;
        let opening = async {
            let refused = match self.ask_to_open(initialize).await {
                Err(error) if ladder::may_be_http_sse(&error) => error,
                decided => return decided,
            };
            let Some(url) = &self.stream else {
                return Err(refused);
            };
            let before = self.wire();
            if before.is_channel {
                return Err(refused);
            }
            let mut trying = Trying {
                wire: &self.wire,
                before: Some(before.clone()),
            };
            *self.wire.lock() = Arc::new(ladder::over_http_sse(&before, url));
            let opened = self.ask_to_open(initialize).await;
            if opened.is_ok() {
                trying.before = None;
            }
            drop(trying);
            match opened {
                Err(error) if ladder::is_evidence(&error) => Err(refused),
                decided => decided,
            }
        };
        let late = |_| Error::timeout("the server did not open a session", within);
        timeout(within, opening).await.map_err(late)?
    }

    async fn ask_to_open(&self, initialize: &Bytes) -> Result<(Bytes, Current), Error> {
        let id = match Body::read(initialize) {
            Ok(Body::One(envelope)) => envelope.id,
            _ => None,
        };
        let id = id.ok_or_else(|| Error::input("initialize is no request"))?;
        let mut answer = self.send(post(&self.wire(), initialize.clone())).await?;
        while let Some(message) = answer.next().await {
            let message = message?;
            let result = match answer::response_to(&message, &id) {
                Some(Response::Result(result)) => result,
                Some(Response::Error | Response::Nameless(_)) => {
                    return Err(Error::answered(answer.status(), error_of(&message)));
                }
                None => {
                    self.say(message).await;
                    continue;
                }
            };
            let said: Initialized = result
                .decode()
                .map_err(|error| Error::shape("initialize", error))?;
            let revision = Revision::read(&said.protocol_version)
                .filter(|revision| !revision.is_modern())
                .ok_or_else(|| {
                    Error::era(format_args!(
                        "the server answered initialize with the protocol version {}, which has no sessions",
                        said.protocol_version
                    ))
                })?;
            let id = answer.headers().get(SESSION_ID).cloned();
            let current = Current {
                id: id.map(|mut id| {
                    id.set_sensitive(true);
                    id
                }),
                revision,
                level: DEFAULT_LEVEL,
            };
            return Ok((message, current));
        }
        Err(answer.unanswered())
    }

    /// The server answered `initialize` with an error.
    async fn refused(&self, id: &Id, error: &Error) {
        let code = error.rpc_code().unwrap_or(code::INTERNAL);
        let is_modern = code == code::UNSUPPORTED_VERSION
            || (code == code::METHOD_NOT_FOUND && error.status() == Some(StatusCode::NOT_FOUND));
        let message = match is_modern {
            true => format!(
                "the server opens no sessions, for it speaks 2026-07-28 alone, and this host speaks an \
                 older revision; a relay does not translate ({error})"
            ),
            false => error.to_string(),
        };
        let mut told = json!({"code": code, "message": message});
        if let Some(data) = error.rpc_data() {
            told["data"] = data.clone();
        }
        let answer = json!({"jsonrpc": "2.0", "id": id, "error": told});
        self.say(answer.to_string().into()).await;
    }
}

pub(super) fn error_of(message: &Bytes) -> RpcError {
    let mut message: Value = serde_json::from_slice(message).unwrap_or_default();
    let error = serde_json::from_value(message["error"].take());
    error.unwrap_or_else(|_| RpcError {
        code: code::INTERNAL,
        message: "the server refused initialize with an error of no known shape".to_owned(),
        data: None,
    })
}
