//! Registering: each function that a router offers, checked as it comes.

use std::sync::Arc;

use super::{
    build::Router,
    checks,
    complete::{self, Completer, Place},
    promise::Returns,
    prompt::{self, PromptFn, PromptSpec},
    resource::{self, ResourceFn, ResourceSpec},
    spec::ToolSpec,
    stream::{self, StreamToolFn},
    template::{self, Pattern, TemplateSpec},
    tool::{self, BlockingToolFn, ToolFn},
};

// === impl Router ===

impl Router {
    /// Adds a tool.
    #[must_use]
    pub fn tool<M: 'static, F: ToolFn<M>>(self, spec: impl Into<ToolSpec>, function: F) -> Self {
        let returns = Returns {
            schema: F::output_schema(),
            fit: F::fits,
        };
        let run = tool::runner(function);
        self.add_tool(tool::Entry::new::<F::Args>(spec.into(), returns, run))
    }

    /// Adds a tool that blocks. It runs on a thread of its own.
    #[must_use]
    pub fn blocking_tool<M: 'static, F: BlockingToolFn<M>>(
        self,
        spec: impl Into<ToolSpec>,
        function: F,
    ) -> Self {
        let returns = Returns {
            schema: F::output_schema(),
            fit: F::fits,
        };
        let run = tool::blocking_runner(function);
        self.add_tool(tool::Entry::new::<F::Args>(spec.into(), returns, run))
    }

    /// Adds a tool that is a stream: its items become notifications, its last value the result.
    #[must_use]
    pub fn stream_tool<M: 'static, F: StreamToolFn<M>>(
        self,
        spec: impl Into<ToolSpec>,
        function: F,
    ) -> Self {
        let returns = Returns {
            schema: F::output_schema(),
            fit: F::fits,
        };
        let run = stream::runner(function);
        self.add_tool(tool::Entry::new::<F::Args>(spec.into(), returns, run))
    }

    /// Adds a resource.
    #[must_use]
    pub fn resource<R, F: ResourceFn<R>>(mut self, spec: ResourceSpec, function: F) -> Self {
        let resource = spec.0;
        let uri = &resource.uri;
        let whose = format!("resource {uri:?}");
        if !checks::is_absolute(uri) {
            self.problems.push(format!(
                "{whose}: its URI must be absolute, as memo://today"
            ));
        }
        if resource.name.is_empty() {
            self.problems.push(format!("{whose} needs a name"));
        }
        if self.resources.iter().any(|one| one.resource.uri == *uri) {
            self.problems.push(format!("{whose} is there twice"));
        }
        self.problems.extend(checks::icons(&whose, &resource.icons));
        let read = resource::reader(function, resource.mime_type.clone());
        self.resources
            .push(Arc::new(resource::Entry { resource, read }));
        self.renewed()
    }

    /// Adds a family of resources.
    #[must_use]
    pub fn template<R, F: ResourceFn<R>>(mut self, spec: TemplateSpec, function: F) -> Self {
        let template = spec.0;
        let uri = &template.uri_template;
        let whose = format!("template {uri:?}");
        if !checks::is_absolute(uri) {
            self.problems.push(format!(
                "{whose}: its URIs must be absolute, as memo://days/{{day}}"
            ));
        }
        if template.name.is_empty() {
            self.problems.push(format!("{whose} needs a name"));
        }
        if (self.templates.iter()).any(|one| one.template.uri_template == *uri) {
            self.problems.push(format!("{whose} is there twice"));
        }
        self.problems.extend(checks::icons(&whose, &template.icons));
        match Pattern::read(uri) {
            Ok(pattern) => {
                let read = resource::reader(function, template.mime_type.clone());
                self.templates.push(Arc::new(template::Entry {
                    template,
                    pattern,
                    read,
                }));
            }
            Err(problem) => self.problems.push(problem),
        }
        self.renewed()
    }

    /// Adds a prompt.
    #[must_use]
    pub fn prompt<M: 'static, F: PromptFn<M>>(
        mut self,
        spec: impl Into<PromptSpec>,
        function: F,
    ) -> Self {
        let entry = prompt::Entry::new(spec.into(), function);
        let name = &entry.prompt.name;
        let whose = format!("prompt {name:?}");
        if name.is_empty() {
            self.problems.push("a prompt needs a name".to_owned());
        }
        if self.prompts.iter().any(|other| other.prompt.name == *name) {
            self.problems.push(format!("{whose} is there twice"));
        }
        self.problems
            .extend(checks::icons(&whose, &entry.prompt.icons));
        self.prompts.push(Arc::new(entry));
        self.renewed()
    }

    /// Adds what completes an argument of a prompt while somebody types it: an async function, or a
    /// list of values.
    #[must_use]
    pub fn complete_prompt<M: 'static, C: Completer<M>>(
        self,
        prompt: impl Into<String>,
        argument: impl Into<String>,
        completer: C,
    ) -> Self {
        let place = Place::Prompt(prompt.into(), argument.into());
        self.add_completer(complete::Entry::new(place, completer))
    }

    /// Adds what completes a variable of a family of resources, by its URI template: an async
    /// function, or a list of values.
    #[must_use]
    pub fn complete_resource<M: 'static, C: Completer<M>>(
        self,
        uri_template: impl Into<String>,
        variable: impl Into<String>,
        completer: C,
    ) -> Self {
        let place = Place::Template(uri_template.into(), variable.into());
        self.add_completer(complete::Entry::new(place, completer))
    }

    fn add_completer(mut self, entry: complete::Entry) -> Self {
        if self.completers.iter().any(|one| one.place == entry.place) {
            self.problems
                .push(format!("{} is completed twice", entry.place));
        }
        self.completers.push(Arc::new(entry));
        self.renewed()
    }

    fn add_tool(mut self, entry: Result<tool::Entry, String>) -> Self {
        match entry {
            Ok(entry) => {
                let entry = Arc::new(entry);
                let name = entry.tool.name.clone();
                if let Some(other) = self.by_name.insert(name, Arc::clone(&entry)) {
                    self.problems
                        .push(format!("tool {:?} is there twice", other.tool.name));
                }
                self.tools.push(entry);
            }
            Err(problem) => self.problems.push(problem),
        }
        self.renewed()
    }
}
