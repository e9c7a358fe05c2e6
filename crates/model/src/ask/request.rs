//! A question on the wire.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ClientCapabilities;

/// A question as it is sent: what is asked, and its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputRequest {
    /// What is asked.
    pub method: InputKind,
    /// The question.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub params: Value,
}

/// What may be asked of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InputKind {
    /// Something of its user.
    #[serde(rename = "elicitation/create")]
    Elicit,
    /// Something of its model.
    #[serde(rename = "sampling/createMessage")]
    Sample,
    /// Where it works.
    #[serde(rename = "roots/list")]
    Roots,
}

// === impl InputKind ===

impl InputKind {
    /// Returns the method's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Elicit => "elicitation/create",
            Self::Sample => "sampling/createMessage",
            Self::Roots => "roots/list",
        }
    }
}

// === impl InputRequest ===

impl InputRequest {
    /// Returns the least a client must have declared to be asked this, as the object that
    /// `requiredCapabilities` wants.
    #[must_use]
    pub fn needs(&self) -> Value {
        use serde_json::json;

        let has = |name: &str| self.params.get(name).is_some_and(|value| !value.is_null());
        match self.method {
            InputKind::Elicit if self.is_url() => json!({ "elicitation": { "url": {} } }),
            InputKind::Elicit => json!({ "elicitation": { "form": {} } }),
            InputKind::Sample if has("tools") || has("toolChoice") => {
                json!({ "sampling": { "tools": {} } })
            }
            InputKind::Sample => json!({ "sampling": {} }),
            InputKind::Roots => json!({ "roots": {} }),
        }
    }

    /// Returns whether a client with these capabilities may be asked this.
    ///
    /// `elicitation: {}` means forms (2025-11-25 elicitation §Capabilities).
    #[must_use]
    pub fn is_declared(&self, client: &ClientCapabilities) -> bool {
        let sub = |declared: &Option<Value>, name: &str| {
            declared
                .as_ref()
                .is_some_and(|all| all.get(name).is_some_and(Value::is_object))
        };
        match self.method {
            InputKind::Elicit if self.is_url() => sub(&client.elicitation, "url"),
            InputKind::Elicit => client.elicitation.as_ref().is_some_and(|all| {
                all.get("form").is_some_and(Value::is_object)
                    || all.as_object().is_some_and(|all| !all.contains_key("url"))
            }),
            InputKind::Sample => {
                let tools = self.needs()["sampling"].get("tools").is_some();
                client.sampling.is_some() && (!tools || sub(&client.sampling, "tools"))
            }
            InputKind::Roots => client.roots.is_some(),
        }
    }

    fn is_url(&self) -> bool {
        self.params.get("mode").is_some_and(|mode| mode == "url")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(method: InputKind, params: Value) -> InputRequest {
        InputRequest { method, params }
    }

    fn client(json: Value) -> ClientCapabilities {
        serde_json::from_value(json).expect("capabilities")
    }

    #[test]
    fn what_was_declared_may_be_asked() {
        let form = asked(InputKind::Elicit, json!({"message": "?"}));
        let url = asked(InputKind::Elicit, json!({"mode": "url"}));
        let tools = asked(InputKind::Sample, json!({"tools": []}));
        let table = [
            (&form, json!({"elicitation": {}}), true),
            (&form, json!({"elicitation": {"form": {}}}), true),
            (&form, json!({"elicitation": {"url": {}}}), false),
            (&form, json!({"sampling": {}}), false),
            (&url, json!({"elicitation": {}}), false),
            (&url, json!({"elicitation": {"url": {}}}), true),
            (&tools, json!({"sampling": {}}), false),
            (&tools, json!({"sampling": {"tools": {}}}), true),
        ];
        for (asked, capabilities, declared) in table {
            let client = client(capabilities.clone());
            assert_eq!(
                asked.is_declared(&client),
                declared,
                "{asked:?} {capabilities}"
            );
        }
        assert_eq!(form.needs(), json!({"elicitation": {"form": {}}}));
    }
}
