//! Who speaks: the name and version a server or a client gives of itself.

use serde::{Deserialize, Serialize};

/// A program's name and version. Unverified: for people and logs, never for decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Implementation {
    /// The program's name.
    pub name: String,
    /// The name people see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The program's version.
    pub version: String,
}

// === impl Implementation ===

impl Implementation {
    /// Returns a program's name and version.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            version: version.into(),
        }
    }
}
