//! Questions to the client's user.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::{Form, InputKind, InputRequest};

/// A question to the client's user: a form to fill in, or a page to open.
///
/// Never ask for secrets in a form; send the user to a page of yours for them (2026-07-28
/// elicitation §Security Considerations).
#[derive(Clone, Debug, PartialEq)]
pub enum Elicit {
    /// A form.
    Form {
        /// What the user is told.
        message: String,
        /// The form's schema: a flat object of strings, numbers, booleans and choices.
        schema: Value,
    },
    /// A page, which the user opens after having seen its whole address.
    Url {
        /// What the user is told.
        message: String,
        /// The page. No secrets and nothing about the user belong in it.
        url: String,
        /// What the visit is called by, in the one revision that names it (2025-11-25).
        id: String,
    },
}

/// What the user did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ElicitAction {
    /// Agreed; a form was filled in, a page is going to be visited.
    Accept,
    /// Said no.
    Decline,
    /// Went away without a choice.
    Cancel,
}

/// The user's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElicitAnswer {
    /// What the user did.
    pub action: ElicitAction,
    /// What was filled in; only with [`ElicitAction::Accept`] of a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Map<String, Value>>,
}

// === impl Elicit ===

impl Elicit {
    /// Returns a form.
    ///
    /// ```
    /// use tidegate_model::ask::{Elicit, Field, Form};
    ///
    /// let elicit = Elicit::form(
    ///     "Overwrite notes.txt?",
    ///     Form::new().required("sure", Field::boolean().title("Yes, overwrite it")),
    /// );
    /// # let _ = elicit;
    /// ```
    pub fn form(message: impl Into<String>, form: Form) -> Self {
        Self::schema(message, form.into_schema())
    }

    /// Returns a form by its schema, as written.
    pub fn schema(message: impl Into<String>, schema: Value) -> Self {
        Self::Form {
            message: message.into(),
            schema,
        }
    }

    /// Returns a page to open. `id` names the visit, so that its end can be told.
    pub fn url(id: impl Into<String>, message: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Url {
            message: message.into(),
            url: url.into(),
            id: id.into(),
        }
    }

    /// Returns the question as it is sent. A form's mode is left out: it is the default, and the
    /// only one the oldest revision knows.
    #[must_use]
    pub fn to_request(&self) -> InputRequest {
        let params = match self {
            Self::Form { message, schema } => {
                json!({ "message": message, "requestedSchema": schema })
            }
            Self::Url { message, url, id } => json!({
                "mode": "url", "message": message, "url": url, "elicitationId": id,
            }),
        };
        InputRequest {
            method: InputKind::Elicit,
            params,
        }
    }

    /// Returns what stands in the form's fields at first: the default of each that has one; for
    /// clients (SEP-1034). A page has none.
    #[must_use]
    pub fn defaults(&self) -> Map<String, Value> {
        let Self::Form { schema, .. } = self else {
            return Map::new();
        };
        let fields = schema.get("properties").and_then(Value::as_object);
        let default = |(name, field): (&String, &Value)| {
            field
                .get("default")
                .map(|value| (name.clone(), value.clone()))
        };
        fields.into_iter().flatten().filter_map(default).collect()
    }

    /// Reads a question's parameters; for clients.
    ///
    /// # Errors
    ///
    /// When they are none of an elicitation, or of a mode nobody knows.
    pub fn read(params: &Value) -> Result<Self, String> {
        let text = |name: &str| {
            let text = params.get(name).and_then(Value::as_str);
            text.map(str::to_owned)
                .ok_or_else(|| format!("an elicitation needs `{name}`"))
        };
        let message = text("message")?;
        match params.get("mode").and_then(Value::as_str) {
            None | Some("form") => Ok(Self::Form {
                message,
                schema: params
                    .get("requestedSchema")
                    .filter(|schema| schema.is_object())
                    .cloned()
                    .ok_or("a form needs `requestedSchema`, an object")?,
            }),
            Some("url") => Ok(Self::Url {
                message,
                url: text("url")?,
                id: text("elicitationId").unwrap_or_default(),
            }),
            Some(other) => Err(format!("no such mode of elicitation: {other}")),
        }
    }
}

// === impl ElicitAnswer ===

impl ElicitAnswer {
    /// Returns "agreed", with what was filled in.
    #[must_use]
    pub const fn accept(content: Map<String, Value>) -> Self {
        Self {
            action: ElicitAction::Accept,
            content: Some(content),
        }
    }

    /// Returns "agreed" to a page: it is going to be visited.
    #[must_use]
    pub const fn consent() -> Self {
        Self::bare(ElicitAction::Accept)
    }

    /// Returns "no".
    #[must_use]
    pub const fn decline() -> Self {
        Self::bare(ElicitAction::Decline)
    }

    /// Returns "went away".
    #[must_use]
    pub const fn cancel() -> Self {
        Self::bare(ElicitAction::Cancel)
    }

    const fn bare(action: ElicitAction) -> Self {
        Self {
            action,
            content: None,
        }
    }

    /// Returns whether the user agreed.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.action == ElicitAction::Accept
    }

    /// Returns one value that was filled in, as text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.content.as_ref()?.get(field)?.as_str()
    }

    /// Returns one value that was filled in.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.content.as_ref()?.get(field)
    }

    /// Decodes what was filled in; `None` if the user did not agree.
    ///
    /// # Errors
    ///
    /// When it has another shape than `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<Option<T>, serde_json::Error> {
        if !self.is_accepted() {
            return Ok(None);
        }
        let content = self.content.clone().unwrap_or_default();
        serde_json::from_value(Value::Object(content)).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::Field;

    #[test]
    fn defaults_are_what_the_fields_say() {
        let form = Form::new()
            .required("name", Field::string().default("Ann"))
            .optional("age", Field::integer())
            .optional("days", Field::choices(["mon", "tue"]).default(vec!["mon"]));
        let defaults = Elicit::form("?", form).defaults();
        assert_eq!(json!(defaults), json!({"name": "Ann", "days": ["mon"]}));
        assert!(Elicit::url("v", "?", "https://x").defaults().is_empty());
    }

    #[test]
    fn questions_read_back() {
        let form = Elicit::form("?", Form::new().required("a", Field::string()));
        let url = Elicit::url("v1", "?", "https://example.org/pay");
        for asked in [form, url] {
            assert_eq!(Elicit::read(&asked.to_request().params), Ok(asked));
        }
        assert!(Elicit::read(&json!({"mode": "voice", "message": "?"})).is_err());
    }
}
