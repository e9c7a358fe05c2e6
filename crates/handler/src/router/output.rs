//! Results: what a tool may return, and how it becomes an answer.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tidegate_era::{Facts, encode};
use tidegate_model::{Failure, Outcome, Raw};

pub use self::blocks::ToolOutput;
use super::arguments;

mod blocks;

/// What a tool may return.
///
/// `K` tells the kinds apart where the compiler has to choose; it is inferred.
pub trait IntoOutput<K>: Send + 'static {
    /// Returns the schema of the structured result, if there is one.
    fn schema() -> Option<Value>;

    /// Returns the form of such answers. It is settled once, with the schema.
    #[must_use]
    fn shape() -> Shape {
        Shape::Blocks
    }

    /// Makes the answer, in the form that [`shape`](Self::shape) said.
    fn into_output(self, shape: Shape) -> Outcome;

    /// Returns whether every such answer fits callers with these facts. What does not is made to
    /// fit: blocks of kinds that are new to them are shown as text.
    #[must_use]
    fn fits(_: &Facts) -> bool {
        true
    }
}

/// The form of a tool's answers: what its type's schema says, whatever one value looks like. An
/// `Option` of an object is not always one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// A block of text.
    Text,
    /// Structured content: an object.
    Object,
    /// Structured content: an object that holds the value as `result`.
    Wrapped,
    /// Blocks of content.
    Blocks,
}

/// A structured result with a text of its own for people.
#[derive(Clone, Debug)]
pub struct Structured<T> {
    value: T,
    text: Option<String>,
}

/// Kind: any type with a schema. Objects become structured content, texts a block of text.
#[derive(Debug)]
pub enum Typed {}

/// Kind: content, as blocks.
#[derive(Debug)]
pub enum Blocks {}

/// Kind: [`Structured`].
#[derive(Debug)]
pub enum Shown {}

/// Kind: a result that may be a failure.
#[derive(Debug)]
pub struct Fallible<K>(std::marker::PhantomData<K>);

// === impl Structured ===

impl<T> Structured<T> {
    /// Returns a structured result; people see its JSON.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self { value, text: None }
    }

    /// Sets the text that people see instead.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }
}

// === impl IntoOutput ===

impl<T: Serialize + JsonSchema + Send + 'static> IntoOutput<Typed> for T {
    fn schema() -> Option<Value> {
        let schema = arguments::schema_of::<T>().0;
        match <T as IntoOutput<Typed>>::shape() {
            Shape::Text | Shape::Blocks => None,
            Shape::Object => Some(schema),
            Shape::Wrapped => {
                let own = arguments::schema_as_is::<T>();
                Some(serde_json::json!({
                    "type": "object", "properties": {"result": own}, "required": ["result"]
                }))
            }
        }
    }

    fn shape() -> Shape {
        let schema = arguments::schema_as_is::<T>();
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => Shape::Text,
            Some("object") => Shape::Object,
            _ => Shape::Wrapped,
        }
    }

    fn into_output(self, shape: Shape) -> Outcome {
        match serde_json::to_vec(&self) {
            Ok(json) => shaped(&json, shape, None),
            Err(error) => without_json(&error),
        }
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> IntoOutput<Shown> for Structured<T> {
    fn schema() -> Option<Value> {
        <T as IntoOutput<Typed>>::schema()
    }

    fn shape() -> Shape {
        match <T as IntoOutput<Typed>>::shape() {
            // A text that is shown otherwise is still what was found.
            Shape::Text => Shape::Wrapped,
            shape => shape,
        }
    }

    fn into_output(self, shape: Shape) -> Outcome {
        match serde_json::to_vec(&self.value) {
            Ok(json) => shaped(&json, shape, self.text.as_deref()),
            Err(error) => without_json(&error),
        }
    }
}

impl<K: 'static, T: IntoOutput<K>> IntoOutput<Fallible<K>> for Result<T, Failure> {
    fn schema() -> Option<Value> {
        T::schema()
    }

    fn fits(facts: &Facts) -> bool {
        T::fits(facts)
    }

    fn shape() -> Shape {
        T::shape()
    }

    fn into_output(self, shape: Shape) -> Outcome {
        match self {
            Ok(output) => output.into_output(shape),
            Err(failure) => failure.into(),
        }
    }
}

/// Makes an answer of a value's JSON.
fn shaped(json: &[u8], shape: Shape, text: Option<&str>) -> Outcome {
    match shape {
        Shape::Text if json.starts_with(b"\"") => text_block(json),
        Shape::Object if json.starts_with(b"{") => structured(json, text),
        Shape::Wrapped => structured(&[b"{\"result\":", json, b"}"].concat(), text),
        _ => {
            tracing::error!("a tool's result is not what its type's schema says");
            Failure::internal("the tool broke its own promise of a result").into()
        }
    }
}

fn without_json(error: &serde_json::Error) -> Outcome {
    Failure::internal(format_args!("the result has no JSON: {error}")).into()
}

/// One block of text; `json` is the text as a JSON string.
fn text_block(json: &[u8]) -> Outcome {
    let mut out = Vec::with_capacity(json.len() + 48);
    out.extend_from_slice(b"{\"content\":[{\"type\":\"text\",\"text\":");
    out.extend_from_slice(json);
    out.extend_from_slice(b"}]}");
    Outcome::complete(Raw::trusted(out.into()))
}

/// Structured content, and a text that says the same: its JSON, or what the author wrote.
fn structured(json: &[u8], text: Option<&str>) -> Outcome {
    let mut out = Vec::with_capacity(2 * json.len() + 96);
    out.extend_from_slice(b"{\"content\":[{\"type\":\"text\",\"text\":");
    let own = || String::from_utf8_lossy(json);
    encode::json(&mut out, text.map_or_else(own, Into::into).as_ref());
    out.extend_from_slice(b"}],\"structuredContent\":");
    out.extend_from_slice(json);
    out.push(b'}');
    Outcome::complete(Raw::trusted(out.into()))
}
