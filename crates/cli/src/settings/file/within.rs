//! Tables within tables: `[[auth.issuers]]`, and lists by name. They are read part by part, so that
//! what is wrong is told with its own place.

use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

use super::{Reading, in_order, json_of};
use crate::{
    nearest::nearest,
    settings::{
        key::Key,
        said::{Layer, Origin},
    },
};

// === impl Reading ===

impl Reading<'_> {
    /// Takes a value that is made of tables, once each of its parts has been looked at.
    pub(super) fn tables(&mut self, key: &'static Key, value: &DeValue<'_>, begin: usize) {
        let faults = self.heard.faults.len();
        let value = match value {
            DeValue::Array(items) if !key.fields.is_empty() => {
                let items = items.iter().map(|item| match item.get_ref() {
                    DeValue::Table(table) => Some(self.item(key, table, item.span().start)),
                    _ => None,
                });
                items.collect::<Option<Value>>()
            }
            DeValue::Table(table) if key.fields.is_empty() => Some(self.entries(key, table)),
            _ => None,
        };
        let Some(value) = value else {
            return self.fault(begin, format!("{}: write {}", key.path, key.form));
        };
        if self.heard.faults.len() == faults {
            let origin = Origin::new(Layer::File, self.place(begin));
            self.heard.say(key, value, origin);
        }
    }

    /// Reads one table of a list of them.
    fn item(&mut self, key: &'static Key, table: &DeTable<'_>, begin: usize) -> Value {
        let mut item = json!({});
        for (name, value) in in_order(table) {
            let Some(field) = key
                .fields
                .iter()
                .find(|field| field.name() == name.get_ref())
            else {
                let near = nearest(name.get_ref(), key.fields.iter().map(Key::name));
                let names: Vec<_> = key.fields.iter().map(Key::name).collect();
                let help = match near.first() {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("it has {}", names.join(", ")),
                };
                let what = format!("[[{}]] has no `{}`; {help}", key.path, name.get_ref());
                self.fault(name.span().start, what);
                continue;
            };
            let begin = value.span().start;
            let read = json_of(value.get_ref()).ok_or_else(|| format!("write {}", field.form));
            let checked = read.and_then(|value| {
                let alone = json!([{ field.name(): value }]);
                key.check(&alone).map(|()| value)
            });
            match checked {
                Ok(value) if field.is_place => item[field.name()] = self.beside(value),
                Ok(value) => item[field.name()] = value,
                Err(what) => self.fault(begin, format!("{}: {what}", field.path)),
            }
        }
        let missing = key
            .required
            .iter()
            .find(|name| !table.contains_key(name.as_str()));
        if let Some(name) = missing {
            self.fault(begin, format!("[[{}]] needs `{name}`", key.path));
        }
        item
    }

    /// Reads lists by name.
    fn entries(&mut self, key: &'static Key, table: &DeTable<'_>) -> Value {
        let mut entries = json!({});
        for (name, value) in in_order(table) {
            let name = name.get_ref();
            let read = json_of(value.get_ref()).ok_or_else(|| "write a list of scopes".to_owned());
            let checked = read.and_then(|value| {
                let alone = json!({ name.to_string(): value });
                key.check(&alone).map(|()| value)
            });
            match checked {
                Ok(value) => entries[&**name] = value,
                Err(what) => self.fault(value.span().start, format!("{}: {what}", key.path)),
            }
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::settings::file::tests::{faults, told};

    #[test]
    fn tables_within_tables_keep_their_order() {
        let text = "[[auth.issuers]]\nissuer = 'https://a.b'\n[[auth.issuers]]\nissuer = 'https://c.d'\naudiences = ['x']\n[auth.scopes.tools]\n'z*' = ['b']\na = []\n[auth.implies]\nadmin = ['b']";
        let told = told(text);
        let issuers = json!([
            {"issuer": "https://a.b"}, {"issuer": "https://c.d", "audiences": ["x"]},
        ]);
        let values: Vec<_> = told
            .iter()
            .map(|(key, value, _)| (&**key, value.to_string()))
            .collect();
        let expected = [
            ("auth.issuers", issuers.to_string()),
            ("auth.scopes.tools", r#"{"z*":["b"],"a":[]}"#.to_owned()),
            ("auth.implies", r#"{"admin":["b"]}"#.to_owned()),
        ];
        for expected in expected {
            assert!(values.contains(&expected), "{values:?}");
        }
    }

    #[test]
    fn what_is_wrong_within_them_is_told_with_its_place() {
        for (text, says) in [
            (
                "[[auth.issuers]]\nissuer = 'https://a.b'\naudience = ['x']",
                "t.toml:3:1: [[auth.issuers]] has no `audience`; did you mean audiences?",
            ),
            (
                "[[auth.issuers]]\nissuer = 'http://a.b'",
                "t.toml:2:10: auth.issuers.issuer: the issuer \"http://a.b\" must begin with https",
            ),
            (
                "[[auth.issuers]]\naudiences = []",
                "[[auth.issuers]] needs `issuer`",
            ),
            (
                "[auth]\nissuers = 'https://a.b'",
                "t.toml:2:1: auth.issuers: write tables",
            ),
            (
                "[auth]\nissuers = ['https://a.b']",
                "t.toml:2:1: auth.issuers: write tables",
            ),
            (
                "[[auth.certificates.known]]\nname = 'a'\nsha256 = 'ab'",
                "t.toml:3:10: auth.certificates.known.sha256: `ab` does not go: write the 64",
            ),
            (
                "[auth.scopes.tools]\na = 'b'",
                "t.toml:2:5: auth.scopes.tools: invalid type: string",
            ),
            (
                "[auth.scopes.tools]\na = ['b c']",
                "t.toml:2:5: auth.scopes.tools: \"b c\" is no scope",
            ),
            ("[auth.scopes]\ntols = 1", "did you mean auth.scopes.tools?"),
            (
                "[auth]\nscopes = ['a']",
                "write [auth.scopes] on a line by itself",
            ),
            ("[auth]\nisuer = 'https://a.b'", "did you mean auth.issuer?"),
        ] {
            let faults = faults(text);
            assert!(
                faults.len() == 1 && faults[0].contains(says),
                "{text}: {faults:?}"
            );
        }
    }
}
