//! Arguments: the schema they are told by, and how they become a tool's own type.
//!
//! At registration it is decided whether the schema says more than serde enforces. If not,
//! arguments are decoded straight into the tool's type, once, and the validator runs only after a
//! failure, for the words.

use std::sync::OnceLock;

use jsonschema::{Draft, Validator, error::ValidationErrorKind};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tidegate_model::{Failure, Raw};

use super::schema;

/// How many faults a refusal names: enough to mend a call, few enough to read.
const MAX_FAULTS: usize = 5;

/// Checks arguments against a tool's schema.
#[derive(Debug)]
pub(crate) struct Checker {
    schema: Value,
    draft: Draft,
    always: bool,
    validator: OnceLock<Option<Validator>>,
}

// === impl Checker ===

impl Checker {
    /// Returns a checker of a schema that has so many bytes; `always` for schemas that were not
    /// derived from the arguments' type.
    ///
    /// # Errors
    ///
    /// When the schema is none.
    pub(crate) fn new(schema: Value, bytes: usize, always: bool) -> Result<Self, String> {
        let draft = schema::check(&schema, bytes)?;
        let always = always || says_more_than_serde(&schema);
        let validator = OnceLock::new();
        if always {
            let _ = validator.set(Some(schema::compile(&schema, draft)?));
        }
        Ok(Self {
            schema,
            draft,
            always,
            validator,
        })
    }

    /// Decodes arguments into the tool's type.
    pub(crate) fn decode<A: DeserializeOwned>(&self, raw: Option<&Raw>) -> Result<A, Failure> {
        let json = raw.map_or(&b"{}"[..], |raw| raw.bytes());
        if !self.always {
            return serde_json::from_slice(json).map_err(|error| self.explain(json, &error));
        }
        let value: Value =
            serde_json::from_slice(json).map_err(|error| self.explain(json, &error))?;
        self.check(&value)?;
        serde_json::from_value(value).map_err(|error| self.explain(json, &error))
    }

    fn check(&self, value: &Value) -> Result<(), Failure> {
        let Some(validator) = self.validator() else {
            return Ok(());
        };
        if validator.is_valid(value) {
            return Ok(());
        }
        let faults: Vec<String> = validator
            .iter_errors(value)
            .take(MAX_FAULTS)
            .map(|error| {
                format!(
                    "{}: {}",
                    place(&error.instance_path().to_string()),
                    reason(&error)
                )
            })
            .collect();
        Err(refusal(&faults.join("; ")))
    }

    /// Says what was wrong, in the schema's words if it has any, else in serde's.
    fn explain(&self, json: &[u8], error: &serde_json::Error) -> Failure {
        let value: Option<Value> = serde_json::from_slice(json).ok();
        if let Some(Err(failure)) = value.map(|value| self.check(&value)) {
            return failure;
        }
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        refusal(&format!("arguments: {message}"))
    }

    fn validator(&self) -> Option<&Validator> {
        let compile = || schema::compile(&self.schema, self.draft).ok();
        self.validator.get_or_init(compile).as_ref()
    }
}

/// The reason of a fault; where one of several values is wanted, all of them are named.
fn reason(error: &jsonschema::ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Enum { options } => {
            format!("{} is none of {options}", error.instance())
        }
        _ => error.to_string(),
    }
}

/// The place of a fault, as a model would write it: `arguments.paths[2]`.
fn place(pointer: &str) -> String {
    let steps = pointer.split('/').skip(1);
    steps.fold("arguments".to_owned(), |place, step| {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{place}[{step}]")
        } else {
            format!("{place}.{}", step.replace("~1", "/").replace("~0", "~"))
        }
    })
}

fn refusal(faults: &str) -> Failure {
    Failure::arguments(format_args!(
        "the arguments do not fit the tool's schema: {faults}"
    ))
}

/// Returns the schema of `T` as a tool's arguments, and the words that describe it.
pub(crate) fn schema_of<T: JsonSchema>() -> (Value, Option<String>) {
    let mut schema = schema_as_is::<T>();
    let Some(fields) = schema.as_object_mut() else {
        return (empty_object(), None);
    };
    fields.remove("title");
    let description = fields.remove("description");
    let is_open = !fields.contains_key("type") && !fields.contains_key("anyOf");
    let is_null = fields.get("type").is_some_and(|kind| kind == "null");
    if is_open || is_null {
        fields.insert("type".to_owned(), "object".into());
    }
    let description = description.and_then(|text| text.as_str().map(str::to_owned));
    (schema, description)
}

/// Returns the schema of `T` as it is derived.
pub(crate) fn schema_as_is<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        // A header annotation may not stand behind a `$ref`, and models read inline schemas better.
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>().into()
}

fn empty_object() -> Value {
    Value::Object(Map::from_iter([("type".to_owned(), "object".into())]))
}

/// Whether a schema refuses what serde would take.
fn says_more_than_serde(schema: &Value) -> bool {
    const BOUNDS: [&str; 18] = [
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "uniqueItems",
        "contains",
        "minProperties",
        "maxProperties",
        "patternProperties",
        "propertyNames",
        "dependentRequired",
        "if",
        "not",
        "allOf",
    ];

    match schema {
        Value::Object(fields) => {
            BOUNDS.iter().any(|bound| fields.contains_key(*bound))
                || has_range_of_its_own(fields)
                || fields.iter().any(|(key, inner)| {
                    !matches!(key.as_str(), "default" | "const" | "enum" | "examples")
                        && says_more_than_serde(inner)
                })
        }
        Value::Array(items) => items.iter().any(says_more_than_serde),
        _ => false,
    }
}

/// Derived schemas of unsigned and small integers carry the range of their type, which serde keeps.
fn has_range_of_its_own(fields: &Map<String, Value>) -> bool {
    let format = fields
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let (least, most): (Option<i64>, Option<i64>) = match format {
        "uint8" => (Some(0), Some(u8::MAX.into())),
        "uint16" => (Some(0), Some(u16::MAX.into())),
        "int8" => (Some(i8::MIN.into()), Some(i8::MAX.into())),
        "int16" => (Some(i16::MIN.into()), Some(i16::MAX.into())),
        "uint" | "uint32" | "uint64" | "uint128" => (Some(0), None),
        _ => (None, None),
    };
    let is = |key: &str, bound: Option<i64>| {
        fields
            .get(key)
            .is_none_or(|value| bound.is_some_and(|bound| *value == bound))
    };
    !is("minimum", least) || !is("maximum", most)
}

#[cfg(test)]
mod tests;
