//! How a tool introduces itself.

use std::time::Duration;

use serde_json::{Map, Value};
use tidegate_model::{Annotations, Icon, Raw, Scopes};

use super::said::said;
use crate::handler::Durable;

/// A tool's name and what is said of it. A plain name will do: `"echo".into()`.
#[derive(Clone, Debug)]
pub struct ToolSpec {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) input_schema: Option<Raw>,
    pub(crate) output_schema: Option<Raw>,
    pub(crate) annotations: Annotations,
    pub(crate) icons: Vec<Icon>,
    pub(crate) meta: Option<Map<String, Value>>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) durable: Durable,
    pub(crate) scopes: Scopes,
}

said!(ToolSpec);

// === impl ToolSpec ===

impl ToolSpec {
    /// Returns a tool's name, with nothing else said yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            description: None,
            input_schema: None,
            output_schema: None,
            annotations: Annotations::default(),
            icons: Vec::new(),
            meta: None,
            deadline: None,
            durable: Durable::No,
            scopes: Scopes::default(),
        }
    }

    /// Sets the JSON Schema of the arguments instead of the derived one. It is listed as written:
    /// a [`Value`], or a [`Raw`] for what must not change by a byte.
    #[must_use]
    pub fn input_schema(mut self, schema: impl Into<Raw>) -> Self {
        self.input_schema = Some(schema.into());
        self
    }

    /// Sets the JSON Schema of the structured result instead of the derived one, for tools that
    /// return [`ToolOutput`](crate::ToolOutput). It is listed as written, and every result is held
    /// against it: one that does not fit is answered -32603, and the log says why.
    ///
    /// Callers before 2026-07-28 know objects only. A schema of anything else is not listed for
    /// them, nor are they sent such structured content: they have the text.
    #[must_use]
    pub fn output_schema(mut self, schema: impl Into<Raw>) -> Self {
        self.output_schema = Some(schema.into());
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

    /// Says which scopes a caller needs, beside being known: `["files:read"]`. Others are told (403)
    /// which they lack, before the tool hears of them. Without authentication nobody can show any,
    /// and only whoever started the process may call, over standard input.
    #[must_use]
    pub fn scopes<S: Into<Box<str>>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().collect();
        self
    }

    /// Bounds how long one call may take. Default: the server's own limit.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Says that a call may become a task, for callers that know tasks; the others are answered
    /// directly.
    #[must_use]
    pub const fn durable(mut self) -> Self {
        self.durable = Durable::Optional;
        self
    }

    /// Says that every call becomes a task; callers that know none are refused.
    #[must_use]
    pub const fn durable_only(mut self) -> Self {
        self.durable = Durable::Required;
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
