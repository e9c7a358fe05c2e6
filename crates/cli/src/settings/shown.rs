//! The settings that count, as a file of settings would say them, with where each comes from.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    key::{self, Key},
    load::{Loaded, shown},
};

/// A setting that counts.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) key: &'static str,
    /// None: it is not set.
    pub(crate) value: Option<Value>,
    pub(crate) from: String,
    /// Whether what stands for the value is not it.
    pub(crate) is_secret: bool,
}

// === impl Loaded ===

impl Loaded {
    /// Returns every setting.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let values = shown(&self.settings);
        // The address is one by now.
        let keys = key::keys().filter(|key| !matches!(&*key.path, "host" | "port"));
        let shown = |key: &'static Key| Shown {
            key: &key.path,
            value: key.of(&values).cloned(),
            from: self.origins.of(&key.path).to_string(),
            is_secret: key.is_secret,
        };
        keys.map(shown).collect()
    }

    /// Returns a file of settings that says the same. A secret stands in it as a comment, so that the
    /// file can be read back.
    pub(crate) fn toml(&self) -> String {
        let mut text = String::new();
        let mut table = "";
        for shown in self.shown() {
            let (above, name) = shown.key.rsplit_once('.').unwrap_or(("", shown.key));
            if above != table {
                let _ = write!(text, "\n[{above}]\n");
                table = above;
            }
            let line = match &shown.value {
                None => format!("# {name} is not set"),
                Some(value) if shown.is_secret => format!("# {name} = {}", literal(value)),
                Some(value) => format!("{name} = {}", literal(value)),
            };
            let from = match &shown.value {
                None => String::new(),
                // A place may be named by a file, and a file by anything.
                Some(_) => format!("  # {}", shown.from.replace(char::is_control, "?")),
            };
            let _ = writeln!(text, "{line}{from}");
        }
        text
    }
}

/// Writes a value as TOML does; it is as JSON for all that we have but one letter, and tables.
pub(super) fn literal(value: &Value) -> String {
    let text = |text: String| text.replace('\u{7f}', "\\u007f");
    match value {
        Value::Object(fields) => {
            let field = |(name, value)| format!("{} = {}", json!(name), literal(value));
            let fields: Vec<_> = fields.iter().map(field).collect();
            text(format!("{{{}}}", fields.join(", ")))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(literal).collect();
            format!("[{}]", items.join(","))
        }
        value => text(value.to_string()),
    }
}
