//! Answers in plain types, each beside the JSON it came as.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tidegate_model::{Annotations, Content, PromptMessage, Raw, ResourceContents};

use crate::error::Error;

/// What a tool answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallResult {
    /// What it says, block by block. A block of a kind this client does not know is
    /// [`Content::Other`].
    pub content: Vec<Content>,
    /// What it says, as the tool's output schema describes it.
    pub structured: Option<Value>,
    /// Whether the tool ran and did not succeed; the content says why.
    pub is_error: bool,
    /// The result as it came.
    pub raw: Raw,
}

/// What a resource holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadResult {
    /// Its contents: one, or several for a resource made of parts.
    pub contents: Vec<ResourceContents>,
    /// The result as it came.
    pub raw: Raw,
}

/// What a prompt says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PromptResult {
    /// What it is for.
    pub description: Option<String>,
    /// What is said, and by whom.
    pub messages: Vec<PromptMessage>,
    /// The result as it came.
    pub raw: Raw,
}

/// A tool, as the server lists it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolInfo {
    /// The name it is called by.
    pub name: String,
    /// The name people see.
    #[serde(default)]
    pub title: Option<String>,
    /// What it does.
    #[serde(default)]
    pub description: Option<String>,
    /// The JSON Schema of its arguments.
    #[serde(default)]
    pub input_schema: Value,
    /// The JSON Schema of its structured result.
    #[serde(default)]
    pub output_schema: Option<Value>,
    /// Hints on what it does to the world: to be taken from servers one trusts only.
    #[serde(default)]
    pub annotations: Option<Annotations>,
}

// === impl CallResult ===

impl TryFrom<Raw> for CallResult {
    type Error = Error;

    /// Reads a result as it came, by whatever way.
    fn try_from(raw: Raw) -> Result<Self, Error> {
        Self::read(raw)
    }
}

impl CallResult {
    pub(crate) fn read(raw: Raw) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            #[serde(default)]
            content: Vec<Value>,
            #[serde(default)]
            structured_content: Option<Value>,
            #[serde(default)]
            is_error: bool,
        }

        let wire: Wire = decode("tools/call", &raw)?;
        Ok(Self {
            content: wire.content.into_iter().filter_map(known).collect(),
            structured: wire.structured_content,
            is_error: wire.is_error,
            raw,
        })
    }

    /// Returns the blocks of text, one after the other.
    #[must_use]
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self
            .content
            .iter()
            .filter_map(|block| match block {
                Content::Text { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        texts.join("\n")
    }
}

/// Later revisions add kinds of blocks; an unknown one does not spoil the others.
fn known(block: Value) -> Option<Content> {
    serde_json::from_value(block)
        .inspect_err(|error| tracing::debug!(%error, "a block of content is of no known kind"))
        .ok()
}

// === impl ReadResult ===

impl ReadResult {
    pub(crate) fn read(raw: Raw) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Wire {
            contents: Vec<ResourceContents>,
        }

        let Wire { contents } = decode("resources/read", &raw)?;
        Ok(Self { contents, raw })
    }
}

// === impl PromptResult ===

impl PromptResult {
    pub(crate) fn read(raw: Raw) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default)]
            description: Option<String>,
            messages: Vec<PromptMessage>,
        }

        let Wire {
            description,
            messages,
        } = decode("prompts/get", &raw)?;
        Ok(Self {
            description,
            messages,
            raw,
        })
    }
}

fn decode<T: DeserializeOwned>(what: &str, raw: &Raw) -> Result<T, Error> {
    raw.decode().map_err(|error| Error::shape(what, error))
}
