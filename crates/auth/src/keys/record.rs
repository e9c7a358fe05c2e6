//! What is kept of a key, and the file that keeps it.
//!
//! ```toml
//! [[key]]
//! id = "k3v9q2m7xw"
//! sha256 = "9f86d0…"
//! name = "nightly build"
//! scopes = ["files:read"]
//! created = 2026-11-21T13:00:00Z
//! expires = 2027-02-19T13:00:00Z
//! ```

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use tidegate_model::Scopes;
use toml::{Table, Value};

use super::key::is_id;
use crate::{Error, words};

/// Keys in a file. They are all in memory, half a kilobyte each; who has more has a database and an
/// authorization server.
const RECORDS: usize = 10_000;

/// What is kept of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// What tells it from others; it stands in the key and is no secret.
    pub id: Box<str>,
    /// The SHA-256 of the whole key.
    pub sha256: [u8; 32],
    /// How people know it.
    pub name: Box<str>,
    /// What whoever shows it may do.
    pub scopes: Scopes,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// When it expires, in seconds since 1970; `None`: never.
    pub expires: Option<u64>,
}

// === impl Record ===

impl Record {
    /// Reads the records of a file.
    ///
    /// # Errors
    ///
    /// When it is none, naming the line, and never what stands there.
    pub fn read_all(text: &str) -> Result<Vec<Self>, Error> {
        let table: Table = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.as_bytes()[..at.min(text.len())]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            // Its own message may hold a value of the file.
            Error::new(format!("line {}: this is no TOML", line + 1))
        })?;
        let lines = lines(text);
        let keys = match (table.get("key"), table.len()) {
            (None, 0) => return Ok(Vec::new()),
            (Some(Value::Array(keys)), 1) => keys,
            _ => {
                return Err(Error::new(
                    "line 1: a key file has nothing but [[key]] sections",
                ));
            }
        };
        if keys.len() != lines.len() {
            return Err(Error::new(
                "line 1: each key begins with a line [[key]] of its own",
            ));
        }
        if keys.len() > RECORDS {
            return Err(Error::new(format!("there are more than {RECORDS} keys")));
        }
        let mut records = Vec::<Self>::with_capacity(keys.len());
        let mut ids = std::collections::HashSet::new();
        for (key, line) in keys.iter().zip(lines) {
            let said = |what: String| Error::new(format!("line {}: {what}", line + 1));
            let key = key
                .as_table()
                .ok_or_else(|| said("this is no section".into()))?;
            let record = Self::read(key).map_err(said)?;
            if !ids.insert(record.id.clone()) {
                return Err(said(format!("there are two keys {}", record.id)));
            }
            records.push(record);
        }
        Ok(records)
    }

    /// Returns `text` without the key `id`, if it is there.
    ///
    /// # Errors
    ///
    /// As [`read_all`](Self::read_all).
    pub fn remove(text: &str, id: &str) -> Result<Option<String>, Error> {
        let records = Self::read_all(text)?;
        let Some(at) = records.iter().position(|record| &*record.id == id) else {
            return Ok(None);
        };
        let starts = lines(text);
        let (from, to) = (starts[at], starts.get(at + 1).copied());
        let kept = text.split_inclusive('\n').enumerate();
        let kept = kept.filter(|(line, _)| *line < from || to.is_some_and(|to| *line >= to));
        Ok(Some(kept.map(|(_, text)| text).collect()))
    }

    fn read(table: &Table) -> Result<Self, String> {
        const FIELDS: [&str; 6] = ["id", "sha256", "name", "scopes", "created", "expires"];
        if let Some(other) = table.keys().find(|key| !FIELDS.contains(&key.as_str())) {
            return Err(format!(
                "a key has no field {:?}; it has {}",
                words::name(other),
                FIELDS.join(", ")
            ));
        }
        let text = |field: &str| table.get(field).and_then(Value::as_str);
        let id = text("id").filter(|id| is_id(id.as_bytes()));
        let id = id.ok_or("`id` must be the ten letters between tgk_ and _ of the key")?;
        let sha256 = text("sha256").and_then(from_hex);
        let sha256 = sha256.ok_or("`sha256` must be 64 hexadecimal digits in quotes")?;
        let name = text("name").filter(|name| words::is_name(name));
        let name = name.ok_or("`name` must be 1 to 128 printable letters in quotes")?;
        let scopes = match table.get("scopes") {
            None => Scopes::default(),
            Some(Value::Array(scopes)) => {
                let scopes: Option<Vec<_>> = scopes.iter().map(Value::as_str).collect();
                let scopes = scopes.ok_or("`scopes` must be a list of words in quotes")?;
                words::scopes(scopes).map_err(|error| error.to_string())?
            }
            Some(_) => return Err("`scopes` must be a list of words in quotes".to_owned()),
        };
        let created = time(table, "created")?.ok_or("`created` is missing")?;
        Ok(Self {
            id: id.into(),
            sha256,
            name: name.into(),
            scopes,
            created,
            expires: time(table, "expires")?,
        })
    }
}

