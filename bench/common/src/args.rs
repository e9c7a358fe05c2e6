//! The arguments of the measured tools, as each server's users would write them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Arguments of `echo`: serde enforces all that their schema says.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Echo {
    /// What comes back as text.
    pub message: String,
}

/// Arguments of `checked`: their schema has a range, which serde does not enforce.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Checked {
    /// What comes back as text.
    pub message: String,
    /// How urgent the message is.
    #[schemars(range(min = 1, max = 5))]
    pub priority: i64,
}

/// Arguments of `count`.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Count {
    /// How many notifications to send.
    pub n: u32,
    /// Milliseconds to wait before each one.
    pub delay_ms: Option<u64>,
}

/// Returns the name of the extra tool number `i`, of those that only lengthen the tools list.
#[must_use]
pub fn extra_tool(i: usize) -> String {
    format!("extra_{i:04}")
}

/// Returns the input schema of the extra tools: the size of an everyday tool's.
#[must_use]
pub fn extra_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "path": { "type": "string", "description": "Where to look." },
            "limit": { "type": "integer", "description": "How many to return at most." },
            "filter": { "type": "string", "enum": ["all", "new", "changed"] },
        },
        "required": ["path"],
    })
}
