//! A router: all that was registered in it, and what the server says of itself.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use serde_json::{Map, Value};
use tidegate_model::{CacheHint, CacheScope, Icon, Implementation};
use tidegate_skills::Skill;

use super::{
    checks,
    complete::{self, Place},
    prompt, resource,
    snapshot::Snapshot,
    template, tool,
};

/// Tools, resources and prompts that are plain functions; a [`Handler`](crate::Handler).
///
/// A clone shares what was registered. A router that serves does not change; [`Live`](crate::Live)
/// puts another in its place.
#[derive(Clone, Debug)]
pub struct Router {
    pub(super) server: Implementation,
    pub(super) instructions: Option<String>,
    pub(super) tools: Vec<Arc<tool::Entry>>,
    pub(super) resources: Vec<Arc<resource::Entry>>,
    pub(super) templates: Vec<Arc<template::Entry>>,
    pub(super) prompts: Vec<Arc<prompt::Entry>>,
    pub(super) completers: Vec<Arc<complete::Entry>>,
    pub(super) skills: Vec<Skill>,
    pub(super) by_name: HashMap<String, Arc<tool::Entry>>,
    pub(super) extensions: Map<String, Value>,
    pub(super) cache: CacheHint,
    pub(super) page_size: usize,
    /// Names or schemas that are none, and doubles.
    pub(super) problems: Vec<String>,
    /// Another router may take its place.
    pub(super) is_live: bool,
    pub(super) snapshot: OnceLock<Snapshot>,
}

// === impl Router ===

impl Router {
    /// How many entries a page of a list has: many, because many clients read the first page only.
    pub const PAGE_SIZE: usize = 1000;

    /// How long clients may keep a list: a minute. The program may be replaced, and of a change in
    /// a [`Live`](crate::Live) router only those hear who listen.
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
            completers: Vec::new(),
            skills: Vec::new(),
            by_name: HashMap::new(),
            extensions: Map::new(),
            cache: Self::CACHE,
            page_size: Self::PAGE_SIZE,
            problems: Vec::new(),
            is_live: false,
            snapshot: OnceLock::new(),
        }
    }

    /// Sets the server's name for people.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.server.title = Some(title.into());
        self.renewed()
    }

    /// Says what the server is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.server.description = Some(description.into());
        self.renewed()
    }

    /// Says where people read more of the server.
    #[must_use]
    pub fn website(mut self, url: impl Into<String>) -> Self {
        let url = url.into();
        if !checks::is_absolute(&url) {
            self.problems
                .push(format!("the website {url:?} must be an absolute URL"));
        }
        self.server.website_url = Some(url);
        self.renewed()
    }

    /// Adds a picture that stands for the server, at an `https:` or `data:` URI.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.problems
            .extend(checks::icons("the server", std::slice::from_ref(&icon)));
        self.server.icons.push(icon);
        self.renewed()
    }

    /// Tells models how to use the server.
    #[must_use]
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self.renewed()
    }

    /// Says that the server speaks an extension: its id, `prefix/name`, and its settings, an object.
    /// Modern callers see it in `server/discover`; older ones know no extensions.
    #[must_use]
    pub fn extension(mut self, id: impl Into<String>, settings: impl Into<Value>) -> Self {
        let id = id.into();
        if !checks::is_extension_id(&id) {
            self.problems.push(format!(
                "extension {id:?}: an id is prefix/name, as com.example/charts"
            ));
        }
        match settings.into() {
            Value::Object(settings) => {
                self.extensions.insert(id, settings.into());
            }
            other => self.problems.push(format!(
                "extension {id:?}: its settings must be an object, not {other}"
            )),
        }
        self.renewed()
    }

    /// Sets how many entries a page of a list has.
    #[must_use]
    pub fn page_size(mut self, entries: usize) -> Self {
        self.page_size = entries;
        self.renewed()
    }

    /// Sets how long lists and reads may be kept, and by whom.
    #[must_use]
    pub fn cache(mut self, cache: CacheHint) -> Self {
        self.cache = cache;
        self.renewed()
    }

    pub(super) fn snapshot(&self) -> &Snapshot {
        self.snapshot.get_or_init(|| Snapshot::of(self))
    }

    /// Returns whether there is such an argument.
    pub(super) fn has_place(&self, place: &Place) -> bool {
        match place {
            Place::Prompt(name, argument) => self.prompts.iter().any(|one| {
                let mut arguments = one.prompt.arguments.iter();
                one.prompt.name == *name && arguments.any(|known| known.name == *argument)
            }),
            Place::Template(uri, variable) => self
                .templates
                .iter()
                .any(|one| one.template.uri_template == *uri && one.pattern.has(variable)),
        }
    }
}
