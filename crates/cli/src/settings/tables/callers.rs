//! `[callers]`: how much of what all share one caller may have, and how fast it may come.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::Config;

use super::{base, mirror::mirrors};
use crate::settings::values::Count;

/// How much of what all share one caller may have. A caller is whoever the credentials name; where
/// nobody has to say who they are, rates count by address (of IPv6 by its first 64 bits), and shares
/// do not: a proxy or an office is one address.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Callers {
    /// How many calls one may begin a minute, all of them at once if it likes; more are 429. Default:
    /// as many as it likes; what a call costs is known to its tool alone, and what is under way at a
    /// time is bounded anyhow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) calls_a_minute: Option<Count<1, 1_000_000>>,
    /// How many sessions one may open a minute; more are 429. Default: as many as it likes; a session
    /// leaves nothing behind before it sets something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sessions_a_minute: Option<Count<1, 1_000_000>>,
    /// How many sessions of one caller may have state; more are 429. A gateway's worth, and a tenth of
    /// what all may have.
    pub(crate) sessions: Count<1, 10_000_000>,
    /// How many calls of one caller may be pending at a time; more are 429. A gateway's worth, and a
    /// tenth of what `limits.max_calls` leaves to all.
    pub(crate) max_calls: Count<1, 1_000_000>,
    /// How many GET and listen streams one caller may hold open; more are 429. A tenth of what
    /// `limits.max_streams` leaves to all.
    pub(crate) max_streams: Count<1, 1_000_000>,
    /// How many connections may come from one address; one more is closed as soon as it is accepted.
    /// Default: as many as there are places, for a proxy's are all from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_connections: Option<Count<1, 1_000_000>>,
}

mirrors! {
    Callers of Config = base();
    calls_a_minute: per_caller.calls,
    sessions_a_minute: per_caller.initializes,
    sessions: sessions.states_of_one,
    max_calls: per_caller.max_calls,
    max_streams: per_caller.max_streams,
    max_connections: per_caller.max_connections,
}
