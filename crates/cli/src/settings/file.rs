//! A settings file: TOML, with the line and column of everything in it.

mod within;

use std::path::Path;

use serde_json::{Number, Value};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::{
    key::{self, Key},
    said::{Fault, Heard, Layer, Origin},
};

/// How many bytes a file of settings may have. A thousand lines are a tenth.
pub(super) const MAX_BYTES: u64 = 1024 * 1024;

/// Reads what `text` says, which stands in the file at `path`.
pub(super) fn read(path: &Path, text: &str) -> Heard {
    let mut reading = Reading {
        path,
        text,
        heard: Heard::default(),
    };
    match DeTable::parse(text) {
        Ok(table) => reading.table("", table.get_ref()),
        // Not the error as a whole: it shows the line, which may hold a secret.
        Err(error) => {
            let begin = error.span().map_or(0, |span| span.start);
            let place = reading.place(begin);
            reading.heard.fault(place, error.message());
        }
    }
    reading.heard
}

struct Reading<'a> {
    path: &'a Path,
    text: &'a str,
    heard: Heard,
}

// === impl Reading ===

impl Reading<'_> {
    fn table(&mut self, above: &str, table: &DeTable<'_>) {
        for (name, value) in in_order(table) {
            let begin = name.span().start;
            let name = name.get_ref();
            let path = key::within(above, name);
            // A quoted name with a dot in it is no way into a table.
            let key = key::find(&path).filter(|_| !name.contains('.'));
            let is_table = key::tables()
                .iter()
                .any(|table| !path.is_empty() && table.name == path);
            match (key, value.get_ref()) {
                (Some(key), inner) if key.is_made_of_tables() => self.tables(key, inner, begin),
                (Some(key), inner) => self.value(key, inner, value.span().start),
                (None, DeValue::Table(inner)) if is_table => self.table(&path, inner),
                (None, _) if is_table => {
                    let what = format!("`{path}` is a table: write [{path}] on a line by itself");
                    self.fault(begin, what);
                }
                (None, _) => self.fault(begin, key::unknown(&path)),
            }
        }
    }

    fn value(&mut self, key: &'static Key, value: &DeValue<'_>, begin: usize) {
        let Some(mut value) = json_of(value) else {
            return self.fault(begin, format!("{}: write {}", key.path, key.form));
        };
        if key.is_place {
            value = self.beside(value);
        }
        let origin = Origin::new(Layer::File, self.place(begin));
        self.heard.say(key, value, origin);
    }

    /// A path in a file is meant from where the file lies.
    fn beside(&self, value: Value) -> Value {
        let folder = self
            .path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        match (value.as_str(), folder) {
            (Some(path), Some(folder)) if !path.is_empty() => {
                Value::from(folder.join(path).to_string_lossy())
            }
            _ => value,
        }
    }

    fn fault(&mut self, begin: usize, what: impl Into<String>) {
        let place = self.place(begin);
        self.heard.faults.push(Fault {
            place,
            what: what.into(),
        });
    }

    /// Returns the place of a byte, as editors count.
    fn place(&self, begin: usize) -> String {
        let before = self.text.get(..begin).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        format!("{}:{line}:{column}", self.path.display())
    }
}

