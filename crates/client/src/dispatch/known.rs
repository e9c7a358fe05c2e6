//! What the latest list says of each tool: which arguments go into headers, what may be repeated.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use tidegate_model::{Annotations, HeaderParam};

/// What the latest list says of the server's tools.
#[derive(Debug, Default)]
pub(crate) struct KnownTools(Mutex<HashMap<String, ToolFacts>>);

/// What a client needs to know of a tool to call it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ToolFacts {
    /// The arguments it wants mirrored in headers.
    pub(crate) params: Arc<[HeaderParam]>,
    /// Whether, by its own word, calling it twice does no more than once.
    repeatable: bool,
}

// === impl KnownTools ===

impl KnownTools {
    /// Puts a new list in the place of the old one.
    pub(crate) fn replace(&self, tools: HashMap<String, ToolFacts>) {
        *self.0.lock() = tools;
    }

    /// Returns the arguments that a tool wants mirrored in headers, as far as that is known.
    pub(crate) fn params(&self, tool: &str) -> Arc<[HeaderParam]> {
        let tools = self.0.lock();
        tools
            .get(tool)
            .map(|tool| tool.params.clone())
            .unwrap_or_default()
    }

    /// Returns whether a tool says of itself that it can be called twice.
    pub(crate) fn may_repeat(&self, tool: &str) -> bool {
        self.0.lock().get(tool).is_some_and(|tool| tool.repeatable)
    }
}

// === impl ToolFacts ===

impl ToolFacts {
    pub(crate) fn new(params: Vec<HeaderParam>, annotations: Option<&Annotations>) -> Self {
        let says =
            |hint: fn(&Annotations) -> Option<bool>| annotations.and_then(hint).unwrap_or_default();
        Self {
            params: params.into(),
            repeatable: says(|hints| hints.read_only_hint) || says(|hints| hints.idempotent_hint),
        }
    }
}
