//! The JSON Schema of a settings file, and what it says of one value.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::tables::Settings;

/// How text becomes a value: an environment has nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Switch,
    Number,
    List,
    /// Tables, one an item; they stand in a file alone, as what follows.
    Tables,
    /// Lists by name.
    Entries,
}

/// The keyword that says in our schema how a value is written.
const FORM: &str = "x-form";

/// Returns the JSON Schema of a settings file.
pub(crate) fn schema() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<Settings>();
    let mut schema = Value::from(schema);
    without_null(&mut schema);
    required(&mut schema);
    schema["title"] = json!("Settings of tidegate serve");
    schema
}

/// Takes `null` out of every type: a key that is not set does not stand in a file.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    fields.insert("type".to_owned(), only);
                }
            }
            fields.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// Says which keys a table has to have, from what these say by themselves.
fn required(schema: &mut Value) {
    const MARK: &str = "x-required";

    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get_mut("properties") {
                let mut names = Vec::new();
                for (name, property) in properties {
                    let property = property.as_object_mut();
                    if property.is_some_and(|property| property.remove(MARK).is_some()) {
                        names.push(json!(name));
                    }
                }
                if !names.is_empty() {
                    fields.insert("required".to_owned(), names.into());
                }
            }
            fields.values_mut().for_each(required);
        }
        Value::Array(items) => items.iter_mut().for_each(required),
        _ => {}
    }
}

/// Returns the properties of an object.
pub(super) fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flat_map(Map::iter)
}

/// Whether a schema is that of an object.
pub(super) fn is_table(schema: &Value) -> bool {
    schema.get("properties").is_some()
}

/// Returns what a keyword says, if it is text.
pub(super) fn text(schema: &Value, keyword: &str) -> String {
    let text = schema.get(keyword).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// Says how values are written, from a schema.
pub(super) fn form(schema: &Value) -> String {
    if let Some(form) = schema.get(FORM).and_then(Value::as_str) {
        return form.to_owned();
    }
    let choices = schema.get("oneOf").and_then(Value::as_array);
    if let Some(choices) = choices {
        let words: Vec<_> = choices.iter().map(|choice| text(choice, "const")).collect();
        return words.join(", ");
    }
    match Kind::read(schema) {
        Kind::Switch => "true, false".to_owned(),
        Kind::List => format!("list: {}", form(&schema["items"])),
        Kind::Tables => "tables".to_owned(),
        Kind::Entries => "table".to_owned(),
        Kind::Number => format!("number, {} to {}", schema["minimum"], schema["maximum"]),
        Kind::Text => "text".to_owned(),
    }
}

// === impl Kind ===

impl Kind {
    pub(super) fn read(schema: &Value) -> Self {
        match schema["type"].as_str() {
            Some("boolean") => Self::Switch,
            Some("integer") => Self::Number,
            Some("array") if is_table(&schema["items"]) => Self::Tables,
            Some("array") => Self::List,
            Some("object") => Self::Entries,
            // Those that are numbers or text are read from text.
            _ => Self::Text,
        }
    }
}
