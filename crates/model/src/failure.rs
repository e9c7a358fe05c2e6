//! Why a call was not done, said so that its caller can mend it.

use std::fmt;

use crate::Raw;

/// A call's error.
///
/// It is no [`std::error::Error`], so that `?` turns any error into one: a tool that fails on a
/// file or a number answers with that error's sentence, as a result the model can read.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    kind: FailureKind,
    message: String,
    data: Option<Raw>,
}

/// What kind of failure it is; the era picks the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// The tool ran and did not succeed: a result with `isError`, which a model can react to.
    Tool,
    /// The tool did not run, because its arguments do not fit: a result with `isError` too, so
    /// that a model can mend them.
    Arguments,
    /// The parameters are wrong (-32602).
    InvalidParams,
    /// No tool or prompt of this name (-32602).
    UnknownName,
    /// No such method here (-32601).
    MethodNotFound,
    /// No such resource (-32602; -32002 for callers before 2026-07-28).
    NotFound,
    /// The request is none the protocol knows (-32600).
    InvalidRequest,
    /// The client did not declare what the call needs (-32021, with what that is in `data`).
    MissingCapability,
    /// There is too much at once; the same may go well later (-32603, and 503 where a status can
    /// still be said).
    Busy,
    /// The server broke (-32603).
    Internal,
    /// A JSON-RPC error with a code of its own: an upstream's, or the application's.
    Code(i64),
}

// === impl Failure ===

impl Failure {
    /// Returns a failure of the tool's own work: the caller's model sees `message` and can try again.
    #[must_use]
    pub fn tool(message: impl fmt::Display) -> Self {
        Self::new(FailureKind::Tool, message)
    }

    /// Returns a refusal of a tool's arguments: the caller's model sees `message` and can mend them.
    #[must_use]
    pub fn arguments(message: impl fmt::Display) -> Self {
        Self::new(FailureKind::Arguments, message)
    }

    /// Returns a refusal of the call's parameters (-32602).
    #[must_use]
    pub fn invalid_params(message: impl fmt::Display) -> Self {
        Self::new(FailureKind::InvalidParams, message)
    }

    /// Returns "there is no tool or prompt of this name" (-32602).
    #[must_use]
    pub fn unknown_name(message: impl fmt::Display) -> Self {
        Self::new(FailureKind::UnknownName, message)
    }

    /// Returns "there is no such method here" (-32601).
    #[must_use]
    pub fn method_not_found(method: &str) -> Self {
        Self::new(
            FailureKind::MethodNotFound,
            format_args!("no such method: {method}"),
        )
    }

    /// Returns "there is no such resource", with the URI in `data`.
    #[must_use]
    pub fn not_found(uri: &str) -> Self {
        Self::new(
            FailureKind::NotFound,
            format_args!("no such resource: {uri}"),
        )
        .with_data(serde_json::json!({ "uri": uri }).into())
    }

    /// Returns "the client did not declare what this needs": `needs` is the object of client
    /// capabilities that it should have declared.
    #[must_use]
    pub fn missing_capability(needs: &serde_json::Value) -> Self {
        Self::new(
            FailureKind::MissingCapability,
            "the client must declare the capabilities in data.requiredCapabilities for this",
        )
        .with_data(serde_json::json!({ "requiredCapabilities": needs }).into())
    }

    /// Returns "the server broke" (-32603). The message goes to the caller: keep details out of it.
    #[must_use]
    pub fn internal(message: impl fmt::Display) -> Self {
        Self::new(FailureKind::Internal, message)
    }

    /// Returns "too much at once": the same call may go well later.
    #[must_use]
    pub fn busy(message: impl fmt::Display) -> Self {
        Self::new(FailureKind::Busy, message)
    }

    /// Returns a failure of `kind`.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            message: message.to_string(),
            data: None,
        }
    }

    /// Adds the error's `data`.
    #[must_use]
    pub fn with_data(mut self, data: Raw) -> Self {
        self.data = Some(data);
        self
    }

    /// Returns what kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        self.kind
    }

    /// Returns whether it is told in a result that a model reads, as opposed to an error of the
    /// protocol: the tool ran and did not succeed, or its arguments do not fit.
    #[must_use]
    pub const fn is_tool(&self) -> bool {
        matches!(self.kind, FailureKind::Tool | FailureKind::Arguments)
    }

    /// Returns the sentence for the caller.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the error's `data`.
    #[must_use]
    pub const fn data(&self) -> Option<&Raw> {
        self.data.as_ref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::tool(error)
    }
}
