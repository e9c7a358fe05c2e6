//! Arguments that a caller mirrors in headers: which a schema asks for, and whether they agree.
//!
//! 2026-07-28 streamable-http §Custom Headers from Tool Parameters.

use std::fmt;

use http::HeaderMap;
use serde_json::{Map, Value};
use tidegate_model::{HeaderKind, HeaderParam, Raw};

use crate::{
    head,
    reject::{Reject, code},
    sentinel,
};

/// The key in a schema that asks for a header.
const ANNOTATION: &str = "x-mcp-header";

/// The largest integer that a header may carry: 2^53 − 1.
const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Why a schema's `x-mcp-header` cannot be honoured; a client drops the tool, a server refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderParamError(String);

/// Finds the arguments that `schema` wants mirrored in headers.
///
/// # Errors
///
/// When an annotation stands where none may, names no token, or two name the same header.
pub fn header_params(schema: &Value) -> Result<Vec<HeaderParam>, HeaderParamError> {
    let mut found = Vec::new();
    let mut path = Vec::new();
    walk(schema, &mut path, true, &mut found)?;
    Ok(found)
}

fn walk(
    schema: &Value,
    path: &mut Vec<String>,
    reachable: bool,
    found: &mut Vec<HeaderParam>,
) -> Result<(), HeaderParamError> {
    let fields = match schema {
        Value::Object(fields) => fields,
        Value::Array(items) => {
            return items
                .iter()
                .try_for_each(|item| walk(item, path, false, found));
        }
        _ => return Ok(()),
    };
    if let Some(annotation) = fields.get(ANNOTATION) {
        found.push(annotated(annotation, fields, path, reachable, found)?);
    }
    for (key, inner) in fields {
        match (key.as_str(), inner) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    path.push(name.clone());
                    walk(property, path, reachable, found)?;
                    path.pop();
                }
            }
            // Data, not schemas: an annotation in there annotates nothing.
            ("default" | "const" | "enum" | "examples", _) => {}
            _ => walk(inner, path, false, found)?,
        }
    }
    Ok(())
}

fn annotated(
    annotation: &Value,
    schema: &Map<String, Value>,
    path: &[String],
    reachable: bool,
    found: &[HeaderParam],
) -> Result<HeaderParam, HeaderParamError> {
    let refuse = |why: fmt::Arguments<'_>| Err(HeaderParamError(format!("{ANNOTATION} {why}")));
    let Value::String(name) = annotation else {
        return refuse(format_args!("must be a string"));
    };
    if name.is_empty() || !name.bytes().all(is_tchar) {
        return refuse(format_args!("{name:?} is no header name (RFC 9110 §5.6.2)"));
    }
    if !reachable || path.is_empty() {
        return refuse(format_args!(
            "{name:?} is not reached by `properties` alone"
        ));
    }
    let name = name.to_ascii_lowercase();
    if found.iter().any(|param| param.name == name) {
        return refuse(format_args!("{name:?} is used twice"));
    }
    let kind = match schema.get("type").and_then(Value::as_str) {
        Some("string") => HeaderKind::String,
        Some("integer") => HeaderKind::Integer,
        Some("boolean") => HeaderKind::Boolean,
        _ => return refuse(format_args!("{name:?} is on no string, integer or boolean")),
    };
    Ok(HeaderParam {
        name,
        path: path.to_vec(),
        kind,
    })
}

const fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// Checks that the headers mirror the arguments.
///
/// # Errors
///
/// -32020 when a header is missing, says something else, or mirrors nothing.
pub(crate) fn check(
    params: &[HeaderParam],
    headers: &HeaderMap,
    arguments: Option<&Raw>,
) -> Result<(), Reject> {
    if params.is_empty() {
        return Ok(());
    }
    let arguments: Value = match arguments {
        None => Value::Null,
        // What cannot be compared must not pass as absent.
        Some(raw) => raw.decode().map_err(|error| {
            Reject::bad_request(
                code::INVALID_PARAMS,
                format!("the arguments cannot be read: {error}"),
            )
        })?,
    };
    params.iter().try_for_each(|param| {
        let header = head::single(headers, &format!("{}{}", head::PARAM_PREFIX, param.name))?;
        let header = header.map(head::text).transpose()?;
        let value = argument(&arguments, &param.path);
        let mirrored = match (value, header) {
            (None | Some(Value::Null), None) => true,
            (Some(value), Some(header)) => {
                let header = sentinel::decode(header).ok_or_else(|| {
                    Reject::header_mismatch(format!("Mcp-Param-{} is no valid Base64", param.name))
                })?;
                mirrors(param.kind, value, &header)
            }
            _ => false,
        };
        if mirrored {
            return Ok(());
        }
        Err(Reject::header_mismatch(format!(
            "Mcp-Param-{} must repeat the argument {}",
            param.name,
            param.path.join(".")
        )))
    })
}

