//! What a tool is, as a list shows it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Icon, Raw};

/// A tool's entry in `tools/list`.
#[derive(Clone, Debug)]
pub struct Tool {
    /// The name it is called by.
    pub name: String,
    /// The name people see.
    pub title: Option<String>,
    /// What it does, for the model that chooses it.
    pub description: String,
    /// The JSON Schema of its arguments, as written.
    pub input_schema: Raw,
    /// The JSON Schema of its structured result.
    pub output_schema: Option<Raw>,
    /// Hints on what it does to the world.
    pub annotations: Annotations,
    /// Pictures that stand for it.
    pub icons: Vec<Icon>,
    /// What extensions and applications add.
    pub meta: Option<Map<String, Value>>,
}

/// Hints on what a tool does. A client takes them from servers it trusts only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotations {
    /// The name people see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// It changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only_hint: Option<bool>,
    /// What it changes may be lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destructive_hint: Option<bool>,
    /// Calling it twice does no more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotent_hint: Option<bool>,
    /// It reaches beyond the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_world_hint: Option<bool>,
}

/// One argument that a caller mirrors in a header `Mcp-Param-{name}` (2026-07-28 streamable-http
/// §Custom Headers from Tool Parameters).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderParam {
    /// The header's name after `Mcp-Param-`, lowercase.
    pub name: String,
    /// The property names that lead to the argument.
    pub path: Vec<String>,
    /// What the schema says the argument is.
    pub kind: HeaderKind,
}

/// The types an argument may have that is mirrored in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderKind {
    /// A string.
    String,
    /// An integer within ±(2^53 − 1).
    Integer,
    /// `true` or `false`.
    Boolean,
}

// === impl Tool ===

impl Serialize for Tool {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire<'a> {
            name: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            title: Option<&'a str>,
            description: &'a str,
            input_schema: &'a serde_json::value::RawValue,
            #[serde(skip_serializing_if = "Option::is_none")]
            output_schema: Option<&'a serde_json::value::RawValue>,
            #[serde(skip_serializing_if = "Annotations::is_empty")]
            annotations: &'a Annotations,
            #[serde(skip_serializing_if = "<[Icon]>::is_empty")]
            icons: &'a [Icon],
            #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
            meta: Option<&'a Map<String, Value>>,
        }

        fn raw<E: serde::ser::Error>(schema: &Raw) -> Result<&serde_json::value::RawValue, E> {
            serde_json::from_str(schema.as_str()).map_err(E::custom)
        }

        Wire {
            name: &self.name,
            title: self.title.as_deref(),
            description: &self.description,
            input_schema: raw(&self.input_schema)?,
            output_schema: self.output_schema.as_ref().map(raw).transpose()?,
            annotations: &self.annotations,
            icons: &self.icons,
            meta: self.meta.as_ref(),
        }
        .serialize(serializer)
    }
}

// === impl Annotations ===

impl Annotations {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
