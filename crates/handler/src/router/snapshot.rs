//! What follows from all that was registered: the offer, and the lists as bytes.

use std::sync::Arc;

use serde_json::{Map, Value};
use tidegate_era::Facts;
use tidegate_model::{Capabilities, Change, Lists, TASKS, Tool};

use super::{
    build::Router,
    lists::List,
    skills::{self, Shelf},
};
use crate::{handler::Durable, offer::Offer};

/// What follows from all that was registered, made at the first question.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) offer: Arc<Offer>,
    tools: List,
    /// The tools for callers whose structured results are objects, where it makes a difference.
    tools_for_objects: Option<List>,
    pub(super) resources: List,
    pub(super) templates: List,
    pub(super) prompts: List,
    pub(super) shelf: Shelf,
}

// === impl Snapshot ===

impl Snapshot {
    pub(super) fn of(router: &Router) -> Self {
        let size = router.page_size;
        let tools: Vec<_> = router.tools.iter().map(|entry| &entry.tool).collect();
        let manifests: Vec<_> = (router.skills.iter())
            .filter_map(|skill| skill.resources().next())
            .collect();
        let resources = router.resources.iter().map(|one| &one.resource);
        let resources: Vec<_> = resources.chain(&manifests).collect();
        let templates: Vec<_> = router.templates.iter().map(|one| &one.template).collect();
        let prompts: Vec<_> = router.prompts.iter().map(|one| &one.prompt).collect();
        Self {
            offer: Arc::new(offer(router)),
            tools: List::new("tools", &tools, size),
            tools_for_objects: tools_for_objects(router)
                .map(|tools| List::new("tools", &tools, size)),
            resources: List::new("resources", &resources, size),
            templates: List::new("resourceTemplates", &templates, size),
            prompts: List::new("prompts", &prompts, size),
            shelf: Shelf::of(&router.skills, size),
        }
    }

    /// Returns the list of tools for a caller with `facts`.
    pub(super) fn tools(&self, facts: &Facts) -> &List {
        match &self.tools_for_objects {
            Some(tools) if !facts.takes_any_structure() => tools,
            _ => &self.tools,
        }
    }

    /// Returns which lists are others than in `old`, and which files of skills.
    pub(super) fn changes_since(&self, old: &Self) -> Vec<Change> {
        let resources = self.resources != old.resources
            || self.templates != old.templates
            || !self.shelf.is_like(&old.shelf);
        let files = self.shelf.changed_since(&old.shelf);
        let files = files.map(|uri| Change::Resource(uri.to_owned()));
        let lists = [
            (self.tools != old.tools, Change::Tools),
            (resources, Change::Resources),
            (self.prompts != old.prompts, Change::Prompts),
        ]
        .into_iter()
        .filter_map(|(changed, change)| changed.then_some(change));
        lists.chain(files).collect()
    }
}

/// Returns the tools without the output schemas that older callers cannot read; `None` if they can
/// read all.
fn tools_for_objects(router: &Router) -> Option<Vec<Tool>> {
    let fitted: Vec<Option<Tool>> = router.tools.iter().map(|one| one.for_objects()).collect();
    if fitted.iter().all(Option::is_none) {
        return None;
    }
    let pairs = fitted.into_iter().zip(&router.tools);
    Some(
        pairs
            .map(|(fitted, entry)| fitted.unwrap_or_else(|| entry.tool.clone()))
            .collect(),
    )
}

fn offer(router: &Router) -> Offer {
    let live = router.is_live;
    let lists = |any: bool| {
        (any || live).then_some(Lists {
            list_changed: live,
            subscribe: false,
        })
    };
    let resources = lists(
        !router.resources.is_empty() || !router.templates.is_empty() || !router.skills.is_empty(),
    );
    Offer {
        server: router.server.clone(),
        capabilities: Capabilities {
            tools: lists(!router.tools.is_empty()),
            resources: resources.map(|lists| Lists {
                subscribe: live,
                ..lists
            }),
            prompts: lists(!router.prompts.is_empty()),
            // Any tool may log.
            logging: Some(Map::new()),
            completions: (!router.completers.is_empty()).then(Map::new),
            extensions: extensions(router),
            ..Capabilities::default()
        },
        instructions: router.instructions.clone(),
        cache: router.cache,
        header_params: router
            .tools
            .iter()
            .filter(|entry| !entry.header_params.is_empty())
            .map(|entry| (entry.tool.name.clone(), entry.header_params.clone()))
            .collect(),
        read_only: router
            .tools
            .iter()
            .map(|entry| &entry.tool)
            .filter(|tool| tool.annotations.read_only_hint == Some(true))
            .map(|tool| (tool.name.clone(), tool.input_schema.clone()))
            .collect(),
        scopes: router
            .tools
            .iter()
            .filter(|entry| !entry.scopes.is_empty())
            .map(|entry| (entry.tool.name.clone(), entry.scopes.clone()))
            .collect(),
    }
}

/// Returns the extensions that were registered, tasks where a call may become one, and skills where
/// there are any.
fn extensions(router: &Router) -> Option<Map<String, Value>> {
    let mut extensions = router.extensions.clone();
    if router
        .tools
        .iter()
        .any(|entry| entry.durable != Durable::No)
    {
        extensions
            .entry(TASKS)
            .or_insert_with(|| Value::Object(Map::new()));
    }
    if !router.skills.is_empty() {
        let (id, settings) = skills::settings();
        extensions.entry(id).or_insert(settings);
    }
    (!extensions.is_empty()).then_some(extensions)
}
