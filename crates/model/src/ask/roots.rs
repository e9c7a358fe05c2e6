//! Where a client works. Information, not permission (2026-07-28 roots).

use serde::{Deserialize, Serialize};

/// A folder or file that the client works in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Where it is: a `file://` URI.
    pub uri: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootList {
    /// The roots.
    pub roots: Vec<Root>,
}

// === impl Root ===

impl Root {
    /// Returns a root by its URI.
    pub fn new(uri: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            name: None,
        }
    }
}
