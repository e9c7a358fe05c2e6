//! Which fronts stand beside the endpoint, and at which paths.

/// The fronts that stand beside the endpoint. All feed the same tools; one that is off is a 404.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fronts {
    /// HTTP+SSE, the transport of 2024-11-05: GET `/sse`, or `/sse` below the endpoint's path
    /// (`/mcp/sse`), and POST `/messages`. Default no: the protocol has deprecated it, and whoever
    /// still has clients that need it knows so.
    pub http_sse: bool,
    /// WebSocket, at `/ws`. Default yes: it is guarded as the endpoint is, and costs nothing while
    /// nobody connects.
    pub websocket: bool,
    /// `/tools/{name}/stream`: any tool over plain HTTP, for `curl` and `EventSource`. Default yes:
    /// whoever may call there may call the same tool at the endpoint.
    pub tools: bool,
    /// `/stream` and `/calculate`, which show plain streaming without any tool, and
    /// `/secure-stream`, the stream of a tool `secure_data_stream` if there is one. Default no: a
    /// program that embeds a server has paths of its own, and `tidegate serve` turns them on.
    pub samples: bool,
    /// `/streams`: who is connected, over which front and speaking what, as JSON. Default no: it
    /// names a server's clients to whoever may call there, and a program that embeds a server has
    /// paths of its own. `tidegate serve` turns it on.
    pub monitor: bool,
}

// === impl Fronts ===

impl Default for Fronts {
    fn default() -> Self {
        Self {
            http_sse: false,
            websocket: true,
            tools: true,
            samples: false,
            monitor: false,
        }
    }
}
