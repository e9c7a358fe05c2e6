//! `[fronts]`: what stands beside the endpoint.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::Config;

use super::{base, mirror::mirrors};
use crate::settings::values::{Day, Prefix};

/// What stands beside the endpoint. What is off is a 404.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Fronts {
    /// HTTP+SSE, the transport of 2024-11-05, at `/sse` and `/mcp/sse`. It is deprecated since
    /// 2025-03-26, and whoever still has clients that need it knows so.
    pub(crate) sse: bool,
    /// When HTTP+SSE ends here, which its answers then say. Default: nothing is said; only whoever
    /// serves it knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sse_sunset: Option<Day>,
    /// What a proxy cuts off before our paths, as `/tools` where it passes `/tools/sse` on as
    /// `/sse`: clients of HTTP+SSE are told the path that they post to, and only the proxy knows all
    /// of it.
    pub(crate) sse_prefix: Prefix,
    /// WebSocket, at `/ws`: guarded as the endpoint is, and costs nothing while nobody connects.
    pub(crate) websocket: bool,
    /// `/tools/NAME/stream`, any tool over plain HTTP, for `curl` and `EventSource`: whoever may call
    /// there may call the same tool at the endpoint.
    pub(crate) tools: bool,
    /// `/stream` and `/calculate`, which show plain streaming without any tool.
    pub(crate) samples: bool,
    /// `/streams`: who is connected, over which front and speaking what, as JSON. It names the
    /// clients to whoever may call there.
    pub(crate) monitor: bool,
}

mirrors! {
    Fronts of Config = base();
    sse: fronts.http_sse,
    sse_prefix: http_sse.prefix,
    websocket: fronts.websocket,
    tools: fronts.tools,
    samples: fronts.samples,
    monitor: fronts.monitor,
    ;
    sse_sunset: None,
}
