//! `/streams`: who is here, over which front and speaking what, so that one sees who is left on an
//! old transport before it is turned off.
//!
//! ```json
//! {
//!   "connections": [{ "front": "http+sse", "open": 1 }, { "front": "websocket", "open": 0 }],
//!   "clients": [{
//!     "front": "http+sse", "revision": "2024-11-05", "client": "editor 1.2.0",
//!     "count": 3, "last_seen": "2026-07-28T12:00:00Z"
//!   }],
//!   "under_way": {
//!     "calls": 1, "questions": 0, "tasks": 0,
//!     "standing_streams": 1, "resumed_streams": 0, "sessions_with_state": 0
//!   }
//! }
//! ```
//!
//! `connections` are those that are a session each, by front; requests to `/mcp` come over any
//! connection. `clients` are those that introduced themselves since the start, by front, revision
//! and what they call themselves: by `initialize`, or, in the modern era, by asking who the server
//! is, which not all do. A thousand kinds are told apart, and more count as `others`. Of what is
//! under way, `questions` are those that clients have not answered, and `standing_streams` what
//! tells of changes: GET and listen streams, and one for each session of a connection.
//!
//! The names stay; others may come beside them.

use std::sync::Arc;

use http::{HeaderValue, Method, Response, header, request::Parts};
use jiff::Timestamp;
use serde::Serialize;
use tidegate_era::Reject;

use crate::{
    census::{Front, Kind, Seen},
    respond::{self, ResponseBody},
    state::State,
};

#[derive(Serialize)]
struct Report {
    connections: Vec<Open>,
    clients: Vec<Client>,
    under_way: UnderWay,
}

#[derive(Serialize)]
struct Open {
    front: &'static str,
    open: usize,
}

#[derive(Serialize)]
struct Client {
    front: &'static str,
    revision: &'static str,
    client: String,
    count: u64,
    last_seen: String,
}

#[derive(Serialize)]
struct UnderWay {
    calls: usize,
    questions: usize,
    tasks: usize,
    standing_streams: usize,
    resumed_streams: usize,
    sessions_with_state: usize,
}

/// Says who is here.
pub(crate) fn streams(state: &Arc<State>, parts: &Parts) -> Result<Response<ResponseBody>, Reject> {
    if parts.method != Method::GET {
        return Err(Reject::method_not_allowed(
            "GET",
            "GET says who is connected here",
        ));
    }
    let report = Report::new(state);
    let mut response = respond::json(serde_json::to_vec(&report).unwrap_or_default().into());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

// === impl Report ===

impl Report {
    fn new(state: &State) -> Self {
        let (sessions_with_state, _) = state.sessions.lock().table.len();
        Self {
            connections: [Front::HttpSse, Front::WebSocket]
                .map(|front| Open {
                    front: front.name(),
                    open: state.census.open(front),
                })
                .into(),
            clients: state.census.seen().into_iter().map(Client::new).collect(),
            under_way: UnderWay {
                calls: state.calls.len(),
                questions: state.asked.len(),
                tasks: state.tasks.len(),
                standing_streams: state.streams.len(),
                resumed_streams: state.resumed.len(),
                sessions_with_state,
            },
        }
    }
}

// === impl Client ===

impl Client {
    fn new((kind, seen): (Kind, Seen)) -> Self {
        let last = i64::try_from(seen.last).unwrap_or(i64::MAX);
        Self {
            front: kind.front.name(),
            revision: kind.revision,
            client: kind.client,
            count: seen.count,
            last_seen: Timestamp::from_second(last).unwrap_or_default().to_string(),
        }
    }
}
