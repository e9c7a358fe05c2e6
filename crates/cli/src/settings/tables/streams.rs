//! `[streams]` and `[replay]`: streams while they are open, and what is kept of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::{Config, ReplayLimits};

use super::{base, mirror::mirrors};
use crate::settings::values::{Count, Size, Span};

/// Streams while they are open.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Streams {
    /// SSE ping: how often an idle stream says that it lives. Half of what impatient proxies grant.
    pub(crate) ping: Span<1_000, 3_600_000>,
    /// How long a WebSocket's client may leave a ping unanswered and say nothing else: a train's
    /// tunnel is no end, and what died holds no place for long.
    pub(crate) pong_timeout: Span<1_000, 86_400_000>,
    /// Idle time of a reader: how long a client may leave a stream unread before its connection is
    /// closed. A laptop that was shut for a moment comes back.
    pub(crate) stall_timeout: Span<1_000, 86_400_000>,
    /// Maximum age of a GET or listen stream; then its client opens another, and none is forgotten
    /// for ever.
    pub(crate) max_age: Span<1_000, 2_592_000_000>,
    /// How long a call may be silent before its answer becomes a stream. Below it a person does not
    /// wait, above it proxies should see that something lives.
    pub(crate) commit_after: Span<1, 60_000>,
    /// How long a client is told to wait before it resumes a stream: soon enough for a person, and a
    /// server that restarts is not met by all its clients at once.
    pub(crate) retry: Span<1, 3_600_000>,
    /// How many bytes are read from a WebSocket at a time, and gathered before they are written. It
    /// stands in memory as long as the connection does, and thousands may.
    pub(crate) websocket_buffer: Size<1_024, 1_048_576>,
}

/// What is kept of streams for clients whose connection broke.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Replay {
    /// Whether anything is kept. Without, no stream can be resumed; with it a fast call costs nothing
    /// more.
    pub(crate) enabled: bool,
    /// How long after its end a stream can be resumed: a laptop changes networks, a phone leaves a
    /// tunnel.
    pub(crate) age: Span<1_000, 86_400_000>,
    /// How many bytes are kept for a session, beside what was said last: some twenty thousand log
    /// lines, or one large answer.
    pub(crate) session_bytes: Size<4_096, 17_179_869_184>,
    /// How many frames are kept for a session, beside what was said last: what busy tools say in
    /// some minutes.
    pub(crate) session_frames: Count<1, 10_000_000>,
    /// How many bytes are kept in all: sixty-four sessions that use up all of theirs. The oldest goes
    /// first, and who asks for what has gone is told so.
    pub(crate) bytes: Size<4_096, 1_099_511_627_776>,
}

mirrors! {
    Streams of Config = base();
    ping: ping_every,
    pong_timeout: pong_timeout,
    stall_timeout: stall_timeout,
    max_age: stream_age,
    commit_after: commit_after,
    retry: retry,
    websocket_buffer: websocket_buffer,
}

mirrors! {
    Replay of ReplayLimits = ReplayLimits::default();
    age: age,
    session_bytes: session_bytes,
    session_frames: session_frames,
    bytes: bytes,
    ;
    enabled: true,
}

// === impl Replay ===

impl Replay {
    /// Returns the library's limits; none: nothing is kept.
    pub(super) fn limits(&self) -> Option<ReplayLimits> {
        self.enabled.then(|| {
            let mut limits = ReplayLimits::default();
            self.put(&mut limits);
            limits
        })
    }
}
