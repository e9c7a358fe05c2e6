//! What a tool's result must be: as its schema by hand says, and in words that its caller knows.
//!
//! Most tools promise nothing here: the type of their result keeps its own schema, and its words are
//! as old as the protocol. Their calls pass by.

use std::{fmt, sync::Arc};

use jsonschema::Validator;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use tidegate_era::{Facts, Revision};
use tidegate_model::{Failure, Outcome, Raw};

use super::schema;
use crate::handler::Reply;

/// What the type of a tool's result says of it.
pub(crate) struct Returns {
    /// The schema of its structured content.
    pub(crate) schema: Option<Value>,
    /// Whether all such results fit a caller.
    pub(crate) fit: fn(&Facts) -> bool,
}

/// What a tool's result must be, beyond what its type sees to.
pub(crate) struct Promise {
    tool: String,
    fit: fn(&Facts) -> bool,
    validator: Option<Validator>,
}

/// A promise to one caller.
pub(crate) struct Due {
    promise: Arc<Promise>,
    facts: Facts,
}

/// A tool's result, as far as a promise is about it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    #[serde(default, deserialize_with = "present")]
    structured_content: Option<Value>,
    #[serde(default)]
    is_error: bool,
}

// === impl Promise ===

impl Promise {
    /// Returns what is to be kept by the tool of this name, if anything is; `by_hand` is the output
    /// schema that its author wrote.
    ///
    /// # Errors
    ///
    /// When the schema is none.
    pub(crate) fn new(
        tool: &str,
        fit: fn(&Facts) -> bool,
        by_hand: Option<&Raw>,
    ) -> Result<Option<Arc<Self>>, String> {
        let validator = by_hand.map(output_validator).transpose()?;
        if validator.is_none() && fit(&Revision::V2024_11_05.facts()) {
            return Ok(None);
        }
        Ok(Some(Arc::new(Self {
            tool: tool.to_owned(),
            fit,
            validator,
        })))
    }

    /// Returns what must be kept for a caller with `facts`.
    pub(crate) fn due(self: &Arc<Self>, facts: Facts) -> Option<Due> {
        (self.validator.is_some() || !(self.fit)(&facts)).then(|| Due {
            promise: Arc::clone(self),
            facts,
        })
    }

    /// Returns what the result lacks; results that are errors may be anything.
    fn broken(&self, result: &Raw) -> Option<String> {
        let validator = self.validator.as_ref()?;
        let result: Said = match result.decode() {
            Ok(result) => result,
            Err(error) => return Some(error.to_string()),
        };
        if result.is_error {
            return None;
        }
        let Some(content) = result.structured_content else {
            return Some("there is no structured content".to_owned());
        };
        let error = validator.validate(&content).err()?;
        Some(format!(
            "at {:?}: {error}",
            error.instance_path().to_string()
        ))
    }
}

// === impl Due ===

impl Due {
    /// Sees to it that the answer keeps the promise.
    pub(crate) fn keep(self, reply: Reply) -> Reply {
        match reply {
            Reply::Ready(outcome) => Reply::Ready(self.kept(outcome)),
            Reply::Running(mut work) => {
                let future = work.future;
                work.future = Box::pin(async move { self.kept(future.await) });
                Reply::Running(work)
            }
        }
    }

    fn kept(&self, outcome: Outcome) -> Outcome {
        let Outcome::Complete(mut complete) = outcome else {
            return outcome;
        };
        if let Some(why) = self.promise.broken(&complete.result) {
            tracing::error!(
                tool = self.promise.tool,
                "the tool's result does not fit its output schema; its call is answered -32603: {why}"
            );
            return Failure::internal("the tool's result is not what the tool promised").into();
        }
        // Modern callers know all there is, and read the very bytes of the tool.
        if !self.facts.takes_any_structure()
            && let Ok(mut result) = complete.result.decode::<Map<String, Value>>()
            && super::fit::result(&mut result, self.facts)
        {
            complete.result = Raw::from(Value::Object(result));
        }
        Outcome::Complete(complete)
    }
}

fn output_validator(written: &Raw) -> Result<Validator, String> {
    let read = || -> Result<Validator, String> {
        let schema: Value = written.decode().map_err(|error| error.to_string())?;
        let draft = schema::check(&schema, written.bytes().len())?;
        schema::compile(&schema, draft)
    };
    read().map_err(|why| format!("output schema: {why}"))
}

/// Reads a field that is there, be it null.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

impl fmt::Debug for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise")
            .field("tool", &self.tool)
            .finish_non_exhaustive()
    }
}
