//! Questions to the client's model.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{InputKind, InputRequest};
use crate::{Content, Role};

/// A question to the client's model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// What was said so far.
    pub messages: Vec<SampleMessage>,
    /// How many tokens the answer may have.
    pub max_tokens: u32,
    /// What the model is told beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// Which model is wanted; the client decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_preferences: Option<ModelPreferences>,
    /// How freely it speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Where it stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_sequences: Option<Vec<String>>,
    /// Tools the model may use, for clients that declared `sampling.tools` (2025-11-25 on).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<Value>>,
    /// Whether it must use one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<Value>,
    /// Whatever else the model's provider understands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
}

/// One message of a conversation with a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleMessage {
    /// Who speaks.
    pub role: Role,
    /// What is said. One block is written as such, for clients before 2025-11-25.
    #[serde(serialize_with = "write_blocks", deserialize_with = "read_blocks")]
    pub content: Vec<SampleContent>,
}

/// One block of a conversation with a model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum SampleContent {
    /// Text, a picture or a sound.
    Content(Content),
    /// The use of a tool or its result, as it stands on the wire.
    Other(Value),
}

/// Which model is wanted: names to look for, and what matters, each between 0 and 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelPreferences {
    /// Parts of names, the best first: `{"name": "…"}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Value>,
    /// How much cost matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_priority: Option<f64>,
    /// How much speed matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_priority: Option<f64>,
    /// How much wit matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intelligence_priority: Option<f64>,
}

/// What the model said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sampled {
    /// Who speaks: the assistant.
    pub role: Role,
    /// What was said.
    #[serde(serialize_with = "write_blocks", deserialize_with = "read_blocks")]
    pub content: Vec<SampleContent>,
    /// Which model it was.
    pub model: String,
    /// Why it stopped: `endTurn`, `stopSequence`, `maxTokens`, `toolUse`, or a word of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<String>,
}

// === impl Sample ===

impl Sample {
    /// Returns a conversation to go on with.
    #[must_use]
    pub const fn new(messages: Vec<SampleMessage>, max_tokens: u32) -> Self {
        Self {
            messages,
            max_tokens,
            system_prompt: None,
            model_preferences: None,
            temperature: None,
            stop_sequences: None,
            tools: None,
            tool_choice: None,
            metadata: None,
        }
    }

    /// Returns one question of the user's.
    pub fn prompt(text: impl Into<String>, max_tokens: u32) -> Self {
        Self::new(vec![SampleMessage::user(text.into())], max_tokens)
    }

    /// Tells the model something beforehand.
    #[must_use]
    pub fn system(mut self, prompt: impl Into<String>) -> Self {
        self.system_prompt = Some(prompt.into());
        self
    }

    /// Returns the question as it is sent.
    #[must_use]
    pub fn to_request(&self) -> InputRequest {
        InputRequest {
            method: InputKind::Sample,
            params: json!(self),
        }
    }
}

// === impl SampleMessage ===

impl SampleMessage {
    /// Returns a message the user says.
    pub fn user(content: impl Into<Content>) -> Self {
        Self::of(Role::User, content)
    }

    /// Returns a message the model says.
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self::of(Role::Assistant, content)
    }

    fn of(role: Role, content: impl Into<Content>) -> Self {
        Self {
            role,
            content: vec![SampleContent::Content(content.into())],
        }
    }
}

// === impl SampleContent ===

impl<'de> Deserialize<'de> for SampleContent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match Content::deserialize(from)? {
            Content::Other(block) => Self::Other(block.into()),
            known => Self::Content(known),
        })
    }
}

// === impl Sampled ===

impl Sampled {
    /// Returns what a model said.
    pub fn new(model: impl Into<String>, content: impl Into<Content>) -> Self {
        Self {
            role: Role::Assistant,
            content: vec![SampleContent::Content(content.into())],
            model: model.into(),
            stop_reason: Some("endTurn".to_owned()),
        }
    }

    /// Returns all text that was said.
    #[must_use]
    pub fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|block| match block {
            SampleContent::Content(Content::Text { text, .. }) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }
}

fn write_blocks<S: Serializer>(blocks: &[SampleContent], to: S) -> Result<S::Ok, S::Error> {
    match blocks {
        [one] => one.serialize(to),
        all => all.serialize(to),
    }
}

fn read_blocks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SampleContent>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Blocks {
        Many(Vec<SampleContent>),
        One(SampleContent),
    }

    Ok(match Blocks::deserialize(from)? {
        Blocks::Many(blocks) => blocks,
        Blocks::One(block) => vec![block],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_block_stands_alone_and_several_in_an_array() {
        let one = SampleMessage::user("hello");
        let json = json!({"role": "user", "content": {"type": "text", "text": "hello"}});
        assert_eq!(json!(one), json);
        let tool = json!({"type": "tool_use", "id": "1", "name": "t", "input": {}});
        let two = json!({"role": "assistant", "model": "m", "content": [json["content"], tool]});
        let sampled: Sampled = serde_json::from_value(two.clone()).expect("reads");
        assert_eq!(sampled.text(), "hello");
        assert!(matches!(sampled.content[1], SampleContent::Other(_)));
        assert_eq!(json!(sampled), two);
    }
}
