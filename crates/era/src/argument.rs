//! An argument that was written as text, on a command line or in a query, becomes what the tool's
//! input schema says: an integer, a number, a boolean, an array.
//!
//! A guess made by the looks of the text would turn the message `007` into a 7; the schema knows.
//! Where it says nothing, or allows a string, text stays text. The server still judges the whole.

use serde_json::{Map, Number, Value};

/// Steps that are followed from one schema to the next: a `$ref` may point at itself.
const MAX_STEPS: usize = 16;

/// The JSON types that a schema allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Types {
    string: bool,
    integer: bool,
    number: bool,
    boolean: bool,
    array: bool,
    object: bool,
    null: bool,
}

/// Returns `text` as the property `key` of an object of this schema.
///
/// # Errors
///
/// When the text has not the form of the property's type; it says what form that is.
pub fn argument(schema: &Value, key: &str, text: &str) -> Result<Value, String> {
    let Some(property) = schema.get("properties").and_then(|all| all.get(key)) else {
        return Ok(text.into());
    };
    value(schema, property, text).map_err(|what| format!("`{key}` {what}"))
}

fn value(root: &Value, schema: &Value, text: &str) -> Result<Value, String> {
    let mut types = Types::default();
    types.add(root, schema, MAX_STEPS);
    if types.string || types == Types::default() {
        return Ok(text.into());
    }
    if types.null && text == "null" {
        return Ok(Value::Null);
    }
    if types.boolean
        && let Ok(yes) = text.parse::<bool>()
    {
        return Ok(yes.into());
    }
    if (types.integer || types.number)
        && let Some(number) = number(text, types.number)
    {
        return Ok(number.into());
    }
    if types.array && !(types.object && text.trim_start().starts_with('{')) {
        return array(root, schema, text);
    }
    if types.object {
        return object(text);
    }
    Err(format!("is {}; `{text}` is not", types.wanted()))
}

/// Reads a whole number exactly; with `fractions`, any finite number.
fn number(text: &str, fractions: bool) -> Option<Number> {
    let whole = text.parse::<i64>().map(Number::from);
    let whole = whole.or_else(|_| text.parse::<u64>().map(Number::from));
    match whole {
        Ok(whole) => Some(whole),
        Err(_) if fractions => text.parse().ok().and_then(Number::from_f64),
        Err(_) => None,
    }
}

/// Reads `a,b,c`, or JSON where a value holds a comma.
fn array(root: &Value, schema: &Value, text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text).map_err(|error| {
            format!("begins as a JSON array and is none: {error}; or write it as a,b,c")
        });
    }
    if text.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    let items = items(root, schema, MAX_STEPS);
    let read = |item: &str| match items {
        Some(items) => value(root, items, item.trim()),
        None => Ok(item.trim().into()),
    };
    let values: Result<_, _> = text.split(',').map(read).collect();
    values
        .map(Value::Array)
        .map_err(|what| format!("is an array, whose every value {what}"))
}

fn object(text: &str) -> Result<Value, String> {
    match serde_json::from_str::<Map<_, _>>(text) {
        Ok(object) => Ok(Value::Object(object)),
        Err(error) => Err(format!("is a JSON object; `{text}` is not: {error}")),
    }
}

/// Returns the schema of an array's values.
fn items<'a>(root: &'a Value, schema: &'a Value, steps: usize) -> Option<&'a Value> {
    if steps == 0 {
        return None;
    }
    schema
        .get("items")
        .or_else(|| others(root, schema).find_map(|other| items(root, other, steps - 1)))
}

/// Returns the schemas that `schema` takes its word from: what it refers to, or chooses among.
fn others<'a>(root: &'a Value, schema: &'a Value) -> impl Iterator<Item = &'a Value> {
    let referred = schema.get("$ref").and_then(Value::as_str);
    // Only inside this schema: nothing is ever fetched for an argument.
    let referred = referred.and_then(|path| root.pointer(path.strip_prefix('#')?));
    let choices = ["anyOf", "oneOf", "allOf"].into_iter();
    let choices = choices
        .filter_map(|word| schema.get(word)?.as_array())
        .flatten();
    referred.into_iter().chain(choices)
}

// === impl Types ===

impl Types {
    fn add(&mut self, root: &Value, schema: &Value, steps: usize) {
        if steps == 0 {
            return;
        }
        match schema.get("type") {
            Some(Value::String(name)) => self.add_name(name),
            Some(Value::Array(names)) => {
                names
                    .iter()
                    .filter_map(Value::as_str)
                    .for_each(|name| self.add_name(name));
            }
            _ => self.add_values(schema),
        }
        for other in others(root, schema) {
            self.add(root, other, steps - 1);
        }
    }

    fn add_name(&mut self, name: &str) {
        match name {
            "string" => self.string = true,
            "integer" => self.integer = true,
            "number" => self.number = true,
            "boolean" => self.boolean = true,
            "array" => self.array = true,
            "object" => self.object = true,
            "null" => self.null = true,
            _ => {}
        }
    }

    /// An `enum` or a `const` needs no `type`: its values have one.
    fn add_values(&mut self, schema: &Value) {
        let listed = schema.get("enum").and_then(Value::as_array);
        for value in listed.into_iter().flatten().chain(schema.get("const")) {
            self.add_name(match value {
                Value::String(_) => "string",
                Value::Number(_) => "number",
                Value::Bool(_) => "boolean",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
                Value::Null => "null",
            });
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self { number: true, .. } => "a number",
            Self { integer: true, .. } => "a whole number",
            Self { boolean: true, .. } => "true or false",
            _ => "null",
        }
    }
}

#[cfg(test)]
mod tests;