impl fmt::Display for Record {
    /// As the section of a key file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| Value::from(text).to_string();
        let scopes: Vec<_> = self.scopes.iter().map(quoted).collect();
        writeln!(f, "[[key]]")?;
        writeln!(f, "id = {}", quoted(&self.id))?;
        writeln!(f, "sha256 = \"{}\"", to_hex(&self.sha256))?;
        writeln!(f, "name = {}", quoted(&self.name))?;
        writeln!(f, "scopes = [{}]", scopes.join(", "))?;
        writeln!(f, "created = {}", date(self.created))?;
        match self.expires {
            Some(expires) => writeln!(f, "expires = {}", date(expires)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("scopes", &self.scopes)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Returns the numbers, from 0, of the lines on which sections begin.
fn lines(text: &str) -> Vec<usize> {
    let begins = |line: &str| {
        let line: String = line
            .split('#')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        line == "[[key]]"
    };
    let numbered = text.lines().enumerate();
    numbered
        .filter(|(_, line)| begins(line))
        .map(|(number, _)| number)
        .collect()
}

fn time(table: &Table, field: &str) -> Result<Option<u64>, String> {
    let wrong = || format!("`{field}` must be a time such as 2027-02-19T13:00:00Z, without quotes");
    let Some(value) = table.get(field) else {
        return Ok(None);
    };
    let Value::Datetime(time) = value else {
        return Err(wrong());
    };
    let time: Timestamp = time.to_string().parse().map_err(|_| wrong())?;
    u64::try_from(time.as_second())
        .map(Some)
        .map_err(|_| wrong())
}

/// Returns a time as RFC 3339 writes it; one beyond all calendars as the last they have.
pub(crate) fn date(seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).ok();
    seconds
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .unwrap_or(Timestamp::MAX)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all that is written to it");
        text
    })
}

/// Reads 32 bytes in hexadecimal digits.
pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    fn record(name: &str) -> Record {
        let scopes = ["files:read".to_owned()];
        Key::generate(name, &scopes, Some(1_800_000_000), 1_700_000_000)
            .unwrap()
            .record
    }

    #[test]
    fn a_record_reads_as_it_was_written() {
        for name in ["ci", "Ann's \"laptop\" \\ \u{1f30a}", "'''"] {
            let record = record(name);
            assert_eq!(Record::read_all(&record.to_string()).unwrap(), [record]);
        }
        assert_eq!(Record::read_all("# none yet\n").unwrap(), []);
    }

    #[test]
    fn one_goes_and_the_rest_stays_as_it_was() {
        let (a, b, c) = (record("a"), record("b"), record("c"));
        let text = format!("# ours\n\n{a}\n{b}\n# about c\n{c}");
        let left = Record::remove(&text, &b.id).unwrap().unwrap();
        assert_eq!(left, format!("# ours\n\n{a}\n{c}"));
        assert_eq!(Record::remove(&left, &b.id).unwrap(), None);
        let left = Record::remove(&left, &c.id).unwrap().unwrap();
        assert_eq!(Record::read_all(&left).unwrap(), [a]);
    }

    #[test]
    fn errors_name_the_line_and_never_a_hash() {
        let good = record("a");
        let hash = to_hex(&good.sha256);
        let good = good.to_string();
        let hashed = |text: &str| format!("expires = \"{text}\"");
        for (bad, line, what) in [
            (good.replace(&hash, &hash[1..]), 3, "`sha256`"),
            (good.replace("sha256", "sha512"), 3, "sha512"),
            (good.replace("id = \"", "id = \"A"), 3, "`id`"),
            (good.replace("name = \"a\"", ""), 3, "`name`"),
            (good.replace("name = \"a\"", "name = 7"), 3, "`name`"),
            (good.replace("files:read", "files read"), 3, "files:read"),
            (good.replace("expires = 2", "expires = \"2"), 9, "no TOML"),
            (
                good.replace("expires = 2027-01-15T08:00:00Z", &hashed(&hash)),
                3,
                "`expires`",
            ),
            (good.replace("created", "id"), 8, "no TOML"),
            (format!("{good}\n{good}"), 11, "two keys"),
        ] {
            let error = Record::read_all(&format!("# a\n\n{bad}"))
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with(&format!("line {line}: ")),
                "{error}\n{bad}"
            );
            assert!(error.contains(what), "{error}");
            assert!(!error.contains(&hash[1..]), "{error}");
        }
        for bad in [
            "a = 1",
            "key = 1",
            "key = [{}]",
            &format!("{good}[other]\n"),
        ] {
            assert!(Record::read_all(bad).is_err(), "{bad}");
        }
    }
}
