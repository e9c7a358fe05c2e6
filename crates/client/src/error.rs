//! What can go wrong on the way to a server and back.

use std::{error::Error as StdError, fmt, time::Duration};

use http::StatusCode;
use serde_json::Value;

use crate::{
    link::channel::{NotOpened, Overfull},
    message::RpcError,
    skills::Unverified,
};

/// Why something could not be done with a server.
///
/// A tool that ran and did not succeed is no error: see
/// [`CallResult::is_error`](crate::CallResult::is_error).
pub struct Error(Box<Inner>);

/// A boxed error: what a link fails with.
pub type BoxError = Box<dyn StdError + Send + Sync>;

struct Inner {
    kind: Kind,
    source: Option<BoxError>,
    retry_after: Option<Duration>,
}

#[derive(Debug)]
enum Kind {
    Input(String),
    Connect,
    Link,
    Timeout(&'static str, Duration),
    Auth(Option<StatusCode>, String),
    #[cfg_attr(
        not(feature = "oauth"),
        expect(dead_code, reason = "only who logs in knows that it would help")
    )]
    Login(String, Vec<String>),
    Status(StatusCode, String),
    Rpc(StatusCode, RpcError),
    Answer(String),
    Lost(&'static str),
    Era(String),
    Declined(String),
    Unverified(Unverified, String),
}

// === impl Error ===

