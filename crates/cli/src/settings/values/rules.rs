//! Scopes by name: what a tool needs, what a scope stands for. A table in a file, whose order counts.

use std::{borrow::Cow, fmt, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
};
use tidegate_auth::{Hierarchy, Policy};

/// Names and the scopes of each, in the order in which they were written.
#[derive(Clone, Debug)]
struct Table<N> {
    entries: Vec<(String, Vec<String>)>,
    names: PhantomData<N>,
}

/// What the names of a table are.
trait Names {
    /// How they are called among the forms of values.
    const FORM: &'static str;

    /// Judges a name with its scopes.
    fn judge(name: &str, scopes: &[String]) -> Result<(), tidegate_auth::Error>;
}

/// Names of tools or prompts and URIs of resources, or patterns of them.
#[derive(Clone, Debug)]
struct Patterns;

/// Scopes that stand for others.
#[derive(Clone, Debug)]
struct Words;

/// Which scopes a name needs; of those whose pattern fits, the first counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Rules(Table<Patterns>);

/// Which scopes a scope stands for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Implied(Table<Words>);

// === impl Names ===

impl Names for Patterns {
    const FORM: &'static str = "table: name or pattern, and scopes";

    fn judge(name: &str, scopes: &[String]) -> Result<(), tidegate_auth::Error> {
        Policy::new().tool(name, scopes).map(drop)
    }
}

impl Names for Words {
    const FORM: &'static str = "table: scope, and scopes";

    fn judge(name: &str, scopes: &[String]) -> Result<(), tidegate_auth::Error> {
        let scopes = scopes.iter().map(String::as_str);
        Hierarchy::new([(name, scopes)]).map(drop)
    }
}

// === impl Rules ===

impl Rules {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter()
    }
}

// === impl Implied ===

impl Implied {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter()
    }
}

// === impl Table ===

impl<N> Table<N> {
    fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        let entries = self.entries.iter();
        entries.map(|(name, scopes)| (name.as_str(), scopes.as_slice()))
    }
}

impl<N> Default for Table<N> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            names: PhantomData,
        }
    }
}

impl<N> Serialize for Table<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, N: Names> Deserialize<'de> for Table<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// Reads a table.
struct Entries<N>(PhantomData<N>);

// === impl Entries ===

impl<'de, N: Names> Visitor<'de> for Entries<N> {
    type Value = Table<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lists of scopes by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Table<N>, A::Error> {
        let mut table = Table::default();
        while let Some((name, scopes)) = map.next_entry::<String, Vec<String>>()? {
            N::judge(&name, &scopes).map_err(de::Error::custom)?;
            table.entries.push((name, scopes));
        }
        Ok(table)
    }
}

/// Says what a settings file may have.
fn schema<N: Names>() -> Schema {
    json_schema!({
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "x-form": N::FORM,
    })
}

macro_rules! has_schema {
    ($($name:ident of $names:ident),+) => {$(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                schema::<$names>()
            }
        }
    )+};
}

has_schema!(Rules of Patterns, Implied of Words);

#[cfg(test)]
mod tests {
    use serde_json::{from_str, from_value, json, to_string};

    use super::*;

    #[test]
    fn the_order_stays() {
        let text = r#"{"z":["b","a"],"a*":[],"m":["c"]}"#;
        let rules: Rules = from_str(text).unwrap();
        assert_eq!(to_string(&rules).unwrap(), text);
        let value: serde_json::Value = from_str(text).unwrap();
        let rules: Rules = from_value(value).unwrap();
        assert_eq!(rules.iter().next().unwrap().0, "z");
    }

    #[test]
    fn what_can_be_no_scope_or_pattern_is_told() {
        for (value, says) in [
            (json!({"a": ["b c"]}), "\"b c\" is no scope"),
            (json!({"[a": ["b"]}), "no pattern"),
            (json!({"a": "b"}), "sequence"),
            (json!([]), "by name"),
        ] {
            let why = from_value::<Rules>(value).unwrap_err().to_string();
            assert!(why.contains(says), "{why}");
        }
        let why = from_value::<Implied>(json!({"a b": ["c"]})).unwrap_err();
        assert!(why.to_string().contains("\"a b\" is no scope"), "{why}");
    }
}