/// Returns the value that stands in `arguments` at `path`.
fn argument<'a>(arguments: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter()
        .try_fold(arguments, |value, name| value.get(name))
}

fn mirrors(kind: HeaderKind, value: &Value, header: &str) -> bool {
    match (kind, value) {
        (HeaderKind::String, Value::String(text)) => text == header,
        (HeaderKind::Boolean, Value::Bool(truth)) => {
            header == if *truth { "true" } else { "false" }
        }
        // Compared as numbers: `42.0` is 42. A float holds every integer a header may carry.
        (HeaderKind::Integer, Value::Number(number)) => {
            let header: Option<f64> = header.parse().ok();
            let number = number.as_f64().filter(|n| n.abs() <= MAX_INTEGER as f64);
            number.is_some() && number == header
        }
        // A value of another type than the schema says is the tool's to refuse, in its own words.
        (_, Value::String(text)) => text == header,
        (_, other) => header == other.to_string().as_str(),
    }
}

impl fmt::Display for HeaderParamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HeaderParamError {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn annotations_are_found_along_properties() {
        let schema = json!({"type": "object", "properties": {
            "city": {"type": "string", "x-mcp-header": "City"},
            "deep": {"type": "object", "properties": {"n": {"type": "integer", "x-mcp-header": "N"}}},
        }});
        let found = header_params(&schema).expect("valid");
        assert_eq!(found[0].name, "city");
        assert_eq!(found[1].path, ["deep", "n"]);
    }

    #[test]
    fn bad_annotations_are_refused() {
        let on = |property: Value| json!({"properties": {"a": property}});
        for schema in [
            on(json!({"type": "string", "x-mcp-header": "My City"})),
            on(json!({"type": "string", "x-mcp-header": ""})),
            on(json!({"type": "number", "x-mcp-header": "A"})),
            on(json!({"oneOf": [{"type": "string", "x-mcp-header": "A"}]})),
            on(json!({"type": "array", "items": {"type": "string", "x-mcp-header": "A"}})),
            json!({"properties": {
                "a": {"type": "string", "x-mcp-header": "City"},
                "b": {"type": "string", "x-mcp-header": "CITY"},
            }}),
        ] {
            assert!(header_params(&schema).is_err(), "{schema}");
        }
    }

    #[test]
    fn headers_must_repeat_the_arguments() {
        let params = header_params(&json!({"properties": {
            "city": {"type": "string", "x-mcp-header": "City"},
            "limit": {"type": "integer", "x-mcp-header": "Limit"},
        }}))
        .expect("valid");
        for (arguments, headers, right) in [
            (
                json!({"city": "Oslo"}),
                &[("mcp-param-city", "Oslo")][..],
                true,
            ),
            (json!({"city": "Oslo"}), &[][..], false),
            (
                json!({"city": "Oslo"}),
                &[("mcp-param-city", "oslo")][..],
                false,
            ),
            (
                json!({"city": "München"}),
                &[("mcp-param-city", "=?base64?TcO8bmNoZW4=?=")][..],
                true,
            ),
            (
                json!({"city": "a"}),
                &[("mcp-param-city", "=?base64?YQ?=")][..],
                false,
            ),
            (json!({"city": null}), &[][..], true),
            (json!({}), &[("mcp-param-city", "Oslo")][..], false),
            (json!({"limit": 7}), &[("mcp-param-limit", "7.0")][..], true),
            (json!({"limit": 7}), &[("mcp-param-limit", "8")][..], false),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, http::HeaderValue::from_static(value));
            }
            let raw = Raw::from(arguments.clone());
            assert_eq!(
                check(&params, &map, Some(&raw)).is_ok(),
                right,
                "{arguments}"
            );
        }
    }

    #[test]
    fn arguments_that_cannot_be_read_are_not_taken_for_absent() {
        let schema =
            json!({"properties": {"region": {"type": "string", "x-mcp-header": "Region"}}});
        let params = header_params(&schema).expect("valid");
        for unreadable in [
            &br#"{"region":"eu","x":1e999}"#[..],
            br#"{"region":"eu","x":"\ud800"}"#,
        ] {
            let raw = Raw::trusted(unreadable.into());
            let reject = check(&params, &HeaderMap::new(), Some(&raw)).expect_err("unreadable");
            assert_eq!(reject.code, code::INVALID_PARAMS);
        }
    }
}
