//! Putting a router together.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use tidegate_model::{CacheHint, CacheScope, Capabilities, Implementation, Lists};

use super::{
    lists::List,
    prompt::{self, PromptFn, PromptSpec},
    resource::{self, ResourceFn, ResourceSpec},
    spec::ToolSpec,
    stream::StreamToolFn,
    template::{self, Pattern, TemplateSpec},
    tool::{self, BlockingToolFn, ToolFn},
};
use crate::offer::Offer;

/// Tools, resources and prompts that are plain functions; a [`Handler`](crate::Handler).
#[derive(Debug)]
pub struct Router {
    pub(super) server: Implementation,
    pub(super) instructions: Option<String>,
    pub(super) tools: Vec<tool::Entry>,
    pub(super) resources: Vec<resource::Entry>,
    pub(super) templates: Vec<template::Entry>,
    pub(super) prompts: Vec<prompt::Entry>,
    pub(super) by_name: HashMap<String, usize>,
    pub(super) cache: CacheHint,
    page_size: usize,
    /// Names or schemas that are none, and doubles.
    pub(super) problems: Vec<String>,
    snapshot: OnceLock<Snapshot>,
}

/// What follows from all that was registered, made at the first question.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) offer: Arc<Offer>,
    pub(super) tools: List,
    pub(super) resources: List,
    pub(super) templates: List,
    pub(super) prompts: List,
}

// === impl Router ===

impl Router {
    /// How many entries a page of a list has: many, because many clients read the first page only.
    pub const PAGE_SIZE: usize = 1000;

    /// How long clients may keep a list: a minute. A router does not change while it runs, but the
    /// program may be replaced.
    pub const CACHE: CacheHint = CacheHint {
        ttl_ms: 60_000,
        scope: CacheScope::Public,
    };

