//! Which front a path belongs to: the one place that knows.
//!
//! ```text
//!   /mcp                      ─▶ Endpoint    Streamable HTTP, every revision; compared first
//!   /sse, /mcp/sse            ─▶ Sse         HTTP+SSE (2024-11-05): what the server says …
//!   /messages, /mcp/messages  ─▶ Messages    … and what the client says
//!   /ws                       ─▶ WebSocket   a message a text frame
//!   /streams                  ─▶ Streams     who is here, over which front
//!   /tools/{name}/stream      ─▶ Tool        one call over plain HTTP
//!   /secure-stream            ─▶ Tool        the call of one that asks who calls
//!   /stream, /calculate       ─▶ Sample      plain streaming without a tool
//! ```
//!
//! A front is added with a variant here, an arm in `stack.rs`, and a switch in
//! [`Fronts`](crate::Fronts).

use crate::config::Config;

/// The front that a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The endpoint of Streamable HTTP.
    Endpoint,
    /// Where a connection of HTTP+SSE is opened.
    Sse,
    /// Where its messages are posted.
    Messages,
    /// WebSocket.
    WebSocket,
    /// Who is here.
    Streams,
    /// A tool's own stream. Which tool, [`tool`] reads from the path.
    Tool,
    /// A sample of plain streaming.
    Sample(Sample),
}

/// The samples of plain streaming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    /// `/stream`: so many messages, one at a time.
    Messages,
    /// `/calculate`: what is calculated, and what came of it.
    Calculation,
}

/// The sample that is a tool's stream under a name of its own.
const SECURE: &str = "/secure-stream";

/// Returns the front's name, for logs.
pub(crate) const fn name(route: Option<Route>) -> &'static str {
    match route {
        Some(Route::Endpoint) => "streamable-http",
        Some(Route::Sse | Route::Messages) => "http+sse",
        Some(Route::WebSocket) => "websocket",
        Some(Route::Streams) => "streams",
        Some(Route::Tool) => "tool",
        Some(Route::Sample(_)) => "sample",
        None => "-",
    }
}

/// Returns the methods that a front answers, as `Allow` and preflights name them.
pub(crate) const fn methods(route: Route) -> &'static str {
    match route {
        Route::Endpoint => "GET, POST, DELETE",
        Route::Messages => "POST",
        Route::Tool => "GET, POST",
        Route::Sse | Route::WebSocket | Route::Streams | Route::Sample(_) => "GET",
    }
}

/// Returns the front that answers at `path`; `None`: nobody does.
pub(crate) fn find(config: &Config, path: &str) -> Option<Route> {
    if path == config.path {
        return Some(Route::Endpoint);
    }
    let fronts = &config.fronts;
    match path {
        "/ws" if fronts.websocket => Some(Route::WebSocket),
        "/streams" if fronts.monitor => Some(Route::Streams),
        "/stream" if fronts.samples => Some(Route::Sample(Sample::Messages)),
        "/calculate" if fronts.samples => Some(Route::Sample(Sample::Calculation)),
        SECURE => fronts.samples.then_some(Route::Tool),
        path if fronts.tools && tool(path).is_some() => Some(Route::Tool),
        path if fronts.http_sse => http_sse(config, path),
        _ => None,
    }
}

/// Both paths stand below the endpoint's too: so one rule of a proxy passes all of it on.
fn http_sse(config: &Config, path: &str) -> Option<Route> {
    let below = path.strip_prefix(config.path.as_str()).unwrap_or_default();
    match (path, below) {
        ("/sse", _) | (_, "/sse") => Some(Route::Sse),
        ("/messages", _) | (_, "/messages") => Some(Route::Messages),
        _ => None,
    }
}

/// Returns the name of the tool whose stream `path` is, percent-encoded as it stands there.
pub(crate) fn tool(path: &str) -> Option<&str> {
    if path == SECURE {
        return Some("secure_data_stream");
    }
    let name = path.strip_prefix("/tools/")?.strip_suffix("/stream")?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Fronts;

    fn config(fronts: Fronts) -> Config {
        Config {
            fronts,
            ..Config::default()
        }
    }

    fn all() -> Config {
        config(Fronts {
            http_sse: true,
            samples: true,
            monitor: true,
            ..Fronts::default()
        })
    }

    #[test]
    fn each_path_has_its_front() {
        for (path, route) in [
            ("/mcp", Some(Route::Endpoint)),
            ("/sse", Some(Route::Sse)),
            ("/mcp/sse", Some(Route::Sse)),
            ("/messages", Some(Route::Messages)),
            ("/mcp/messages", Some(Route::Messages)),
            ("/streams", Some(Route::Streams)),
            ("/tools/echo/stream", Some(Route::Tool)),
            ("/tools/a%2Fb/stream", Some(Route::Tool)),
            ("/tools/stream/stream", Some(Route::Tool)),
            ("/stream", Some(Route::Sample(Sample::Messages))),
            ("/calculate", Some(Route::Sample(Sample::Calculation))),
            ("/secure-stream", Some(Route::Tool)),
            ("/ws", Some(Route::WebSocket)),
            ("/ws/", None),
            ("/", None),
            ("/mcp/", None),
            ("/MCP", None),
            ("/sse/", None),
            ("/other/sse", None),
            ("/mcp/mcp/sse", None),
            ("/mcp/streams", None),
            ("/stream/", None),
            ("/tools//stream", None),
            ("/tools/stream", None),
            ("/tools/echo", None),
            ("/tools/echo/stream/", None),
        ] {
            assert_eq!(find(&all(), path), route, "{path}");
        }
    }

    #[test]
    fn a_front_that_is_off_has_no_path() {
        let off = config(Fronts {
            websocket: false,
            http_sse: false,
            tools: false,
            samples: false,
            monitor: false,
        });
        for path in [
            "/ws",
            "/tools/echo/stream",
            "/stream",
            "/secure-stream",
            "/calculate",
            "/sse",
            "/mcp/sse",
            "/messages",
            "/mcp/messages",
            "/streams",
        ] {
            assert_eq!(find(&off, path), None, "{path}");
        }
        assert_eq!(find(&off, "/mcp"), Some(Route::Endpoint));
    }

    #[test]
    fn what_is_old_or_a_sample_or_tells_of_clients_is_off_until_it_is_wanted() {
        for path in ["/stream", "/secure-stream", "/sse", "/messages", "/streams"] {
            assert_eq!(find(&Config::default(), path), None, "{path}");
        }
    }

    #[test]
    fn the_endpoint_goes_before_every_other_front() {
        for path in ["/stream", "/sse", "/streams"] {
            let mut config = all();
            config.path = path.to_owned();
            assert_eq!(find(&config, path), Some(Route::Endpoint));
            assert_eq!(find(&config, &format!("{path}/sse")), Some(Route::Sse));
        }
    }
}