impl Error {
    /// Returns whether the time ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout(..))
    }

    /// Returns whether no connection came about.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect)
    }

    /// Returns whether the server wants other credentials, or any (401, 403). A 403 that explains
    /// itself in JSON-RPC is another refusal: of a host or a page, not of a person.
    #[must_use]
    pub fn is_auth(&self) -> bool {
        if matches!(self.0.kind, Kind::Auth(..) | Kind::Login(..)) {
            return true;
        }
        let explained = self.rpc_code().is_some();
        self.status().is_some_and(|status| {
            is_auth(status) && !(explained && status == StatusCode::FORBIDDEN)
        })
    }

    /// Returns whether a login would mend it: the server wants one, and there is none, or none that is
    /// good any more.
    #[must_use]
    pub fn wants_login(&self) -> bool {
        matches!(self.0.kind, Kind::Login(..))
    }

    /// Returns the scopes that the login has to ask for, if the server does not name them to whoever
    /// has none: there is a login, and it is not good for enough. They are the server's words.
    #[must_use]
    pub fn wanted_scopes(&self) -> &[String] {
        match &self.0.kind {
            Kind::Login(_, scopes) => scopes,
            _ => &[],
        }
    }

    /// Returns whether the caller gave something that cannot be sent.
    #[must_use]
    pub fn is_input(&self) -> bool {
        matches!(self.0.kind, Kind::Input(_))
    }

    /// Returns whether what came is no answer the protocol knows.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        matches!(self.0.kind, Kind::Answer(_))
    }

    /// Returns whether the server asked for input in the middle of a call and did not get it: its
    /// question could not be answered here, or a handler refused to.
    #[must_use]
    pub fn is_declined(&self) -> bool {
        matches!(self.0.kind, Kind::Declined(_))
    }

    /// Returns in what a skill is not as its entry says, if it is that.
    #[must_use]
    pub fn unverified_in(&self) -> Option<Unverified> {
        match self.0.kind {
            Kind::Unverified(in_what, _) => Some(in_what),
            _ => None,
        }
    }

    /// Returns whether the connection broke before the answer: the request may have been done.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(self.0.kind, Kind::Connect | Kind::Link | Kind::Lost(_))
    }

    /// Returns whether the fault may have passed by itself soon: a broken connection, a server that
    /// is busy or has fallen.
    pub(crate) fn is_passing(&self) -> bool {
        let fallen = |status: StatusCode| {
            status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
        };
        self.is_broken() || self.is_timeout() || self.status().is_some_and(fallen)
    }

    /// Returns how long the server wants to be left alone, if it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the code of the JSON-RPC error the server answered with.
    #[must_use]
    pub fn rpc_code(&self) -> Option<i64> {
        self.rpc().map(|error| error.code)
    }

    /// Returns the `data` of the JSON-RPC error the server answered with.
    #[must_use]
    pub fn rpc_data(&self) -> Option<&Value> {
        self.rpc().and_then(|error| error.data.as_ref())
    }

    /// Returns the HTTP status the server refused with.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.kind {
            Kind::Status(status, _) | Kind::Rpc(status, _) => Some(*status),
            Kind::Auth(status, _) => *status,
            Kind::Login(_, more) if more.is_empty() => Some(StatusCode::UNAUTHORIZED),
            Kind::Login(..) => Some(StatusCode::FORBIDDEN),
            _ => None,
        }
    }

    fn rpc(&self) -> Option<&RpcError> {
        match &self.0.kind {
            Kind::Rpc(_, error) => Some(error),
            _ => None,
        }
    }

    pub(crate) fn input(why: impl fmt::Display) -> Self {
        Self::new(Kind::Input(why.to_string()))
    }

    /// The link failed before or while the answer came.
    pub(crate) fn link(source: BoxError) -> Self {
        let source = match source.downcast::<NotOpened>() {
            Ok(not_opened) => {
                let not_connected = |why| Self::caused(Kind::Connect, why);
                return Self::ours(not_opened.0).unwrap_or_else(not_connected);
            }
            Err(other) => other,
        };
        let source = match Self::ours(source) {
            Ok(error) => return error,
            Err(other) => other,
        };
        if source.is::<Overfull>() {
            return Self::lost(
                "more arrived for the call than its caller read; it was given up, and may have \
                 been done all the same",
            );
        }
        let reqwest = source.downcast_ref::<reqwest::Error>();
        let kind = match reqwest {
            Some(error) if error.is_connect() => Kind::Connect,
            Some(error) if error.is_builder() => Kind::Input("the request cannot be sent".into()),
            _ => Kind::Link,
        };
        Self::caused(kind, source)
    }

    /// Returns what a link of our own has said in our words already.
    fn ours(source: BoxError) -> Result<Self, BoxError> {
        source.downcast::<Self>().map(|error| *error)
    }

    /// Logging in did not succeed, or what it gave is refused.
    #[cfg(feature = "oauth")]
    pub(crate) fn auth(why: impl fmt::Display) -> Self {
        Self::new(Kind::Auth(None, why.to_string()))
    }

    /// The server refuses credentials, with `status`.
    pub(crate) fn unwelcome(status: StatusCode, why: impl fmt::Display) -> Self {
        Self::new(Kind::Auth(Some(status), why.to_string()))
    }

    /// The server wants a login.
    #[cfg(feature = "oauth")]
    pub(crate) fn login(why: impl fmt::Display) -> Self {
        Self::new(Kind::Login(why.to_string(), Vec::new()))
    }

    /// The server wants a login that is good for more than the one there is: for these scopes.
    #[cfg(feature = "oauth")]
    pub(crate) fn login_for(why: impl fmt::Display, scopes: Vec<String>) -> Self {
        Self::new(Kind::Login(why.to_string(), scopes))
    }

    pub(crate) fn timeout(what: &'static str, after: Duration) -> Self {
        Self::new(Kind::Timeout(what, after))
    }

    pub(crate) fn refused(status: StatusCode, text: impl Into<String>) -> Self {
        Self::new(Kind::Status(status, text.into()))
    }

    pub(crate) fn answered(status: StatusCode, error: RpcError) -> Self {
        Self::new(Kind::Rpc(status, error))
    }

    /// What came is no answer the protocol knows.
    pub(crate) fn answer(why: impl fmt::Display) -> Self {
        Self::new(Kind::Answer(why.to_string()))
    }

    /// The answer has another shape than its request's.
    pub(crate) fn shape(what: &str, source: serde_json::Error) -> Self {
        let why = format!("the answer to {what} has not the shape the protocol gives it");
        Self::caused(Kind::Answer(why), source.into())
    }

    pub(crate) fn lost(why: &'static str) -> Self {
        Self::new(Kind::Lost(why))
    }

    pub(crate) fn era(why: impl fmt::Display) -> Self {
        Self::new(Kind::Era(why.to_string()))
    }

    pub(crate) fn declined(why: impl fmt::Display) -> Self {
        Self::new(Kind::Declined(why.to_string()))
    }

    pub(crate) fn unverified(in_what: Unverified, why: impl fmt::Display) -> Self {
        Self::new(Kind::Unverified(in_what, why.to_string()))
    }

    /// The server's task was cancelled, by whomever.
    pub(crate) fn cancelled(why: Option<&str>) -> Self {
        Self::declined(format_args!(
            "the task was cancelled at the server{}{}",
            if why.is_some() { ": " } else { "" },
            why.unwrap_or_default()
        ))
    }

    fn new(kind: Kind) -> Self {
        Self(Box::new(Inner {
            kind,
            source: None,
            retry_after: None,
        }))
    }

    pub(crate) fn after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    fn caused(kind: Kind, source: BoxError) -> Self {
        Self::new(kind).because(source)
    }
}

/// Whether a status asks for credentials, and so says nothing of the era.
pub(crate) fn is_auth(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::Input(why)
            | Kind::Auth(_, why)
            | Kind::Login(why, _)
            | Kind::Answer(why)
            | Kind::Era(why)
            | Kind::Declined(why)
            | Kind::Unverified(_, why) => f.write_str(why),
            Kind::Connect => f.write_str("no connection to the server"),
            Kind::Link => f.write_str("the connection to the server broke"),
            Kind::Timeout(what, after) => write!(f, "{what} within {after:?}"),
            Kind::Status(status, text) if text.is_empty() => {
                write!(f, "the server refused: {status}")
            }
            Kind::Status(status, text) => write!(f, "the server refused: {status}: {text}"),
            Kind::Rpc(_, error) => error.fmt(f),
            Kind::Lost(why) => f.write_str(why),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}
