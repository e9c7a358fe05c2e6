//! What a tool may ask its client for: its user, its model, its roots.

use tidegate_model::{Failure, Raw};

pub use tidegate_model::ask::*;

/// A question to the client, and how its answer is read. See
/// [`Context::ask`](crate::Context::ask).
pub trait Ask: Send + Sync {
    /// What comes back.
    type Answer;

    /// Returns the question as it is sent.
    fn request(&self) -> InputRequest;

    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// When it has not the shape that was asked for.
    fn read(&self, answer: &Raw) -> Result<Self::Answer, Failure>;
}

/// The question where a client works: its folders, which are information and no permission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roots;

/// How many faults a refused form names.
const MAX_FAULTS: usize = 5;

/// How many characters each of them has: they repeat what the client sent.
const MAX_FAULT: usize = 200;

// === impl Ask ===

impl Ask for Elicit {
    type Answer = ElicitAnswer;

    fn request(&self) -> InputRequest {
        self.to_request()
    }

    fn read(&self, answer: &Raw) -> Result<ElicitAnswer, Failure> {
        let answer: ElicitAnswer = decode(answer, InputKind::Elicit)?;
        if let Self::Form { schema, .. } = self
            && answer.is_accepted()
        {
            let content = answer.content.clone().unwrap_or_default();
            check_form(schema, &content.into())?;
        }
        Ok(answer)
    }
}

impl Ask for Sample {
    type Answer = Sampled;

    fn request(&self) -> InputRequest {
        self.to_request()
    }

    fn read(&self, answer: &Raw) -> Result<Sampled, Failure> {
        decode(answer, InputKind::Sample)
    }
}

impl Ask for Roots {
    type Answer = Vec<Root>;

    fn request(&self) -> InputRequest {
        InputRequest {
            method: InputKind::Roots,
            params: serde_json::Value::Null,
        }
    }

    fn read(&self, answer: &Raw) -> Result<Vec<Root>, Failure> {
        decode(answer, InputKind::Roots).map(|list: RootList| list.roots)
    }
}

impl<A: Ask + ?Sized> Ask for &A {
    type Answer = A::Answer;

    fn request(&self) -> InputRequest {
        (**self).request()
    }

    fn read(&self, answer: &Raw) -> Result<A::Answer, Failure> {
        (**self).read(answer)
    }
}

fn decode<T: serde::de::DeserializeOwned>(answer: &Raw, to: InputKind) -> Result<T, Failure> {
    answer.decode().map_err(|error| {
        Failure::invalid_params(format_args!(
            "the answer to {} has not its shape: {error}",
            to.name()
        ))
    })
}

/// Checks what was filled in against the form, which the client should have done before.
fn check_form(schema: &serde_json::Value, content: &serde_json::Value) -> Result<(), Failure> {
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| Failure::internal(format_args!("the form's schema is none: {error}")))?;
    let faults: Vec<String> = validator
        .iter_errors(content)
        .take(MAX_FAULTS)
        .map(|error| {
            let fault = format!("{} {error}", error.instance_path());
            fault.chars().take(MAX_FAULT).collect()
        })
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure::invalid_params(format_args!(
        "the form was not filled in as its schema wants: {}",
        faults.join("; ")
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tidegate_model::ask::{Field, Form};

    use super::*;

    fn read(answer: serde_json::Value) -> Result<ElicitAnswer, Failure> {
        let form = Form::new().required("name", Field::string());
        Elicit::form("?", form).read(&answer.into())
    }

    #[test]
    fn a_form_is_filled_in_or_declined() {
        let answer = read(json!({"action": "accept", "content": {"name": "Ann"}}));
        assert_eq!(answer.expect("fits").text("name"), Some("Ann"));
        assert!(
            !read(json!({"action": "decline"}))
                .expect("fits")
                .is_accepted()
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for answer in [
            json!(12345),
            json!(null),
            json!({"action": "maybe"}),
            json!({"action": "accept"}),
            json!({"action": "accept", "content": {}}),
            json!({"action": "accept", "content": {"name": 7}}),
        ] {
            assert!(read(answer.clone()).is_err(), "{answer}");
        }
    }
}
