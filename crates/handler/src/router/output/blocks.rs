//! Results in blocks: what a tool composes itself, content by content.

use serde_json::Value;
use tidegate_era::{Facts, encode};
use tidegate_model::{Complete, Content, Outcome, Raw};

use super::{Blocks, IntoOutput, Shape};

/// A tool's answer, block by block.
#[derive(Clone, Debug, Default)]
pub struct ToolOutput {
    content: Vec<Content>,
    structured: Option<Value>,
    is_error: bool,
    meta: Option<Raw>,
}

// === impl ToolOutput ===

impl ToolOutput {
    /// Returns an answer of these blocks.
    #[must_use]
    pub const fn new(content: Vec<Content>) -> Self {
        Self {
            content,
            structured: None,
            is_error: false,
            meta: None,
        }
    }

    /// Returns an answer of structured content, any JSON, as
    /// [`ToolSpec::output_schema`](crate::ToolSpec::output_schema) describes it. Without blocks
    /// beside it, its JSON is the text.
    pub fn structured(value: impl Into<Value>) -> Self {
        Self::default().with_structured(value)
    }

    /// Returns the answer of a tool that ran and did not succeed.
    #[must_use]
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            content: vec![Content::text(text)],
            structured: None,
            is_error: true,
            meta: None,
        }
    }

    /// Adds structured content.
    #[must_use]
    pub fn with_structured(mut self, value: impl Into<Value>) -> Self {
        self.structured = Some(value.into());
        self
    }

    /// Adds a block.
    #[must_use]
    pub fn with_block(mut self, block: impl Into<Content>) -> Self {
        self.content.push(block.into());
        self
    }

    /// Adds `_meta`, an object.
    #[must_use]
    pub fn with_meta(mut self, meta: Raw) -> Self {
        self.meta = Some(meta);
        self
    }
}

// === impl IntoOutput ===

impl IntoOutput<Blocks> for ToolOutput {
    fn schema() -> Option<Value> {
        None
    }

    fn fits(facts: &Facts) -> bool {
        Content::fits(facts) && facts.takes_any_structure()
    }

    fn into_output(mut self, _: Shape) -> Outcome {
        let mut out = Vec::with_capacity(256);
        if let Some(value) = &self.structured
            && self.content.is_empty()
        {
            self.content.push(Content::text(value.to_string()));
        }
        out.extend_from_slice(b"{\"content\":");
        encode::json(&mut out, &self.content);
        if let Some(value) = &self.structured {
            out.extend_from_slice(b",\"structuredContent\":");
            encode::json(&mut out, value);
        }
        if self.is_error {
            out.extend_from_slice(b",\"isError\":true");
        }
        out.push(b'}');
        Outcome::Complete(Complete {
            result: Raw::trusted(out.into()),
            meta: self.meta,
            cache: None,
        })
    }
}

impl IntoOutput<Blocks> for Vec<Content> {
    fn schema() -> Option<Value> {
        None
    }

    fn fits(facts: &Facts) -> bool {
        Content::fits(facts)
    }

    fn into_output(self, shape: Shape) -> Outcome {
        ToolOutput::new(self).into_output(shape)
    }
}

impl IntoOutput<Blocks> for Content {
    fn schema() -> Option<Value> {
        None
    }

    fn fits(facts: &Facts) -> bool {
        facts.knows_audio() && facts.knows_links()
    }

    fn into_output(self, shape: Shape) -> Outcome {
        ToolOutput::new(vec![self]).into_output(shape)
    }
}
