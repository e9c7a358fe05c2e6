//! How a tool introduces itself.

use std::time::Duration;

use serde_json::Value;
use tidegate_model::Annotations;

/// A tool's name and what is said of it. A plain name will do: `"echo".into()`.
#[derive(Clone, Debug)]
pub struct ToolSpec {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) input_schema: Option<Value>,
    pub(crate) annotations: Annotations,
    pub(crate) deadline: Option<Duration>,
}

// === impl ToolSpec ===

impl ToolSpec {
    /// Returns a tool's name, with nothing else said yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            description: None,
            input_schema: None,
            annotations: Annotations::default(),
            deadline: None,
        }
    }

    /// Sets the name people see.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Says what the tool does; without it, the doc comment of its arguments does.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets the JSON Schema of the arguments, as written, instead of the derived one.
    #[must_use]
    pub fn input_schema(mut self, schema: Value) -> Self {
        self.input_schema = Some(schema);
        self
    }

    /// Says that the tool changes nothing.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.annotations.read_only_hint = Some(true);
        self
    }

    /// Says whether what the tool changes may be lost.
    #[must_use]
    pub const fn destructive(mut self, destructive: bool) -> Self {
        self.annotations.destructive_hint = Some(destructive);
        self
    }

    /// Says that calling it twice does no more than once.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.annotations.idempotent_hint = Some(true);
        self
    }

    /// Says whether the tool reaches beyond the server.
    #[must_use]
    pub const fn open_world(mut self, open: bool) -> Self {
        self.annotations.open_world_hint = Some(open);
        self
    }

    /// Bounds how long one call may take. Default: the server's own limit.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl From<&str> for ToolSpec {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for ToolSpec {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}
