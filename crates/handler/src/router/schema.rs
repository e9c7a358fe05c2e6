//! Schemas: which are taken, and how they are compiled. Nothing is ever fetched.
//!
//! 2026-07-28 basic §JSON Schema Usage.

use jsonschema::{Draft, Validator, error::ValidationErrorKind};
use serde_json::Value;

/// How deep a schema may nest. A message may nest 128 deep, a schema stands five levels down in its
/// list, and arguments that fit a schema of this depth still fit a message.
const MAX_DEPTH: usize = 64;

/// How long a schema may be, in bytes. A list carries every schema to a model's context: 256 KB
/// are more than most models can read, and keep a list's first page from growing without end.
const MAX_BYTES: usize = 256 * 1024;

/// Checks that a schema may be listed, and returns the dialect that it is written in.
///
/// # Errors
///
/// When it is too large or deep, of a dialect that is not validated here, or no schema.
pub(super) fn check(schema: &Value, bytes: usize) -> Result<Draft, String> {
    if bytes > MAX_BYTES {
        return Err(format!(
            "the schema has {bytes} bytes; {MAX_BYTES} are the most that are listed"
        ));
    }
    if is_deeper(schema, MAX_DEPTH) {
        return Err(format!(
            "the schema nests deeper than {MAX_DEPTH} levels; $defs and $ref make it flatter"
        ));
    }
    let draft = dialect(schema)?;
    jsonschema::meta::validate(schema).map_err(|error| error.to_string())?;
    Ok(draft)
}

/// Compiles a schema.
///
/// # Errors
///
/// When it refers to what is not in it, or holds a pattern that is none.
pub(super) fn compile(schema: &Value, draft: Draft) -> Result<Validator, String> {
    let options = jsonschema::options().with_draft(draft).offline();
    options.build(schema).map_err(|error| match error.kind() {
        ValidationErrorKind::Referencing(error) => format!(
            "the schema has a $ref that leads out of it or nowhere ({error}). Nothing is fetched: \
             put what it refers to under $defs, and refer to it as \"#/$defs/…\""
        ),
        _ => error.to_string(),
    })
}

/// The dialect that a schema names; without a name it is 2020-12.
fn dialect(schema: &Value) -> Result<Draft, String> {
    let Some(name) = schema.get("$schema") else {
        return Ok(Draft::Draft202012);
    };
    match name.as_str().map(|name| name.trim_end_matches('#')) {
        Some("https://json-schema.org/draft/2020-12/schema") => Ok(Draft::Draft202012),
        Some("http://json-schema.org/draft-07/schema") => Ok(Draft::Draft7),
        _ => Err(format!(
            "the schema's $schema is {name}; the dialects that are read here are \
             \"https://json-schema.org/draft/2020-12/schema\" (the one without $schema, too) and \
             \"http://json-schema.org/draft-07/schema#\""
        )),
    }
}

/// Whether a value nests deeper than `levels`.
fn is_deeper(value: &Value, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else {
        return matches!(value, Value::Object(_) | Value::Array(_));
    };
    match value {
        Value::Object(fields) => fields.values().any(|inner| is_deeper(inner, below)),
        Value::Array(items) => items.iter().any(|inner| is_deeper(inner, below)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken(schema: &Value) -> Result<Validator, String> {
        check(schema, schema.to_string().len()).and_then(|draft| compile(schema, draft))
    }

    fn refused(schema: &Value) -> String {
        taken(schema).expect_err("refused")
    }

    #[test]
    fn the_dialect_is_honoured() {
        let tuple = json!([{"type": "string"}]);
        let new = json!({"prefixItems": tuple});
        let old = json!({"$schema": "http://json-schema.org/draft-07/schema#", "items": tuple});
        for schema in [new, old] {
            let validator = taken(&schema).expect("taken");
            assert!(validator.is_valid(&json!(["a", 1])), "{schema}");
            assert!(!validator.is_valid(&json!([1])), "{schema}");
        }
    }

    #[test]
    fn other_dialects_are_refused_by_name() {
        for name in [
            json!("http://json-schema.org/draft-04/schema#"),
            json!("https://a.example/own"),
            json!(7),
        ] {
            let why = refused(&json!({"$schema": name}));
            assert!(
                why.contains(&name.to_string()) && why.contains("2020-12"),
                "{why}"
            );
        }
    }

    #[test]
    fn what_is_referred_to_must_be_inside() {
        for inside in [
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}),
            json!({"$ref": "#a", "$defs": {"a": {"$anchor": "a", "type": "string"}}}),
            json!({"$id": "https://a.example/root", "$ref": "a", "$defs": {"a": {"$id": "a"}}}),
        ] {
            taken(&inside).expect("taken");
        }
        for outside in [
            "https://a.example/b.json",
            "b.json",
            "#/$defs/b",
            "file:///etc/passwd",
        ] {
            let why = refused(&json!({"properties": {"a": {"$ref": outside}}}));
            assert!(why.contains("$defs"), "{why}");
        }
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let deep = |levels: usize| (0..levels).fold(json!({}), |inner, _| json!({"not": inner}));
        taken(&deep(MAX_DEPTH - 1)).expect("taken");
        assert!(refused(&deep(MAX_DEPTH)).contains("deeper"));
        let long = json!({"description": "a".repeat(MAX_BYTES)});
        assert!(refused(&long).contains("bytes"));
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        assert!(taken(&json!({"type": 7})).is_err());
        assert!(taken(&json!({"pattern": "("})).is_err());
    }
}
