//! Who speaks: the name and version a server or a client gives of itself.

use serde::{Deserialize, Serialize};

use crate::{Icon, lenient};

/// A program's name and version. Unverified: for people and logs, never for decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Implementation {
    /// The program's name.
    pub name: String,
    /// The name people see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The program's version.
    pub version: String,
    /// What it is for.
    #[serde(
        default,
        deserialize_with = "lenient::read",
        skip_serializing_if = "Option::is_none"
    )]
    pub description: Option<String>,
    /// Where people read more of it.
    #[serde(
        default,
        deserialize_with = "lenient::read",
        skip_serializing_if = "Option::is_none"
    )]
    pub website_url: Option<String>,
    /// Pictures that stand for it.
    #[serde(
        default,
        deserialize_with = "lenient::each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub icons: Vec<Icon>,
}

// === impl Implementation ===

impl Implementation {
    /// Returns a program's name and version.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            version: version.into(),
            description: None,
            website_url: None,
            icons: Vec::new(),
        }
    }

    /// Returns its names and version alone: what is said in every message must be short.
    #[must_use]
    pub fn brief(&self) -> Self {
        Self {
            title: self.title.clone(),
            ..Self::new(self.name.as_str(), self.version.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_for_people_spoils_nothing() {
        let read: Implementation = serde_json::from_value(json!({
            "name": "a", "version": "1", "description": 7, "websiteUrl": "https://a.example",
            "icons": [{"src": "data:,"}, "no icon", {"theme": "dark"}]
        }))
        .expect("reads");
        assert_eq!(read.description, None);
        assert_eq!(read.website_url.as_deref(), Some("https://a.example"));
        assert_eq!(read.icons, [Icon::new("data:,")]);
        assert_eq!(read.brief(), Implementation::new("a", "1"));
    }
}
