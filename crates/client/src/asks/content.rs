//! Whether a user's answer fits the form, seen before it is sent (2025-11-25 elicitation §Response
//! Actions).

use serde_json::{Map, Value};
use tidegate_model::{
    Failure,
    ask::{Elicit, ElicitAction, ElicitAnswer},
};

/// Checks an answer against its question.
///
/// # Errors
///
/// When the answer has content where none belongs, or content that the form's schema refuses.
pub(crate) fn check(asked: &Elicit, answer: &ElicitAnswer) -> Result<(), Failure> {
    let schema = match (asked, answer.action) {
        (Elicit::Form { schema, .. }, ElicitAction::Accept) => schema,
        _ if answer.content.is_none() => return Ok(()),
        _ => {
            return Err(Failure::internal(
                "the answer has content, which belongs to an accepted form only",
            ));
        }
    };
    let content = answer.content.clone().unwrap_or_default();
    fits(schema, content)
        .map_err(|why| Failure::internal(format_args!("the answer does not fit the form: {why}")))
}

fn fits(schema: &Value, content: Map<String, Value>) -> Result<(), String> {
    // Formats are part of a form; without default features nothing is fetched.
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| format!("its schema is none: {error}"))?;
    validator
        .validate(&Value::Object(content))
        .map_err(|error| match error.instance_path().as_str() {
            "" => error.to_string(),
            path => format!("{}: {error}", path.trim_start_matches('/')),
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tidegate_model::ask::{Field, Form};

    use super::*;

    fn accepted(content: Value) -> ElicitAnswer {
        match content {
            Value::Object(content) => ElicitAnswer::accept(content),
            _ => ElicitAnswer::consent(),
        }
    }

    #[test]
    fn content_must_fit_the_form() {
        let form = Form::new()
            .required("mail", Field::email())
            .optional("age", Field::integer().minimum(18))
            .optional("days", Field::choices(["mon", "tue"]).max_items(1));
        let asked = Elicit::form("?", form);
        let table = [
            (
                json!({"mail": "a@example.org", "age": 20, "days": ["mon"]}),
                None,
            ),
            (json!({"age": 20}), Some("required")),
            (json!({"mail": "nobody"}), Some("mail: ")),
            (json!({"mail": "a@example.org", "age": 3}), Some("age: ")),
            (
                json!({"mail": "a@example.org", "days": ["sun"]}),
                Some("days/0: "),
            ),
        ];
        for (content, fault) in table {
            let checked = check(&asked, &accepted(content.clone()));
            match fault {
                None => assert!(checked.is_ok(), "{content}"),
                Some(part) => {
                    let failure = checked.expect_err("does not fit");
                    assert!(failure.message().contains(part), "{content}: {failure}");
                }
            }
        }
    }

    #[test]
    fn only_an_accepted_form_has_content() {
        let form = Elicit::form("?", Form::new());
        let page = Elicit::url("1", "?", "https://example.org/");
        assert!(check(&form, &ElicitAnswer::decline()).is_ok());
        assert!(check(&page, &ElicitAnswer::consent()).is_ok());
        assert!(check(&page, &accepted(json!({"a": 1}))).is_err());
        let mut declined = accepted(json!({}));
        declined.action = ElicitAction::Decline;
        assert!(check(&form, &declined).is_err());
    }
}
