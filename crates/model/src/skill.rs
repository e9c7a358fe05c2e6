//! What a skill is, as a list shows it (the extension `io.modelcontextprotocol/skills`, SEP-2640).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The extension's id, as servers declare it.
pub const SKILLS: &str = "io.modelcontextprotocol/skills";

/// The media type of a directory's resource.
pub const DIRECTORY: &str = "inode/directory";

/// A skill's entry in `skills/list`: all that is to be known of it before any of it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkillEntry {
    /// Where its `SKILL.md` is.
    pub uri: String,
    /// The front matter of its `SKILL.md`, every field of it.
    pub frontmatter: Map<String, Value>,
    /// Its files.
    pub resources: SkillFiles,
}

/// The files of a skill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SkillFiles {
    /// All of them, `SKILL.md` too.
    Listed(Vec<SkillFile>),
    /// They are made when they are read, so nothing can be said of them beforehand.
    Dynamic(Dynamic),
}

/// The word for files of which nothing can be said beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dynamic {
    /// `"dynamic"`.
    #[serde(rename = "dynamic")]
    Dynamic,
}

/// A file of a skill, and what its content must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SkillFile {
    /// Where it is read.
    pub uri: String,
    /// The SHA-256 of its bytes: `sha256:` and 64 lowercase hexadecimal digits.
    pub digest: String,
    /// How many bytes it has.
    pub size: u64,
}

// === impl SkillEntry ===

impl SkillEntry {
    /// Returns the skill's name; empty if the front matter has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.said("name")
    }

    /// Returns what the skill is for; empty if the front matter does not say it.
    #[must_use]
    pub fn description(&self) -> &str {
        self.said("description")
    }

    /// Returns the URI of the skill's directory, which the URIs of its files begin with; none if
    /// the entry is not of a `SKILL.md`.
    #[must_use]
    pub fn directory(&self) -> Option<&str> {
        self.uri.strip_suffix("/SKILL.md")
    }

    /// Returns the file at `uri`, if it is one of the skill's.
    #[must_use]
    pub fn file(&self, uri: &str) -> Option<&SkillFile> {
        self.resources.listed().iter().find(|file| file.uri == uri)
    }

    fn said(&self, field: &str) -> &str {
        self.frontmatter
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

// === impl SkillFiles ===

impl SkillFiles {
    /// Returns the files that are listed: none of a dynamic skill.
    #[must_use]
    pub fn listed(&self) -> &[SkillFile] {
        match self {
            Self::Listed(files) => files,
            Self::Dynamic(_) => &[],
        }
    }

    /// Returns whether nothing can be said of the files beforehand.
    #[must_use]
    pub const fn is_dynamic(&self) -> bool {
        matches!(self, Self::Dynamic(_))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_has_its_files_or_the_one_word() {
        let entry = |resources: Value| {
            let entry = json!({"uri": "skill://a/b/SKILL.md", "frontmatter": {"name": "b"},
                               "resources": resources});
            serde_json::from_value::<SkillEntry>(entry)
        };
        let listed =
            entry(json!([{"uri": "skill://a/b/SKILL.md", "digest": "sha256:00", "size": 4}]));
        let listed = listed.expect("an entry");
        assert_eq!(listed.name(), "b");
        assert_eq!(listed.directory(), Some("skill://a/b"));
        assert_eq!(
            listed.file("skill://a/b/SKILL.md").map(|file| file.size),
            Some(4)
        );
        let dynamic = entry(json!("dynamic")).expect("an entry");
        assert!(dynamic.resources.is_dynamic());
        let written = serde_json::to_value(&dynamic).expect("JSON");
        assert_eq!(written["resources"], "dynamic");
        for bad in [
            json!("static"),
            json!(null),
            json!({}),
            json!([{"uri": "a"}]),
        ] {
            assert!(entry(bad).is_err());
        }
    }
}