    /// Returns a router that offers nothing yet.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            server: Implementation::new(name, version),
            instructions: None,
            tools: Vec::new(),
            resources: Vec::new(),
            templates: Vec::new(),
            prompts: Vec::new(),
            by_name: HashMap::new(),
            cache: Self::CACHE,
            page_size: Self::PAGE_SIZE,
            problems: Vec::new(),
            snapshot: OnceLock::new(),
        }
    }

    /// Sets the server's name for people.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.server.title = Some(title.into());
        self
    }

    /// Tells models how to use the server.
    #[must_use]
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// Sets how many entries a page of a list has.
    #[must_use]
    pub const fn page_size(mut self, entries: usize) -> Self {
        self.page_size = entries;
        self
    }

    /// Sets how long lists and reads may be kept, and by whom.
    #[must_use]
    pub const fn cache(mut self, cache: CacheHint) -> Self {
        self.cache = cache;
        self
    }

    /// Adds a tool.
    #[must_use]
    pub fn tool<M: 'static, F: ToolFn<M>>(self, spec: impl Into<ToolSpec>, function: F) -> Self {
        let output = F::output_schema();
        self.add_tool(tool::Entry::new::<F::Args>(
            spec.into(),
            output,
            tool::runner(function),
        ))
    }

    /// Adds a tool that blocks. It runs on a thread of its own.
    #[must_use]
    pub fn blocking_tool<M: 'static, F: BlockingToolFn<M>>(
        self,
        spec: impl Into<ToolSpec>,
        function: F,
    ) -> Self {
        let output = F::output_schema();
        self.add_tool(tool::Entry::new::<F::Args>(
            spec.into(),
            output,
            tool::blocking_runner(function),
        ))
    }

    /// Adds a tool that is a stream: its items become notifications, its last value the result.
    #[must_use]
    pub fn stream_tool<M: 'static, F: StreamToolFn<M>>(
        self,
        spec: impl Into<ToolSpec>,
        function: F,
    ) -> Self {
        let output = F::output_schema();
        let run = super::stream::runner(function);
        self.add_tool(tool::Entry::new::<F::Args>(spec.into(), output, run))
    }

    /// Adds a resource.
    #[must_use]
    pub fn resource<R, F: ResourceFn<R>>(mut self, spec: ResourceSpec, function: F) -> Self {
        self.snapshot = OnceLock::new();
        if self
            .resources
            .iter()
            .any(|entry| entry.resource.uri == spec.0.uri)
        {
            self.problems
                .push(format!("resource {:?} is there twice", spec.0.uri));
        }
        let read = resource::reader(function, spec.0.mime_type.clone());
        self.resources.push(resource::Entry {
            resource: spec.0,
            read,
        });
        self
    }

    /// Adds a family of resources.
    #[must_use]
    pub fn template<R, F: ResourceFn<R>>(mut self, spec: TemplateSpec, function: F) -> Self {
        self.snapshot = OnceLock::new();
        match Pattern::read(&spec.0.uri_template) {
            Ok(pattern) => {
                let read = resource::reader(function, spec.0.mime_type.clone());
                self.templates.push(template::Entry {
                    template: spec.0,
                    pattern,
                    read,
                });
            }
            Err(problem) => self.problems.push(problem),
        }
        self
    }

    /// Adds a prompt.
    #[must_use]
    pub fn prompt<M: 'static, F: PromptFn<M>>(
        mut self,
        spec: impl Into<PromptSpec>,
        function: F,
    ) -> Self {
        self.snapshot = OnceLock::new();
        let entry = prompt::Entry::new(spec.into(), function);
        if self
            .prompts
            .iter()
            .any(|other| other.prompt.name == entry.prompt.name)
        {
            self.problems
                .push(format!("prompt {:?} is there twice", entry.prompt.name));
        }
        self.prompts.push(entry);
        self
    }

    fn add_tool(mut self, entry: Result<tool::Entry, String>) -> Self {
        self.snapshot = OnceLock::new();
        match entry {
            Ok(entry) => {
                let name = entry.tool.name.clone();
                if self.by_name.insert(name, self.tools.len()).is_some() {
                    self.problems
                        .push(format!("tool {:?} is there twice", entry.tool.name));
                }
                self.tools.push(entry);
            }
            Err(problem) => self.problems.push(problem),
        }
        self
    }

    pub(super) fn snapshot(&self) -> &Snapshot {
        self.snapshot.get_or_init(|| self.take_snapshot())
    }

    fn take_snapshot(&self) -> Snapshot {
        let size = self.page_size;
        let tools: Vec<_> = self.tools.iter().map(|entry| &entry.tool).collect();
        let resources: Vec<_> = self.resources.iter().map(|entry| &entry.resource).collect();
        let templates: Vec<_> = self.templates.iter().map(|entry| &entry.template).collect();
        let prompts: Vec<_> = self.prompts.iter().map(|entry| &entry.prompt).collect();
        Snapshot {
            offer: Arc::new(self.make_offer()),
            tools: List::new("tools", &tools, size),
            resources: List::new("resources", &resources, size),
            templates: List::new("resourceTemplates", &templates, size),
            prompts: List::new("prompts", &prompts, size),
        }
    }

    fn make_offer(&self) -> Offer {
        let lists = |any: bool| any.then(Lists::default);
        Offer {
            server: self.server.clone(),
            capabilities: Capabilities {
                tools: lists(!self.tools.is_empty()),
                resources: lists(!self.resources.is_empty() || !self.templates.is_empty()),
                prompts: lists(!self.prompts.is_empty()),
                // Any tool may log.
                logging: Some(serde_json::Map::new()),
                ..Capabilities::default()
            },
            instructions: self.instructions.clone(),
            cache: self.cache,
            header_params: self
                .tools
                .iter()
                .filter(|entry| !entry.header_params.is_empty())
                .map(|entry| (entry.tool.name.clone(), entry.header_params.clone()))
                .collect(),
        }
    }
}
