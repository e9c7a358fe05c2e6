//! Work that goes on after its call was answered (the extension `io.modelcontextprotocol/tasks`).

use serde::{Deserialize, Serialize};

/// The extension's id, as clients and servers declare it.
pub const TASKS: &str = "io.modelcontextprotocol/tasks";

/// A task, as its client sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// The name it is asked after by: unguessable.
    pub task_id: String,
    /// How it stands.
    pub status: TaskStatus,
    /// A word on it for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// When it began (RFC 3339).
    pub created_at: String,
    /// When it last changed (RFC 3339).
    pub last_updated_at: String,
    /// How long it is kept from its beginning, in milliseconds; none: as long as the server lives.
    pub ttl_ms: Option<u64>,
    /// How often to ask, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_interval_ms: Option<u64>,
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// It runs.
    Working,
    /// It waits for answers of its client.
    InputRequired,
    /// It is done; its tool may have failed.
    Completed,
    /// It ended with a JSON-RPC error.
    Failed,
    /// It was cancelled.
    Cancelled,
}

// === impl TaskStatus ===

impl TaskStatus {
    /// Returns whether it changes no more.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}
