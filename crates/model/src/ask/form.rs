//! Forms: the flat schemas that clients can show (2025-11-25 and 2026-07-28 elicitation
//! §Requested Schema).

use serde_json::{Map, Value, json};

/// A form, field by field.
///
/// ```
/// use tidegate_model::ask::{Field, Form};
///
/// let form = Form::new()
///     .required("name", Field::string().title("Your name").max_length(80))
///     .optional("colour", Field::titled_choice([("r", "Red"), ("g", "Green")]).default("g"))
///     .optional("days", Field::choices(["mon", "tue", "wed"]).max_items(2));
/// assert_eq!(form.into_schema()["required"], serde_json::json!(["name"]));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    properties: Map<String, Value>,
    required: Vec<String>,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Field(Map<String, Value>);

// === impl Form ===

impl Form {
    /// Returns a form without fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field that must be filled in.
    #[must_use]
    pub fn required(mut self, name: impl Into<String>, field: Field) -> Self {
        let name = name.into();
        self.required.push(name.clone());
        self.optional(name, field)
    }

    /// Adds a field that may stay empty.
    #[must_use]
    pub fn optional(mut self, name: impl Into<String>, field: Field) -> Self {
        self.properties.insert(name.into(), Value::Object(field.0));
        self
    }

    /// Returns the form's JSON Schema.
    #[must_use]
    pub fn into_schema(self) -> Value {
        let mut schema = json!({ "type": "object", "properties": self.properties });
        if !self.required.is_empty() {
            schema["required"] = self.required.into();
        }
        schema
    }
}

// === impl Field ===

impl Field {
    /// Returns a line of text.
    #[must_use]
    pub fn string() -> Self {
        Self::of(json!({ "type": "string" }))
    }

    /// Returns a mail address.
    #[must_use]
    pub fn email() -> Self {
        Self::of(json!({ "type": "string", "format": "email" }))
    }

    /// Returns an address of something.
    #[must_use]
    pub fn uri() -> Self {
        Self::of(json!({ "type": "string", "format": "uri" }))
    }

    /// Returns a day.
    #[must_use]
    pub fn date() -> Self {
        Self::of(json!({ "type": "string", "format": "date" }))
    }

    /// Returns a day and time.
    #[must_use]
    pub fn date_time() -> Self {
        Self::of(json!({ "type": "string", "format": "date-time" }))
    }

    /// Returns a number.
    #[must_use]
    pub fn number() -> Self {
        Self::of(json!({ "type": "number" }))
    }

    /// Returns a whole number.
    #[must_use]
    pub fn integer() -> Self {
        Self::of(json!({ "type": "integer" }))
    }

    /// Returns a yes or no.
    #[must_use]
    pub fn boolean() -> Self {
        Self::of(json!({ "type": "boolean" }))
    }

    /// Returns one of several values.
    pub fn choice<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let values: Vec<&str> = values.into_iter().collect();
        Self::of(json!({ "type": "string", "enum": values }))
    }

    /// Returns one of several values, each shown by a name.
    pub fn titled_choice<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::of(json!({ "type": "string", "oneOf": titled(values) }))
    }

    /// Returns one of several values, each shown by a name, in the way of 2025-06-18.
    pub fn named_choice<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let (values, names): (Vec<&str>, Vec<&str>) = values.into_iter().unzip();
        Self::of(json!({ "type": "string", "enum": values, "enumNames": names }))
    }

    /// Returns any of several values (2025-11-25 on).
    pub fn choices<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let values: Vec<&str> = values.into_iter().collect();
        Self::of(json!({ "type": "array", "items": { "type": "string", "enum": values } }))
    }

    /// Returns any of several values, each shown by a name (2025-11-25 on).
    pub fn titled_choices<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::of(json!({ "type": "array", "items": { "anyOf": titled(values) } }))
    }

    /// Sets the field's name for people.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        self.with("title", title.into())
    }

    /// Says what belongs in the field.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        self.with("description", description.into())
    }

    /// Sets what stands in the field at first.
    #[must_use]
    pub fn default(self, value: impl Into<Value>) -> Self {
        self.with("default", value)
    }

    /// Sets how many characters a text has at least.
    #[must_use]
    pub fn min_length(self, characters: u32) -> Self {
        self.with("minLength", characters)
    }

    /// Sets how many characters a text has at most.
    #[must_use]
    pub fn max_length(self, characters: u32) -> Self {
        self.with("maxLength", characters)
    }

    /// Sets the least a number is.
    #[must_use]
    pub fn minimum(self, least: impl Into<Value>) -> Self {
        self.with("minimum", least)
    }

    /// Sets the most a number is.
    #[must_use]
    pub fn maximum(self, most: impl Into<Value>) -> Self {
        self.with("maximum", most)
    }

    /// Sets how many values are chosen at least.
    #[must_use]
    pub fn min_items(self, items: u32) -> Self {
        self.with("minItems", items)
    }

    /// Sets how many values are chosen at most.
    #[must_use]
    pub fn max_items(self, items: u32) -> Self {
        self.with("maxItems", items)
    }

    fn with(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.0.insert(keyword.to_owned(), value.into());
        self
    }

    fn of(schema: Value) -> Self {
        match schema {
            Value::Object(fields) => Self(fields),
            _ => Self(Map::new()),
        }
    }
}

fn titled<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Value> {
    let entry = |(value, title)| json!({ "const": value, "title": title });
    values.into_iter().map(entry).collect()
}
