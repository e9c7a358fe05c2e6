//! The parameters of `completion/complete`, as they are written.

use std::collections::BTreeMap;

use serde::Deserialize;
use tidegate_model::{Failure, Raw};

use super::{CompletionRequest, Place};

/// The parameters of `completion/complete`.
#[derive(Deserialize)]
struct Params {
    r#ref: Reference,
    argument: Argument,
    #[serde(default)]
    context: Settled,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Reference {
    #[serde(rename = "ref/prompt")]
    Prompt { name: String },
    #[serde(rename = "ref/resource")]
    Template { uri: String },
}

#[derive(Deserialize)]
struct Argument {
    name: String,
    value: String,
}

#[derive(Default, Deserialize)]
struct Settled {
    #[serde(default)]
    arguments: BTreeMap<String, String>,
}

/// Reads what a caller wants completed, and where.
pub(crate) fn read(params: &Raw) -> Result<(Place, CompletionRequest), Failure> {
    let params: Params = params.decode().map_err(|error| {
        Failure::invalid_params(format_args!(
            "completion/complete needs `ref` (a ref/prompt with its `name`, or a ref/resource with \
             the template as its `uri`) and `argument` with `name` and `value`: {error}"
        ))
    })?;
    let argument = params.argument;
    let place = match params.r#ref {
        Reference::Prompt { name } => Place::Prompt(name, argument.name),
        Reference::Template { uri } => Place::Template(uri, argument.name),
    };
    let request = CompletionRequest {
        value: argument.value,
        context: params.context.arguments,
    };
    Ok((place, request))
}
