//! `[limits]`: how much at a time, and for how long.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::Config;

use super::{base, mirror::mirrors};
use crate::settings::values::{Count, Span};

/// How much at a time, and for how long.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// How many connections are served at a time; more wait to be accepted. Some two hundred
    /// megabytes when all hold a stream; bodies on their way come on top.
    pub(crate) max_connections: Count<1, 1_000_000>,
    /// How many calls may be pending at a time; more are 503.
    pub(crate) max_calls: Count<1, 1_000_000>,
    /// How many GET and listen streams may be open at a time; more are 503.
    pub(crate) max_streams: Count<1, 1_000_000>,
    /// How many WebSockets may stand open at a time; the next one is closed with 1013. Each is held
    /// for as long as somebody looks at a page, and `max_connections` has room for the others.
    pub(crate) max_websockets: Count<1, 1_000_000>,
    /// How many connections of HTTP+SSE may be open at a time; more are 503. Each holds a stream as
    /// long as its client lives, and few such clients are left.
    pub(crate) max_sse: Count<1, 1_000_000>,
    /// How many sessions all callers together may open a minute; more are 503. Default: as many as come;
    /// a session leaves nothing behind before it sets something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sessions_a_minute: Option<Count<1, 10_000_000>>,
    /// How many tasks may run at a time; more are 503. Nobody waits at the other end of one, so what
    /// they hold adds up unseen.
    pub(crate) max_tasks: Count<1, 1_000_000>,
    /// How many resources one listen stream may name: what a client shows at a time is far less.
    pub(crate) max_subscriptions: Count<1, 100_000>,
    /// How long a call may take when its tool says nothing else; a tool's own deadline can only be
    /// shorter.
    pub(crate) call_deadline: Span<100, 2_592_000_000>,
    /// How long a call that asked something may take to come again: a person may be at lunch; what
    /// was approved before it may not be remembered the next day.
    pub(crate) ask_ttl: Span<1_000, 86_400_000>,
    /// How long open connections may go on after the server was told to stop: what process managers
    /// grant before they kill.
    pub(crate) drain: Span<1, 3_600_000>,
}

mirrors! {
    Limits of Config = base();
    max_connections: max_connections,
    max_calls: max_calls,
    max_streams: max_streams,
    max_websockets: max_websockets,
    max_sse: http_sse.max_connections,
    sessions_a_minute: max_initializes,
    max_tasks: max_tasks,
    max_subscriptions: max_subscriptions,
    call_deadline: call_deadline,
    ask_ttl: ask_ttl,
    drain: drain,
}
