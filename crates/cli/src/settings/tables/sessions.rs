//! `[sessions]` and `[tasks]`: what outlives a request.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::Config;

use super::{base, mirror::mirrors};
use crate::settings::values::{Count, Size, Span};

/// Sessions of the eras that have them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sessions {
    /// How long a session's id opens it: a forgotten id is of no use tomorrow.
    pub(crate) lifetime: Span<60_000, 2_592_000_000>,
    /// Idle time of a session: after how long without use its state (log level, subscriptions) is
    /// dropped, which ends it; never while a call runs or a stream is open.
    pub(crate) idle: Span<1_000, 2_592_000_000>,
    /// How many sessions may have state; more `logging/setLevel` and `resources/subscribe` are 503.
    /// Some megabytes. Sessions without state are not counted: they cost nothing.
    pub(crate) states: Count<1, 10_000_000>,
    /// How many resources a session may subscribe to: what a client shows at a time is far less.
    pub(crate) subscriptions: Count<1, 100_000>,
    /// How many bytes the URIs of all subscriptions may have: a thousand sessions with five hundred
    /// each. More `resources/subscribe` are 503.
    pub(crate) subscription_bytes: Size<4_096, 17_179_869_184>,
    /// How many ended ids are remembered; more DELETEs are 503. They take 24 bytes each, and a day of
    /// two clients a second ending theirs fits in.
    pub(crate) ended: Count<1, 100_000_000>,
}

/// Tasks: calls that outlive their request.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tasks {
    /// How long a task is kept, from its beginning, and may run: what was begun in the evening can be
    /// fetched in the morning.
    pub(crate) ttl: Span<1_000, 2_592_000_000>,
    /// How often clients are told to ask after a task: a person does not wait for less, and it is a
    /// fraction of what a call costs.
    pub(crate) poll: Span<10, 3_600_000>,
}

mirrors! {
    Sessions of Config = base();
    lifetime: sessions.lifetime,
    idle: sessions.idle,
    states: sessions.states,
    subscriptions: sessions.subscriptions,
    subscription_bytes: sessions.subscription_bytes,
    ended: sessions.ended,
}

mirrors! {
    Tasks of Config = base();
    ttl: task_ttl,
    poll: task_poll,
}
