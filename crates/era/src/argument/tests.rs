use serde_json::{Value, json};

use super::argument;

/// Converts `text` by a schema of one property `k`.
fn convert(schema: Value, text: &str) -> Result<Value, String> {
    argument(
        &json!({"type": "object", "properties": {"k": schema}}),
        "k",
        text,
    )
}

#[test]
fn a_string_stays_what_was_typed() {
    for text in ["007", "true", "[1]", "", " x ", "null"] {
        assert_eq!(convert(json!({"type": "string"}), text), Ok(json!(text)));
        assert_eq!(convert(json!({}), text), Ok(json!(text)));
        assert_eq!(
            convert(json!({"type": ["string", "integer", "null"]}), text),
            Ok(json!(text))
        );
        assert_eq!(argument(&json!({}), "k", text), Ok(json!(text)));
    }
}

#[test]
fn numbers_are_exact() {
    let integer = json!({"type": "integer"});
    let number = json!({"type": "number"});
    assert_eq!(convert(integer.clone(), "-7"), Ok(json!(-7)));
    assert_eq!(
        convert(integer.clone(), "18446744073709551615"),
        Ok(json!(u64::MAX))
    );
    assert_eq!(convert(number.clone(), "3"), Ok(json!(3)));
    assert_eq!(convert(number.clone(), "2.5e-3"), Ok(json!(0.0025)));
    let error = convert(integer, "2.5").unwrap_err();
    assert_eq!(error, "`k` is a whole number; `2.5` is not");
    for text in ["x", "inf", "NaN", ""] {
        let error = convert(number.clone(), text).unwrap_err();
        assert!(error.starts_with("`k` is a number"), "{error}");
    }
}

#[test]
fn a_boolean_is_true_or_false() {
    let boolean = json!({"type": "boolean"});
    assert_eq!(convert(boolean.clone(), "true"), Ok(json!(true)));
    assert_eq!(convert(boolean.clone(), "false"), Ok(json!(false)));
    assert!(
        convert(boolean, "yes")
            .unwrap_err()
            .contains("true or false")
    );
}

#[test]
fn an_array_is_a_comma_list_or_json() {
    let strings = json!({"type": ["array", "null"], "items": {"type": "string"}});
    assert_eq!(
        convert(strings.clone(), "*.md, a.txt"),
        Ok(json!(["*.md", "a.txt"]))
    );
    assert_eq!(convert(strings.clone(), r#"["a,b"]"#), Ok(json!(["a,b"])));
    assert_eq!(convert(strings.clone(), ""), Ok(json!([])));
    assert_eq!(convert(strings.clone(), "null"), Ok(json!(null)));
    assert!(convert(strings, "[a").unwrap_err().contains("a,b,c"));
    let integers = json!({"type": "array", "items": {"type": "integer"}});
    assert_eq!(convert(integers.clone(), "1,2"), Ok(json!([1, 2])));
    let error = convert(integers, "1,b").unwrap_err();
    assert_eq!(
        error,
        "`k` is an array, whose every value is a whole number; `b` is not"
    );
    assert_eq!(
        convert(json!({"type": "array"}), "1,b"),
        Ok(json!(["1", "b"]))
    );
}

#[test]
fn an_object_is_json() {
    let object = json!({"type": "object"});
    assert_eq!(convert(object.clone(), r#"{"a":1}"#), Ok(json!({"a": 1})));
    assert!(convert(object, "a").unwrap_err().contains("JSON object"));
    let either = json!({"anyOf": [{"type": "object"}, {"type": "array"}]});
    assert_eq!(convert(either, r#"{"a":1}"#), Ok(json!({"a": 1})));
}

#[test]
fn references_and_choices_are_followed_and_a_circle_ends() {
    let schema = json!({
        "properties": {
            "port": {"$ref": "#/$defs/Port"},
            "maybe": {"anyOf": [{"$ref": "#/$defs/Port"}, {"type": "null"}]},
            "many": {"anyOf": [{"$ref": "#/$defs/Ports"}, {"type": "null"}]},
            "circle": {"$ref": "#/$defs/Circle"},
            "far": {"$ref": "https://example.org/schema.json"},
        },
        "$defs": {
            "Port": {"type": "integer"},
            "Ports": {"type": "array", "items": {"$ref": "#/$defs/Port"}},
            "Circle": {"anyOf": [{"$ref": "#/$defs/Circle"}]},
        },
    });
    assert_eq!(argument(&schema, "port", "80"), Ok(json!(80)));
    assert_eq!(argument(&schema, "maybe", "80"), Ok(json!(80)));
    assert_eq!(argument(&schema, "maybe", "null"), Ok(json!(null)));
    assert_eq!(argument(&schema, "many", "80,81"), Ok(json!([80, 81])));
    assert_eq!(argument(&schema, "circle", "80"), Ok(json!("80")));
    assert_eq!(argument(&schema, "far", "80"), Ok(json!("80")));
}

#[test]
fn listed_values_have_a_type_of_their_own() {
    assert_eq!(
        convert(json!({"enum": ["add", "sub"]}), "add"),
        Ok(json!("add"))
    );
    assert_eq!(convert(json!({"enum": [1, 2]}), "2"), Ok(json!(2)));
    assert_eq!(convert(json!({"const": true}), "true"), Ok(json!(true)));
}
