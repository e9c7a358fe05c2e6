//! What a server sends: notifications, requests and responses, and what the first say.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use tidegate_era::{Envelope, Kind};
use tidegate_model::{Id, Level, Raw};

/// One message from the server, whichever.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Message {
    /// It wants no answer.
    Notification(Notification),
    /// It wants one (legacy).
    Request(Request),
    /// It is one.
    Response(Response),
}

/// What the server tells.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Notification {
    /// What it is about: `notifications/message`, for example.
    pub method: String,
    /// What it says, as it came; `{}` if it said nothing.
    pub params: Raw,
}

/// What the server asks. The client answers `ping`; whatever else, it says, it does not know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// The name the answer carries.
    pub id: Id,
    /// What is asked.
    pub method: String,
    /// With which parameters, as they came.
    pub params: Raw,
}

/// The answer to a request of ours.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response {
    /// The request it answers; none if the server could not read it.
    pub id: Option<Id>,
    /// The result as it came, or the error.
    pub outcome: Result<Raw, RpcError>,
}

/// A JSON-RPC error.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct RpcError {
    /// What kind of error it is.
    pub code: i64,
    /// What was wrong, in words.
    #[serde(default)]
    pub message: String,
    /// What else the server says of it.
    #[serde(default)]
    pub data: Option<Value>,
}

/// What a call tells while it runs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A log message.
    Log(Log),
    /// How far the work has come.
    Progress(Progress),
}

/// A log message.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Log {
    /// How grave it is.
    pub level: Level,
    /// Which part of the server says it.
    #[serde(default)]
    pub logger: Option<String>,
    /// What it says: most often a string.
    #[serde(default)]
    pub data: Value,
}

/// How far the work has come.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Progress {
    /// What is done; grows with every message.
    pub progress: f64,
    /// What it grows to, if that is known.
    #[serde(default)]
    pub total: Option<f64>,
    /// What is being done.
    #[serde(default)]
    pub message: Option<String>,
}

// === impl Message ===

impl Message {
    /// Makes a message of an envelope.
    pub(crate) fn of(envelope: Envelope) -> Self {
        let kind = envelope.kind();
        let method = envelope
            .method
            .as_ref()
            .map_or("", |name| name.as_str())
            .to_owned();
        let params = envelope.params.raw.unwrap_or_else(Raw::empty_object);
        match (kind, envelope.id) {
            (Kind::Request, Some(id)) => Self::Request(Request { id, method, params }),
            (Kind::Request | Kind::Notification, _) => {
                Self::Notification(Notification { method, params })
            }
            (Kind::Response, id) => Self::Response(Response {
                id,
                outcome: match (envelope.result, envelope.error) {
                    (Some(result), _) => Ok(result),
                    (None, error) => Err(RpcError::read(error.as_ref())),
                },
            }),
        }
    }
}

// === impl Notification ===

impl Notification {
    /// Returns the log message this is, if it is one.
    #[must_use]
    pub fn log(&self) -> Option<Log> {
        self.read("notifications/message")
    }

    /// Returns the progress this tells, if it does.
    #[must_use]
    pub fn progress(&self) -> Option<Progress> {
        self.read("notifications/progress")
    }

    fn read<T: serde::de::DeserializeOwned>(&self, method: &str) -> Option<T> {
        if self.method != method {
            return None;
        }
        self.params
            .decode()
            .inspect_err(|error| tracing::warn!(method, %error, "a notification is misshapen"))
            .ok()
    }
}

// === impl RpcError ===

impl RpcError {
    fn read(error: Option<&Raw>) -> Self {
        let read = error.and_then(|raw| raw.decode().ok());
        read.unwrap_or_else(|| Self {
            code: tidegate_era::code::INTERNAL,
            message: "the server answered with an error of no known shape".to_owned(),
            data: error.and_then(|raw| raw.decode().ok()),
        })
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

// === impl Log ===

impl Log {
    /// Returns what it says as text: a string as it is, anything else as JSON.
    #[must_use]
    pub fn text(&self) -> String {
        self.data
            .as_str()
            .map_or_else(|| self.data.to_string(), str::to_owned)
    }
}
