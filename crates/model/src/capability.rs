//! What each side can do.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a server offers. A capability that is absent is one whose methods answer -32601.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// Tools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Lists>,
    /// Resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Lists>,
    /// Prompts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<Lists>,
    /// Log messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging: Option<Map<String, Value>>,
    /// Completion of arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completions: Option<Map<String, Value>>,
    /// Extensions by their prefixed id (modern).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Map<String, Value>>,
    /// Whatever no revision has named yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experimental: Option<Map<String, Value>>,
}

/// What a server offers about one kind of list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lists {
    /// Whether changes of the list are told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub list_changed: bool,
    /// Whether changes of one entry are told (resources only).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub subscribe: bool,
}

/// What a client can do, as it says: with every request (modern) or once in its handshake (legacy).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClientCapabilities {
    /// Filesystem roots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<Value>,
    /// Sampling from the client's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Value>,
    /// Questions to the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation: Option<Value>,
    /// Extensions by their prefixed id (modern).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Map<String, Value>>,
    /// Whatever no revision has named yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experimental: Option<Value>,
}

// === impl Capabilities ===

impl Capabilities {
    /// Returns whether an extension is offered.
    #[must_use]
    pub fn has_extension(&self, id: &str) -> bool {
        let extensions = self.extensions.as_ref();
        extensions.is_some_and(|all| all.contains_key(id))
    }
}

// === impl ClientCapabilities ===

impl ClientCapabilities {
    /// Returns whether an extension was declared. Its settings are an object; anything else
    /// declares nothing.
    #[must_use]
    pub fn has_extension(&self, id: &str) -> bool {
        let settings = self.extensions.as_ref().and_then(|all| all.get(id));
        settings.is_some_and(Value::is_object)
    }
}
