//! Hints on a piece of content: for whom it is, and how much it matters.

use serde::{Deserialize, Serialize};

use crate::{Role, lenient};

/// Hints on content or a resource (a tool's own are [`Annotations`](crate::Annotations)).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentAnnotations {
    /// For whom it is; nobody named means everybody.
    #[serde(
        default,
        deserialize_with = "lenient::each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub audience: Vec<Role>,
    /// How much it matters, from 0 (it may be left out) to 1 (it may not).
    #[serde(
        default,
        deserialize_with = "lenient::read",
        skip_serializing_if = "Option::is_none"
    )]
    pub priority: Option<f64>,
    /// When it last changed (ISO 8601).
    #[serde(
        default,
        deserialize_with = "lenient::read",
        skip_serializing_if = "Option::is_none"
    )]
    pub last_modified: Option<String>,
}

// === impl ContentAnnotations ===

impl ContentAnnotations {
    /// Returns hints that say nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that it is for `role`; said twice, it is for both.
    #[must_use]
    pub fn audience(mut self, role: Role) -> Self {
        self.audience.push(role);
        self
    }

    /// Says how much it matters, from 0 to 1; what is beyond is drawn to the nearer end.
    #[must_use]
    pub const fn priority(mut self, priority: f64) -> Self {
        self.priority = Some(if priority.is_nan() {
            0.0
        } else {
            priority.clamp(0.0, 1.0)
        });
        self
    }

    /// Says when it last changed: `2026-07-28T12:00:00Z` (ISO 8601).
    #[must_use]
    pub fn last_modified(mut self, at: impl Into<String>) -> Self {
        self.last_modified = Some(at.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn priorities_stay_between_0_and_1() {
        for (given, kept) in [(0.5, 0.5), (7.0, 1.0), (-1.0, 0.0), (f64::NAN, 0.0)] {
            assert_eq!(
                ContentAnnotations::new().priority(given).priority,
                Some(kept)
            );
        }
    }

    #[test]
    fn an_unknown_audience_is_left_out() {
        let read: ContentAnnotations = serde_json::from_value(json!({
            "audience": ["robot", "user"], "priority": "high", "lastModified": "2026-07-28"
        }))
        .expect("reads");
        let user = ContentAnnotations::new().audience(Role::User);
        assert_eq!(read, user.last_modified("2026-07-28"));
    }
}
