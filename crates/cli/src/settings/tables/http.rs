//! `[http]`: requests and connections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::Config;

use super::{base, mirror::mirrors};
use crate::settings::values::{Answers, Route, Size, Span};

/// Requests and connections.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Http {
    /// The path of the endpoint, as most servers have it.
    pub(crate) path: Route,
    /// How to answer. `auto`: one JSON object for a call that ends before it says anything, a stream
    /// otherwise. `json`: always one object; what a call says on its way is left out. `sse`: always
    /// a stream. With `auto` a fast call costs what plain HTTP costs.
    pub(crate) respond: Answers,
    /// HTTP keep-alive: how long a connection may lie idle between requests. Longer than the 60 s
    /// after which most proxies close theirs, so that none sends into a closing connection.
    pub(crate) keep_alive: Span<1_000, 86_400_000>,
    /// How long a request's head may take to arrive: who sends slower holds a place for nothing.
    pub(crate) head_timeout: Span<100, 3_600_000>,
    /// How long a request's body may take to arrive: 4 MiB over a slow phone.
    pub(crate) body_timeout: Span<100, 3_600_000>,
    /// How many bytes a request's head may have; more is 431. It bounds what a connection's
    /// read buffer grows to, too.
    pub(crate) max_head: Size<8_192, 1_048_576>,
    /// How many bytes a request's body may have; more is 413. Arguments are rarely a hundredth.
    pub(crate) max_body: Size<1_024, 1_073_741_824>,
    /// How many bytes all bodies may have together that came in more than one piece; one that does not
    /// fit is 503. Sixty-four of the longest at a time.
    pub(crate) max_buffered: Size<4_096, 1_099_511_627_776>,
}

mirrors! {
    Http of Config = base();
    path: path,
    respond: respond,
    keep_alive: idle_timeout,
    head_timeout: head_timeout,
    body_timeout: body_timeout,
    max_head: max_head,
    max_body: max_body,
    max_buffered: max_buffered,
}
