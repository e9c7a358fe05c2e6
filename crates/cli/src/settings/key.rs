//! The keys, from the schema of the tables: their names, their documentation, and what reads them.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{
    schema::{Kind, form, is_table, properties, schema, text},
    tables::Settings,
};
use crate::nearest::nearest;

/// One thing that can be set.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// Its name, after that of its table: `http.keep_alive`.
    pub(super) path: String,
    /// What it does, and why the default is what it is.
    pub(super) about: String,
    /// How its values are written.
    pub(super) form: String,
    kind: Kind,
    pub(super) default: Option<Value>,
    /// Whether nobody is shown its value.
    pub(super) is_secret: bool,
    /// Whether its value is a file or a folder.
    pub(super) is_place: bool,
    /// The keys of each of its tables, if it is a list of tables.
    pub(super) fields: Vec<Self>,
    /// Those of them that each has to have.
    pub(super) required: Vec<String>,
}

/// A table of keys.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Its name; empty for the keys that stand above all tables.
    pub(super) name: String,
    pub(super) about: String,
    pub(super) keys: Vec<Key>,
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let schema = schema();
    let mut tables = Vec::new();
    gather("", &schema, &mut tables);
    tables
});

/// Adds a table, and those within it.
fn gather(name: &str, schema: &Value, tables: &mut Vec<Table>) {
    tables.push(Table::read(name, schema));
    for (inner, property) in properties(schema).filter(|(_, property)| is_table(property)) {
        gather(&within(name, inner), property, tables);
    }
}

/// Returns the path of what stands in a table.
pub(super) fn within(table: &str, name: &str) -> String {
    match table {
        "" => name.to_owned(),
        table => format!("{table}.{name}"),
    }
}

/// Returns the tables, in the order of the documentation.
pub(super) fn tables() -> &'static [Table] {
    &TABLES
}

/// Returns all keys.
pub(super) fn keys() -> impl Iterator<Item = &'static Key> {
    tables().iter().flat_map(|table| &table.keys)
}

/// Returns the key of this name.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    keys().find(|key| key.path == path)
}

/// Says that there is no such key, and which one may have been meant.
pub(super) fn unknown(path: &str) -> String {
    let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
    let table = tables().iter().find(|table| table.name == above);
    let table = table.filter(|table| !table.name.is_empty());
    let near = match (keys().find(|key| key.name() == name), table) {
        // It stands in another table.
        (Some(key), _) => Some(key.path.clone()),
        (None, Some(table)) => {
            let near = nearest(name, table.keys.iter().map(Key::name));
            near.first().map(|near| format!("{above}.{near}"))
        }
        (None, None) => {
            let paths = keys().map(|key| key.path.as_str());
            let names = tables().iter().map(|table| table.name.as_str());
            let near = nearest(path, paths.chain(names));
            near.first().map(|near| (*near).to_owned())
        }
    };
    match (near, table) {
        (Some(near), _) => format!("there is no setting `{path}`; did you mean {near}?"),
        (None, Some(table)) => {
            let names: Vec<_> = table.keys.iter().map(Key::name).collect();
            let names = names.join(", ");
            format!("there is no setting `{path}`; [{above}] has {names}")
        }
        (None, None) => format!("there is no setting `{path}`"),
    }
}

// === impl Table ===

impl Table {
    fn read(name: &str, schema: &Value) -> Self {
        let keys = properties(schema).filter(|(_, property)| !is_table(property));
        let keys = keys.map(|(key, property)| Key::new(within(name, key), property));
        Self {
            name: name.to_owned(),
            about: text(schema, "description"),
            keys: keys.collect(),
        }
    }
}

// === impl Key ===

impl Key {
    fn new(path: String, schema: &Value) -> Self {
        let items = &schema["items"];
        let fields = properties(items).map(|(name, field)| Self::new(within(&path, name), field));
        let required = items["required"].as_array().into_iter().flatten();
        Self {
            fields: fields.collect(),
            required: required
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            path,
            about: text(schema, "description"),
            form: form(schema),
            kind: Kind::read(schema),
            default: schema
                .get("default")
                .filter(|value| !value.is_null())
                .cloned(),
            is_secret: schema["writeOnly"] == true,
            is_place: schema["format"] == "path",
        }
    }

    /// Returns its name within its table.
    pub(super) fn name(&self) -> &str {
        let name = self.path.rsplit_once('.');
        name.map_or(&self.path, |(_, name)| name)
    }

    /// Returns its variable: `http.keep_alive` is `TIDEGATE_HTTP_KEEP_ALIVE`.
    pub(super) fn variable(&self) -> String {
        let path = self.path.to_uppercase().replace('.', "_");
        format!("{}{path}", super::environment::PREFIX)
    }

    /// Returns settings that say nothing but this.
    pub(super) fn put(&self, settings: &mut Value, value: Value) {
        let place = self
            .path
            .split('.')
            .fold(settings, |at, name| &mut at[name]);
        *place = value;
    }

    /// Returns its value.
    pub(super) fn of<'a>(&self, settings: &'a Value) -> Option<&'a Value> {
        settings.pointer(&format!("/{}", self.path.replace('.', "/")))
    }

    /// Reads text as a value.
    ///
    /// # Errors
    ///
    /// When it is no text for this key: how it is written.
    pub(super) fn read(&self, text: &str) -> Result<Value, String> {
        match self.kind {
            Kind::Text => Ok(text.into()),
            Kind::Switch => match text.to_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Ok(true.into()),
                "false" | "0" | "no" | "off" => Ok(false.into()),
                _ => Err(format!("`{text}` does not go: write true or false")),
            },
            Kind::Number => text
                .parse::<i64>()
                .map(Value::from)
                .map_err(|_| format!("`{text}` does not go: write a {}", self.form)),
            Kind::List => {
                let items = text.split(',').map(str::trim);
                let items = items.filter(|item| !item.is_empty());
                Ok(items.map(Value::from).collect())
            }
            Kind::Tables | Kind::Entries => {
                Err("it goes into a file of settings alone: it is made of tables".to_owned())
            }
        }
    }

    /// Whether its value is made of tables, and goes into a file alone.
    pub(super) fn is_made_of_tables(&self) -> bool {
        matches!(self.kind, Kind::Tables | Kind::Entries)
    }

    /// Checks a value.
    ///
    /// # Errors
    ///
    /// When it cannot be this key's: why. Of a secret only the form is said.
    pub(super) fn check(&self, value: &Value) -> Result<(), String> {
        let mut alone = json!({});
        self.put(&mut alone, value.clone());
        match serde_json::from_value::<Settings>(alone) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
