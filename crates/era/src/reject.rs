//! A refusal: made where the fault is noticed, turned into HTTP in one place.

use std::{borrow::Cow, fmt};

use http::StatusCode;
use tidegate_model::{Id, Raw};

use crate::{revision::Revision, scan::Malformed};

/// The JSON-RPC error codes of the protocol.
pub mod code {
    /// The message is not JSON.
    pub const PARSE: i64 = -32700;
    /// The message is no request of the protocol.
    pub const INVALID_REQUEST: i64 = -32600;
    /// No such method here.
    pub const METHOD_NOT_FOUND: i64 = -32601;
    /// The parameters are wrong.
    pub const INVALID_PARAMS: i64 = -32602;
    /// The server broke.
    pub const INTERNAL: i64 = -32603;
    /// A header says something else than the body (modern).
    pub const HEADER_MISMATCH: i64 = -32020;
    /// The caller lacks a capability that the request needs (modern).
    pub const MISSING_CAPABILITY: i64 = -32021;
    /// The revision is not spoken here (modern).
    pub const UNSUPPORTED_VERSION: i64 = -32022;
    /// The session is unknown (what official SDKs say; clients key on the status).
    pub const SESSION_NOT_FOUND: i64 = -32001;
}

/// Why a request goes no further: an HTTP status and a JSON-RPC error.
#[derive(Clone, Debug)]
pub struct Reject {
    /// The HTTP status.
    pub status: StatusCode,
    /// The JSON-RPC code.
    pub code: i64,
    /// What was wrong and how to mend it.
    pub message: Cow<'static, str>,
    /// The error's `data`.
    pub data: Option<Raw>,
    /// The id of the request, where it could be read.
    pub id: Option<Id>,
    /// What HTTP says beside the status.
    pub remedy: Option<Remedy>,
}

/// What may mend a refusal, in a header of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Trying again after so many seconds: `Retry-After`.
    Later(u32),
    /// Another method, one of these (405): `Allow`.
    Methods(&'static str),
    /// Showing something else to be let in (401, 403): `WWW-Authenticate`.
    Credentials(Box<str>),
}

// === impl Reject ===

impl Reject {
    /// Returns a refusal with `status`.
    #[must_use]
    pub fn new(status: StatusCode, code: i64, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            data: None,
            id: None,
            remedy: None,
        }
    }

    /// Returns a refusal with status 400.
    #[must_use]
    pub fn bad_request(code: i64, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// Returns a refusal by a guard, who has not looked at the body.
    #[must_use]
    pub fn guard(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(status, code::INVALID_REQUEST, message)
    }

    /// Returns "not by this method" (405), with those that are right.
    #[must_use]
    pub fn method_not_allowed(allow: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let mut reject = Self::guard(StatusCode::METHOD_NOT_ALLOWED, message);
        reject.remedy = Some(Remedy::Methods(allow));
        reject
    }

    /// Returns "the headers and the body disagree" (400, -32020).
    #[must_use]
    pub fn header_mismatch(message: impl Into<Cow<'static, str>>) -> Self {
        Self::bad_request(code::HEADER_MISMATCH, message)
    }

    /// Returns "there is no such method here" (404, -32601).
    #[must_use]
    pub fn method_not_found(method: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            code::METHOD_NOT_FOUND,
            format!("no such method: {method}"),
        )
    }

    /// Returns "that revision is not spoken here" (400, -32022), with the list of those that are.
    #[must_use]
    pub fn unsupported_version(requested: &str) -> Self {
        let supported = Revision::SERVED.map(Revision::name);
        let mut reject = Self::bad_request(
            code::UNSUPPORTED_VERSION,
            format!("protocol version {requested} is not spoken here; see data.supported"),
        );
        reject.data =
            Some(serde_json::json!({ "supported": supported, "requested": requested }).into());
        reject
    }

    /// Returns "this session is unknown" (404): the client initializes anew.
    #[must_use]
    pub fn session_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            code::SESSION_NOT_FOUND,
            "the session is unknown or has ended; send initialize again without Mcp-Session-Id",
        )
    }

    /// Returns "too much at once" with `status` (429 or 503) and when to try again.
    #[must_use]
    pub fn busy(
        status: StatusCode,
        retry_after: u32,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let mut reject = Self::new(status, code::INTERNAL, message);
        reject.remedy = Some(Remedy::Later(retry_after));
        reject
    }

    /// Adds what to show to be let in.
    #[must_use]
    pub fn challenging(mut self, challenge: impl Into<Box<str>>) -> Self {
        self.remedy = Some(Remedy::Credentials(challenge.into()));
        self
    }

    /// Adds the id of the request that is refused.
    #[must_use]
    pub fn for_id(mut self, id: Option<Id>) -> Self {
        self.id = id;
        self
    }
}

impl From<Malformed> for Reject {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Syntax(at) => Self::bad_request(
                code::PARSE,
                format!("the message is not JSON (UTF-8) from byte {at} on"),
            ),
            Malformed::TooDeep => Self::bad_request(
                code::INVALID_REQUEST,
                "arrays and objects lie more than 128 deep in each other",
            ),
            Malformed::Duplicate(key) => Self::bad_request(
                code::INVALID_REQUEST,
                format!("`{key}` stands in the message twice"),
            ),
            Malformed::Shape(why) => Self::bad_request(code::INVALID_REQUEST, why),
        }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {}",
            self.status.as_u16(),
            self.code,
            self.message
        )
    }
}
