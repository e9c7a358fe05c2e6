//! The tools that the suite calls.

mod content;
mod live;
mod schema;

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate::Router;

/// Takes nothing.
#[derive(Deserialize, JsonSchema)]
struct Nothing {}

/// Adds the tools. The suite calls the first of the list with `{}`, so a tool without arguments leads.
pub(crate) fn install(router: Router) -> Router {
    schema::install(live::install(content::install(router)))
}
