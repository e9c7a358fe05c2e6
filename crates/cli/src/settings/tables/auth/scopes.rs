//! `[auth.scopes]`: what requests need.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_auth::Policy;

use crate::settings::{
    tables::Problem,
    values::{Rules, Scope},
};

/// What requests need, beside the scopes that tools ask for by themselves.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NeededScopes {
    /// What every request needs. Default: nothing but a caller that is known.
    pub(crate) all: Vec<Scope>,
    /// What calling a tool needs besides, by its name or a pattern of it: `"file_*" = ["files:read"]`.
    /// The first that fits counts.
    pub(crate) tools: Rules,
    /// What reading and watching a resource needs besides, by its URI or a pattern of it.
    pub(crate) resources: Rules,
    /// What getting a prompt needs besides, by its name or a pattern of it.
    pub(crate) prompts: Rules,
}

// === impl NeededScopes ===

impl NeededScopes {
    /// Returns the library's policy.
    pub(crate) fn policy(&self) -> Result<Policy, Problem> {
        let wrong = |key| move |error: tidegate_auth::Error| (key, error.to_string());
        let all: Vec<String> = self.all.iter().map(|one| one.as_str().to_owned()).collect();
        let mut policy = Policy::new().all(&all).map_err(wrong("auth.scopes.all"))?;
        for (name, scopes) in self.tools.iter() {
            policy = policy
                .tool(name, scopes)
                .map_err(wrong("auth.scopes.tools"))?;
        }
        for (uri, scopes) in self.resources.iter() {
            policy = policy
                .resource(uri, scopes)
                .map_err(wrong("auth.scopes.resources"))?;
        }
        for (name, scopes) in self.prompts.iter() {
            policy = policy
                .prompt(name, scopes)
                .map_err(wrong("auth.scopes.prompts"))?;
        }
        Ok(policy)
    }
}
