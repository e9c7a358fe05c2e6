//! The tools that the suite calls.

mod asking;
pub(crate) mod changes;
mod content;
mod jobs;
mod live;
mod rounds;
mod schema;

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate::{Router, ToolSpec};

/// Takes nothing.
#[derive(Deserialize, JsonSchema)]
struct Nothing {}

/// Adds the tools. The suite calls the first of the list with `{}`, so a tool without arguments leads.
pub(crate) fn install(router: Router) -> Router {
    let router = schema::install(live::install(content::install(router)));
    jobs::install(rounds::install(asking::install(router)))
}

fn described(name: &str, description: &str) -> ToolSpec {
    ToolSpec::new(name).description(description)
}
