//! Taking out of a router what was put in, for routers that change while they serve.

use std::sync::OnceLock;

use super::{build::Router, complete::Place};

impl Router {
    /// Returns the router without the tool of this name, if it has one.
    #[must_use]
    pub fn without_tool(mut self, name: &str) -> Self {
        self.by_name.remove(name);
        self.tools.retain(|entry| entry.tool.name != name);
        self.renewed()
    }

    /// Returns the router without the resource at this URI, if it has one.
    #[must_use]
    pub fn without_resource(mut self, uri: &str) -> Self {
        self.resources.retain(|entry| entry.resource.uri != uri);
        self.renewed()
    }

    /// Returns the router without the family of this URI template, and without what completes its
    /// variables.
    #[must_use]
    pub fn without_template(mut self, uri_template: &str) -> Self {
        self.templates
            .retain(|entry| entry.template.uri_template != uri_template);
        self.completers.retain(
            |entry| !matches!(&entry.place, Place::Template(uri, _) if uri == uri_template),
        );
        self.renewed()
    }

    /// Returns the router without the prompt of this name, and without what completes its arguments.
    #[must_use]
    pub fn without_prompt(mut self, name: &str) -> Self {
        self.prompts.retain(|entry| entry.prompt.name != name);
        self.completers
            .retain(|entry| !matches!(&entry.place, Place::Prompt(prompt, _) if prompt == name));
        self.renewed()
    }

    /// Forgets what followed from what was registered before.
    pub(super) fn renewed(mut self) -> Self {
        self.snapshot = OnceLock::new();
        self
    }
}
