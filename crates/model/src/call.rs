//! One request, as a handler gets it.

use crate::{Id, Level, Method, Raw, Text};

/// A request: what is asked, and the parameters as they arrived.
///
/// The few fields of `params` that every server needs are set beside it; they are slices of the
/// same bytes. All the rest is in [`params`](Self::params), untouched.
#[derive(Clone, Debug)]
pub struct Call {
    /// The request's id.
    pub id: Id,
    /// What is asked.
    pub method: Method,
    /// The parameters, whole; `{}` if there were none.
    pub params: Raw,
    /// `params.name`: the tool or prompt.
    pub name: Option<Text>,
    /// `params.uri`: the resource.
    pub uri: Option<Text>,
    /// `params.arguments`.
    pub arguments: Option<Raw>,
    /// `params.cursor`: where a list goes on.
    pub cursor: Option<Text>,
    /// `params.inputResponses`: answers to what an earlier round of this call asked (modern).
    pub input_responses: Option<Raw>,
    /// `params.requestState`: what that round gave the caller to send back (modern).
    pub request_state: Option<Raw>,
    /// `params._meta`.
    pub meta: Meta,
}

/// What `_meta` of a request says.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    /// The token that progress of this call carries.
    pub progress_token: Option<Raw>,
    /// From which level on the caller wants this call's log messages (modern).
    pub log_level: Option<Level>,
    /// What the caller can do, with this very request (modern).
    pub client_capabilities: Option<Raw>,
    /// Who calls, as it says itself (modern).
    pub client_info: Option<Raw>,
    /// The trace this call belongs to (W3C Trace Context).
    pub traceparent: Option<Text>,
    /// The trace's vendor part.
    pub tracestate: Option<Text>,
}
