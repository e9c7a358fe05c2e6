//! Which front a path belongs to: the one place that knows.
//!
//! ```text
//!   /mcp                  ─▶ Endpoint     Streamable HTTP, every revision; compared first
//!   /tools/{name}/stream  ─▶ Tool         one call over plain HTTP
//!   /stream, /calculate   ─▶ Sample       plain streaming without a tool
//!   /ws                   ─▶ WebSocket    a message a text frame
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
    /// WebSocket.
    WebSocket,
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

/// Returns the front that answers at `path`; `None`: nobody does.
pub(crate) fn find(config: &Config, path: &str) -> Option<Route> {
    if path == config.path {
        return Some(Route::Endpoint);
    }
    let fronts = &config.fronts;
    match path {
        "/ws" if fronts.websocket => Some(Route::WebSocket),
        "/stream" if fronts.samples => Some(Route::Sample(Sample::Messages)),
        "/calculate" if fronts.samples => Some(Route::Sample(Sample::Calculation)),
        path if fronts.tools && tool(path).is_some() => Some(Route::Tool),
        _ => None,
    }
}

/// Returns the name of the tool whose stream `path` is, percent-encoded as it stands there.
pub(crate) fn tool(path: &str) -> Option<&str> {
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
            samples: true,
            ..Fronts::default()
        })
    }

    #[test]
    fn each_path_has_its_front() {
        for (path, route) in [
            ("/mcp", Some(Route::Endpoint)),
            ("/tools/echo/stream", Some(Route::Tool)),
            ("/tools/a%2Fb/stream", Some(Route::Tool)),
            ("/tools/stream/stream", Some(Route::Tool)),
            ("/stream", Some(Route::Sample(Sample::Messages))),
            ("/calculate", Some(Route::Sample(Sample::Calculation))),
            ("/ws", Some(Route::WebSocket)),
            ("/ws/", None),
            ("/", None),
            ("/mcp/", None),
            ("/MCP", None),
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
            tools: false,
            samples: false,
            ..Fronts::default()
        });
        for path in ["/ws", "/tools/echo/stream", "/stream", "/calculate"] {
            assert_eq!(find(&off, path), None, "{path}");
        }
        assert_eq!(find(&off, "/mcp"), Some(Route::Endpoint));
    }

    #[test]
    fn samples_are_off_until_they_are_wanted() {
        assert_eq!(find(&Config::default(), "/stream"), None);
    }

    #[test]
    fn the_endpoint_goes_before_every_other_front() {
        let mut config = all();
        config.path = "/stream".to_owned();
        assert_eq!(find(&config, "/stream"), Some(Route::Endpoint));
    }
}
