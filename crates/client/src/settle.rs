//! What a modern result is: complete, a question back, or a task (2026-07-28 basic §ResultType).

use std::collections::BTreeMap;

use serde::Deserialize;
use tidegate_model::{Raw, Task, ask::InputRequest};

use crate::error::Error;

/// What a result is.
pub(crate) enum Settled {
    /// The last word.
    Complete,
    /// The server asks for input; the request is to be repeated with it.
    Input(Input),
    /// The work goes on as a task.
    Task(Box<Task>),
}

/// What the server asks for, and what it wants back with the answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    #[serde(default)]
    pub(crate) input_requests: BTreeMap<String, InputRequest>,
    /// Opaque: it goes back byte for byte, so it is never decoded.
    #[serde(default)]
    pub(crate) request_state: Option<Box<serde_json::value::RawValue>>,
}

// === impl Settled ===

impl Settled {
    /// Reads the answer to `method`; `tasks`: whether the client declared that it knows tasks.
    pub(crate) fn read(method: &str, result: &Raw, tasks: bool) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Typed {
            #[serde(default)]
            result_type: Option<String>,
        }

        let shape = |error| Error::shape(method, error);
        let typed: Typed = result.decode().map_err(shape)?;
        match typed.result_type.as_deref() {
            // Servers before 2026-07-28 said nothing, and meant this.
            None | Some("complete") => Ok(Self::Complete),
            // Samples of the extension's text say so, against its own rule.
            Some("task") if method == "tasks/get" => Ok(Self::Complete),
            Some("input_required") if may_ask(method) => {
                let input: Input = result.decode().map_err(shape)?;
                if input.input_requests.is_empty() && input.request_state.is_none() {
                    return Err(Error::answer(
                        "the server asks for input and does not say for what",
                    ));
                }
                Ok(Self::Input(input))
            }
            Some("input_required") => Err(Error::answer(format_args!(
                "the server asks for input in answer to {method}, which the protocol does not allow"
            ))),
            Some("task") if tasks && method == "tools/call" => {
                Ok(Self::Task(result.decode().map_err(shape)?))
            }
            Some(other) => Err(Error::answer(format_args!(
                "the answer to {method} is of type {other:?}, which this client does not know"
            ))),
        }
    }
}

/// Which requests may be answered with questions (2026-07-28 mrtr §Supported Requests).
fn may_ask(method: &str) -> bool {
    matches!(method, "tools/call" | "prompts/get" | "resources/read")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(method: &str, result: serde_json::Value) -> Result<Settled, String> {
        Settled::read(method, &result.into(), false).map_err(|error| error.to_string())
    }

    #[test]
    fn results_are_read_by_their_type() {
        let input = json!({"resultType": "input_required", "requestState": "s"});
        assert!(matches!(
            read("tools/call", json!({})),
            Ok(Settled::Complete)
        ));
        assert!(matches!(
            read("tools/list", json!({"resultType": "complete"})),
            Ok(Settled::Complete)
        ));
        assert!(matches!(
            read("tasks/get", json!({"resultType": "task"})),
            Ok(Settled::Complete)
        ));
        assert!(matches!(
            read("prompts/get", input.clone()),
            Ok(Settled::Input(_))
        ));
        for (method, result) in [
            ("tools/list", input),
            ("tools/call", json!({"resultType": "input_required"})),
            ("tools/call", json!({"resultType": "task"})),
            ("tools/call", json!({"resultType": "riddle"})),
        ] {
            assert!(read(method, result.clone()).is_err(), "{method} {result}");
        }
    }
}
