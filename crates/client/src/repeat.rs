//! Which requests are sent once more after they failed, and when.
//!
//! Never twice what may have been done and does more the second time: a tool's call, unless it
//! never reached its tool, or the tool's own word that this is safe is trusted.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;
use tidegate_era::{Revision, code};

use crate::{
    dispatch::Dispatch,
    endpoint::{Era, Outgoing},
    error::Error,
    retry::{Attempts, LONGEST_WAIT, Reconnect, may_repeat},
};

/// How often one request was sent again.
pub(crate) struct Repeats {
    attempts: Attempts,
    /// Whether the server has refused its version once.
    version: bool,
}

// === impl Repeats ===

impl Repeats {
    pub(crate) const fn new(settings: Reconnect) -> Self {
        Self {
            attempts: Attempts::new(settings),
            version: false,
        }
    }

    /// Returns how long to wait before the request is sent again; `None`: it is not. `within` is
    /// how much time it has left.
    pub(crate) fn again(
        &mut self,
        dispatch: &Dispatch,
        outgoing: &Outgoing,
        error: &Error,
        within: Option<Duration>,
    ) -> Option<Duration> {
        if self.is_version(dispatch, error) {
            self.version = true;
            return Some(Duration::ZERO);
        }
        let delay = if is_busy(error) {
            self.attempts.next(error.retry_after())?
        } else if error.is_connect() || error.is_broken() && dispatch.may_repeat(outgoing) {
            self.attempts.next(None)?
        } else {
            return None;
        };
        // Better the server's own words now than a deadline's later.
        (delay < within.unwrap_or(LONGEST_WAIT)).then_some(delay)
    }

    /// Whether the server refuses a version that, in the same breath, it says it speaks: one of
    /// several machines behind one address, for example. An established modern server is never
    /// spoken to in another era (2026-07-28 versioning §Protocol Version Negotiation).
    fn is_version(&self, dispatch: &Dispatch, error: &Error) -> bool {
        let Era::Modern(revision) = &dispatch.era else {
            return false;
        };
        let supported = error
            .rpc_data()
            .and_then(|data| data["supported"].as_array());
        let speaks = |name: &Value| name.as_str().and_then(Revision::read) == Some(*revision);
        !self.version
            && error.rpc_code() == Some(code::UNSUPPORTED_VERSION)
            && supported.is_some_and(|names| names.iter().any(speaks))
    }
}

/// Whether the server did not take the request, and said when it will.
fn is_busy(error: &Error) -> bool {
    let status = error.status();
    let busy = [
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    error.retry_after().is_some() && status.is_some_and(|status| busy.contains(&status))
}

impl Dispatch {
    /// Returns whether doing a request twice does no more than doing it once.
    fn may_repeat(&self, outgoing: &Outgoing) -> bool {
        if outgoing.method != "tools/call" {
            return may_repeat(&outgoing.method);
        }
        let tool = outgoing.name.as_deref();
        self.wire.trusts_annotations && tool.is_some_and(|tool| self.tools.may_repeat(tool))
    }
}
