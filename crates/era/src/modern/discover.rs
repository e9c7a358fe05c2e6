//! What a server says of itself when asked (2026-07-28 server/discover).

use serde_json::json;
use tidegate_model::{CacheHint, Capabilities, Complete, Outcome};

use crate::revision::Revision;

/// Returns the answer to `server/discover`. The server's name rides in `_meta`, as in every result.
#[must_use]
pub fn discover(
    capabilities: &Capabilities,
    instructions: Option<&str>,
    cache: CacheHint,
) -> Outcome {
    let mut result = json!({
        "supportedVersions": Revision::SERVED.map(Revision::name),
        "capabilities": capabilities,
    });
    if let Some(instructions) = instructions {
        result["instructions"] = instructions.into();
    }
    Outcome::Complete(Complete {
        result: result.into(),
        meta: None,
        cache: Some(cache),
    })
}
