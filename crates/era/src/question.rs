//! A question to a client, as its revision can read it.

use serde_json::{Map, Value, json};
use tidegate_model::ask::{InputKind, InputRequest};

use crate::revision::{Facts, Revision};

/// Returns `request` in the words of a caller's revision.
///
/// 2025-06-18 knows defaults of yes-or-no fields only, and names choices by `enumNames`; only
/// 2025-11-25 calls a visited page by an id (2025-11-25 changelog, 2026-07-28 changelog).
#[must_use]
pub fn fit(facts: Facts, request: &InputRequest) -> InputRequest {
    let mut request = request.clone();
    if request.method != InputKind::Elicit {
        return request;
    }
    if facts.revision.is_modern()
        && let Some(params) = request.params.as_object_mut()
    {
        params.shift_remove("elicitationId");
    }
    if facts.revision <= Revision::V2025_06_18 {
        let fields = request
            .params
            .pointer_mut("/requestedSchema/properties")
            .and_then(Value::as_object_mut);
        for field in fields.into_iter().flat_map(Map::values_mut) {
            simplify(field);
        }
    }
    request
}

fn simplify(field: &mut Value) {
    let Some(field) = field.as_object_mut() else {
        return;
    };
    if field.get("type").is_none_or(|kind| kind != "boolean") {
        field.shift_remove("default");
    }
    if let Some(Value::Array(choices)) = field.shift_remove("oneOf") {
        let all = |name: &str| -> Vec<Value> {
            let value = |choice: &Value| choice.get(name).cloned().unwrap_or_default();
            choices.iter().map(value).collect()
        };
        field.insert("enum".to_owned(), json!(all("const")));
        field.insert("enumNames".to_owned(), json!(all("title")));
    }
}

#[cfg(test)]
mod tests {
    use tidegate_model::ask::{Elicit, Field, Form};

    use super::*;

    #[test]
    fn each_revision_gets_what_it_can_read() {
        let form = Form::new()
            .required("name", Field::string().default("Ann"))
            .required("sure", Field::boolean().default(true))
            .required("size", Field::titled_choice([("s", "Small")]));
        let asked = Elicit::form("?", form).to_request();
        assert_eq!(fit(Revision::V2025_11_25.facts(), &asked), asked);
        let old = fit(Revision::V2025_06_18.facts(), &asked).params;
        let fields = &old["requestedSchema"]["properties"];
        assert_eq!(fields["name"], json!({"type": "string"}));
        assert_eq!(fields["sure"]["default"], true);
        assert_eq!(
            fields["size"],
            json!({"type": "string", "enum": ["s"], "enumNames": ["Small"]})
        );
    }

    #[test]
    fn a_visit_has_a_name_in_one_revision_only() {
        let asked = Elicit::url("v1", "?", "https://example.org/").to_request();
        let modern = fit(Revision::V2026_07_28.facts(), &asked).params;
        assert_eq!(modern.get("elicitationId"), None);
        let legacy = fit(Revision::V2025_11_25.facts(), &asked).params;
        assert_eq!(legacy["elicitationId"], "v1");
    }
}