/// Returns what stands in a table, in the order of the text and not of the names.
fn in_order<'a, 'b>(
    table: &'a DeTable<'b>,
) -> Vec<(&'a Spanned<DeString<'b>>, &'a Spanned<DeValue<'b>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

/// Returns a value of TOML as one of JSON; none if it has none, or is a table.
fn json_of(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .ok()?
            .into(),
        DeValue::Float(number) => Number::from_f64(number.as_str().parse().ok()?)?.into(),
        DeValue::Boolean(switch) => (*switch).into(),
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(items) => items
            .iter()
            .map(|item| json_of(item.get_ref()))
            .collect::<Option<Value>>()?,
        DeValue::Table(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    pub(super) fn told(text: &str) -> Vec<(String, Value, String)> {
        let heard = read(Path::new("t.toml"), text);
        assert_eq!(heard.faults, [], "{text}");
        let said = heard.said.into_iter();
        said.map(|said| (said.key.path.clone(), said.value, said.origin.place))
            .collect()
    }

    pub(super) fn faults(text: &str) -> Vec<String> {
        let heard = read(Path::new("t.toml"), text);
        heard.faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_said_is_known_with_its_place() {
        let text = "workers = 0x2\n[http]\nmax_body = '4MiB'\n  keep_alive = 65\n[fronts]\nsse = true\nsse_sunset = 2027-06-30\n[access]\nallow_hosts = ['a.b']";
        let expected = [
            ("workers", json!(2), "t.toml:1:11"),
            ("http.max_body", json!("4MiB"), "t.toml:3:12"),
            ("http.keep_alive", json!(65), "t.toml:4:16"),
            ("fronts.sse", json!(true), "t.toml:6:7"),
            ("fronts.sse_sunset", json!("2027-06-30"), "t.toml:7:14"),
            ("access.allow_hosts", json!(["a.b"]), "t.toml:9:15"),
        ];
        let expected =
            expected.map(|(key, value, place)| (key.to_owned(), value, place.to_owned()));
        assert_eq!(told(text), expected);
        assert_eq!(told("http.max_body = 4096")[0].0, "http.max_body");
        assert_eq!(told("http = {max_body = 4096}")[0].2, "t.toml:1:20");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_all_of_it() {
        let text = "lisen = 'a:1'\n[limits]\n 'é' = 1\nmax_calls = 0\n\"http.path\" = '/a'";
        let faults = faults(text);
        assert_eq!(faults.len(), 4, "{faults:?}");
        for (fault, begins) in faults.iter().zip([
            "t.toml:1:1: there is no setting `lisen`; did you mean listen?",
            "t.toml:3:2: ",
            "t.toml:4:13: limits.max_calls: 0 is too little: at least 1",
            "t.toml:5:1: there is no setting",
        ]) {
            assert!(fault.starts_with(begins), "{faults:?}");
        }
    }

    #[test]
    fn values_of_the_wrong_kind_are_refused() {
        for (text, says) in [
            ("http = 1", "write [http] on a line by itself"),
            ("[listen]\na = 1", "listen: write HOST:PORT"),
            ("workers = nan", "workers: write number"),
            ("workers = 99999999999999999999", "workers: write number"),
            ("workers = '2'", "whole number"),
            ("port = 70000", "70000"),
            ("[fronts]\nsse = 'yes'", "boolean"),
            ("[access]\nallow_hosts = 'a.b'", "sequence"),
            ("[access]\nallow_hosts = [1]", "string"),
            ("log_format = 'xml'", "`text` or `json`"),
            ("workers = 1\nworkers = 2", "duplicate key"),
        ] {
            let faults = faults(text);
            assert!(
                faults.len() == 1 && faults[0].contains(says),
                "{text}: {faults:?}"
            );
        }
    }

    #[test]
    fn no_error_shows_what_may_be_a_secret() {
        for line in [
            "token = hunter2hunter2hunter2",
            "token = 'hunter2hunter2hunter2",
            "token = 'hunter2'",
            "token = ['hunter2hunter2hunter2']",
            "token = {hunter2 = 'hunter2hunter2'}",
            "tokn = 'hunter2hunter2hunter2'",
            "token = 'hunter2hunter2hunter2' x",
            "token = \"hunter2\\q\"",
        ] {
            let faults = faults(&format!("[auth]\n{line}"));
            assert!(
                faults.len() == 1 && faults[0].starts_with("t.toml:2:"),
                "{faults:?}"
            );
            assert!(!faults[0].contains("hunter2"), "{faults:?}");
        }
    }

    #[test]
    fn a_path_is_meant_from_where_the_file_lies() {
        let heard = read(Path::new("/etc/tidegate/t.toml"), "root = 'documents'");
        assert_eq!(heard.said[0].value, "/etc/tidegate/documents");
        let heard = read(Path::new("/etc/tidegate/t.toml"), "root = '/srv'");
        assert_eq!(heard.said[0].value, "/srv");
        assert_eq!(told("root = 'documents'")[0].1, "documents");
    }
}
