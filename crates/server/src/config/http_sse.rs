//! How HTTP+SSE is served, the transport of 2024-11-05, while old clients are left.

use std::time::{Duration, SystemTime};

/// How HTTP+SSE is served, where [`Fronts::http_sse`](crate::Fronts::http_sse) turns it on.
#[derive(Clone, Debug)]
pub struct HttpSse {
    /// How many connections may be open at a time; more are refused with 503. Default 1 000: each
    /// holds a stream for as long as its client lives, and needs a second connection for what the
    /// client says. Few clients are left that speak nothing newer.
    pub max_connections: usize,
    /// What stands before our paths as clients see them, as `/tools` where a proxy passes
    /// `/tools/sse` on as `/sse`. Clients are told the path that they post to, and only the proxy
    /// knows all of it. Default: nothing.
    pub prefix: String,
    /// What its answers say of its end. Default [`Deprecation::default`]: it is true wherever the
    /// transport is served, and costs a header.
    pub deprecation: Option<Deprecation>,
}

/// Since when something is deprecated, and when it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deprecation {
    /// Since when: the header `Deprecation` (RFC 9745). Default 2025-03-26, the revision that put
    /// Streamable HTTP in its place.
    pub since: SystemTime,
    /// When it may be gone: the header `Sunset` (RFC 8594). Default: nothing is said; only whoever
    /// serves it knows.
    pub sunset: Option<SystemTime>,
}

// === impl HttpSse ===

impl Default for HttpSse {
    fn default() -> Self {
        Self {
            max_connections: 1_000,
            prefix: String::new(),
            deprecation: Some(Deprecation::default()),
        }
    }
}

// === impl Deprecation ===

impl Deprecation {
    /// 2025-03-26, in seconds since 1970.
    const REPLACED: Duration = Duration::from_secs(1_742_947_200);
}

impl Default for Deprecation {
    fn default() -> Self {
        Self {
            since: SystemTime::UNIX_EPOCH + Self::REPLACED,
            sunset: None,
        }
    }
}
