//! The audit log: who was turned away, and why.
//!
//! It goes to `tracing` at the target `tidegate::audit`. Whoever is turned away decides how often, so
//! of each kind so many events are written in a while, and the others are counted:
//!
//! ```text
//!   reason=guard who=- client=192.0.2.7 front=websocket status=403 "pages of this Origin may not …"
//!   reason=guard left_out=81234 "more were turned away than are written down"
//! ```

use std::{
    fmt::Display,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use http::StatusCode;
use parking_lot::Mutex;
use tidegate_era::{Reject, Remedy, code};
use tokio::runtime::Handle;

use crate::access::printable;

/// Where the events go.
const TARGET: &str = "tidegate::audit";

/// How many events of a kind are written in a while. Default 20: whoever reads them sees what goes on,
/// and a flood of them takes no more than some kilobytes a minute.
const WRITTEN: u32 = 20;

/// How long a while is.
const WHILE: Duration = Duration::from_secs(10);

/// Writes down who was turned away.
#[derive(Debug, Default)]
pub(crate) struct Audit(Mutex<[Window; Reason::ALL.len()]>);

/// Why somebody was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// By host, origin, or headers that contradict each other.
    Guard,
    /// The credentials are missing, wrong, over or revoked.
    Authentication,
    /// They do not cover what is asked for.
    Scope,
    /// The session, or what belongs to one, is none of theirs.
    Session,
    /// There is no room, or the caller has its share.
    Limit,
}

/// A refusal, on its way out with the answer that it is.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) reason: Reason,
    pub(crate) why: String,
}

/// What was written of a kind lately.
#[derive(Debug, Default)]
struct Window {
    begun: Option<Instant>,
    written: u32,
    left_out: u64,
}

// === impl Reason ===

impl Reason {
    const ALL: [Self; 5] = [
        Self::Guard,
        Self::Authentication,
        Self::Scope,
        Self::Session,
        Self::Limit,
    ];

    /// Returns why a refusal was made; `None`: it is a mistake, and nobody was turned away.
    pub(crate) fn of(reject: &Reject) -> Option<Self> {
        let is_challenged = matches!(reject.remedy, Some(Remedy::Credentials(_)));
        match reject.status {
            StatusCode::FORBIDDEN if is_challenged => Some(Self::Scope),
            StatusCode::UNAUTHORIZED => Some(Self::Authentication),
            StatusCode::BAD_REQUEST if is_challenged => Some(Self::Authentication),
            StatusCode::FORBIDDEN => Some(Self::Guard),
            StatusCode::BAD_REQUEST if reject.code == code::HEADER_MISMATCH => Some(Self::Guard),
            StatusCode::NOT_FOUND if reject.code == code::SESSION_NOT_FOUND => Some(Self::Session),
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::REQUEST_TIMEOUT
            | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Some(Self::Limit),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::Authentication => "authentication",
            Self::Scope => "scope",
            Self::Session => "session",
            Self::Limit => "limit",
        }
    }
}

// === impl Refused ===

impl Refused {
    /// Returns what is to be written of a refusal; `None`: nothing.
    pub(crate) fn of(reject: &Reject) -> Option<Self> {
        Some(Self {
            reason: Reason::of(reject)?,
            why: printable(&reject.message),
        })
    }
}

// === impl Audit ===

impl Audit {
    /// Writes down that somebody was turned away, or counts it.
    pub(crate) fn refused(
        self: &Arc<Self>,
        refused: &Refused,
        who: Option<&str>,
        client: Option<IpAddr>,
        front: &'static str,
        status: StatusCode,
    ) {
        if !tracing::enabled!(target: TARGET, tracing::Level::WARN) {
            return;
        }
        let Refused { reason, why } = refused;
        let mut windows = self.0.lock();
        let now = Instant::now();
        let window = &mut windows[*reason as usize];
        let left_out = window.roll(now);
        let is_written = window.written < WRITTEN;
        if is_written {
            window.written += 1;
        } else {
            window.left_out += 1;
        }
        let is_first_left_out = window.left_out == 1;
        drop(windows);
        count(*reason, left_out);
        if !is_written {
            if is_first_left_out {
                self.tell_later();
            }
            return;
        }
        let client = client.as_ref().map_or(&"-" as &dyn Display, |ip| ip);
        tracing::warn!(
            target: TARGET,
            reason = reason.name(),
            who = who.map_or_else(|| "-".to_owned(), printable),
            %client,
            front,
            status = status.as_u16(),
            "{why}"
        );
    }

    /// Writes down how many were left out, of every kind.
    pub(crate) fn flush(&self) {
        for reason in Reason::ALL {
            let left_out = std::mem::take(&mut self.0.lock()[reason as usize].left_out);
            count(reason, left_out);
        }
    }

    /// A flood that has ended is counted too, though nobody comes any more.
    fn tell_later(self: &Arc<Self>) {
        let audit = Arc::clone(self);
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(WHILE).await;
                audit.flush();
            });
        }
    }
}

fn count(reason: Reason, left_out: u64) {
    if left_out > 0 {
        tracing::warn!(
            target: TARGET,
            reason = reason.name(),
            left_out,
            "more were turned away than are written down"
        );
    }
}

// === impl Window ===

impl Window {
    /// Begins anew after a while; returns how many were left out in the one that is over.
    fn roll(&mut self, now: Instant) -> u64 {
        let is_over = self
            .begun
            .is_none_or(|begun| now.duration_since(begun) >= WHILE);
        if !is_over {
            return 0;
        }
        let left_out = self.left_out;
        *self = Self {
            begun: Some(now),
            ..Self::default()
        };
        left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_while_has_so_many_and_the_next_one_as_many_again() {
        let mut window = Window::default();
        let begun = Instant::now();
        assert_eq!(window.roll(begun), 0);
        window.written = WRITTEN;
        window.left_out = 7;
        assert_eq!(window.roll(begun + WHILE / 2), 0);
        assert_eq!((window.written, window.left_out), (WRITTEN, 7));
        assert_eq!(window.roll(begun + WHILE), 7);
        assert_eq!((window.written, window.left_out), (0, 0));
    }

    #[test]
    fn mistakes_are_not_refusals() {
        let of = |status, code| Reason::of(&Reject::new(status, code, "why"));
        assert_eq!(of(StatusCode::FORBIDDEN, 0), Some(Reason::Guard));
        assert_eq!(
            of(StatusCode::UNAUTHORIZED, 0),
            Some(Reason::Authentication)
        );
        assert_eq!(of(StatusCode::TOO_MANY_REQUESTS, 0), Some(Reason::Limit));
        let unknown = Reject::session_not_found();
        assert_eq!(Reason::of(&unknown), Some(Reason::Session));
        assert_eq!(of(StatusCode::NOT_FOUND, code::METHOD_NOT_FOUND), None);
        assert_eq!(of(StatusCode::BAD_REQUEST, code::PARSE), None);
    }
}
