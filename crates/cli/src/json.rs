//! What `--json` prints: one event a line on stdout, each a JSON object whose first field says what
//! it is.

use std::io::{self, Write};

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Number, Value};

/// One line of `--json`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum Event<'a> {
    /// A server of ours is up.
    Listening {
        /// Where.
        url: &'a str,
        /// The SHA-256 of its certificate.
        #[serde(skip_serializing_if = "Option::is_none")]
        fingerprint: Option<&'a str>,
    },
    /// A place that settings were read from.
    Read {
        source: &'a str,
        /// What it says something of.
        keys: &'a [&'a str],
    },
    /// A setting that counts.
    Setting {
        key: &'a str,
        /// `null`: it is not set.
        value: &'a Value,
        from: &'a str,
    },
    /// Who answers.
    Server {
        name: &'a str,
        version: &'a str,
        revision: &'a str,
    },
    /// An entry of `tools/list`.
    Tool(Fields<'a>),
    /// An entry of `resources/list`.
    Resource(Fields<'a>),
    /// An entry of `resources/templates/list`.
    Template(Fields<'a>),
    /// An entry of `prompts/list`.
    Prompt(Fields<'a>),
    /// A log message of the call.
    Log {
        level: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        logger: Option<&'a str>,
        data: &'a Value,
    },
    /// A progress notification of the call.
    Progress {
        #[serde(serialize_with = "number")]
        progress: f64,
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "number_if")]
        total: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'a str>,
    },
    /// Something changed on the server: `tools`, `resources`, `prompts`, or the `resource` of this URI.
    Changed {
        what: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        uri: Option<&'a str>,
    },
    /// A login that is kept now.
    Login {
        issuer: &'a str,
        resource: &'a str,
        client: &'a str,
        scopes: &'a [String],
        renews: bool,
        kept: &'a str,
    },
    /// A login that is forgotten now.
    Logout { was_there: bool },
    /// An API key: a new one with what its user shows, or one of a file.
    Key {
        id: &'a str,
        name: &'a str,
        scopes: Vec<&'a str>,
        created: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires: Option<String>,
        /// What its user shows: of a new key only, and never again.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
        /// What a key file needs of it: of a new key that no file was named for.
        #[serde(skip_serializing_if = "Option::is_none")]
        record: Option<String>,
    },
    /// An API key is gone from its file.
    Revoked { id: &'a str },
    /// What came of the request: the result's own fields.
    Result(Fields<'a>),
    /// The request failed.
    Error {
        kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<i64>,
        message: String,
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        hints: &'a [String],
    },
}

/// An event of a plain stream whose type is the server's own.
#[derive(Debug)]
pub(crate) struct Foreign<'a> {
    pub(crate) event: &'a str,
    /// An object's fields stand at the top level; whatever else, under `data`.
    pub(crate) data: &'a Value,
}

/// The fields of an object that the server sent, at the top level of the event.
#[derive(Debug)]
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

/// Writes one event and lets it go at once, so that a reader of the pipe sees it live.
///
/// One write a line: lines of two writers on one pipe do not mix.
pub(crate) fn write(to: &mut impl Write, event: &impl Serialize) -> io::Result<()> {
    let mut line =
        serde_json::to_vec(event).expect("events hold strings, numbers and JSON values only");
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}

/// Counts look like counts: `3`, not `3.0`.
fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    whole(*value).serialize(serializer)
}

fn number_if<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(whole).serialize(serializer)
}

/// Returns the number, whole if it is; `null` if it is none.
fn whole(value: f64) -> Option<Number> {
    // Up to here every whole number is exact in both forms.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53")]
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

// === impl Foreign ===

impl Serialize for Foreign<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event", self.event)?;
        match self.data {
            Value::Object(fields) => {
                for (name, value) in fields.iter().filter(|(name, _)| *name != "event") {
                    map.serialize_entry(name, value)?;
                }
            }
            data => map.serialize_entry("data", data)?,
        }
        map.end()
    }
}

// === impl Fields ===

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The server may name a field `event`; the line has one already.
        let fields = self.0.iter().filter(|(name, _)| *name != "event");
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(event: &Event<'_>) -> String {
        serde_json::to_string(event).unwrap()
    }

    #[test]
    fn a_log_and_a_progress() {
        let data = json!("Processing document 1/14: anchoring.md");
        let log = Event::Log {
            level: "info",
            logger: None,
            data: &data,
        };
        assert_eq!(
            line(&log),
            r#"{"event":"log","level":"info","data":"Processing document 1/14: anchoring.md"}"#
        );
        let progress = Event::Progress {
            progress: 1.0,
            total: Some(14.0),
            message: Some("one"),
        };
        assert_eq!(
            line(&progress),
            r#"{"event":"progress","progress":1,"total":14,"message":"one"}"#
        );
    }

    #[test]
    fn a_share_stays_a_share_and_a_missing_total_is_missing() {
        let progress = |progress| Event::Progress {
            progress,
            total: None,
            message: None,
        };
        assert_eq!(
            line(&progress(0.25)),
            r#"{"event":"progress","progress":0.25}"#
        );
        assert_eq!(
            line(&progress(1e300)),
            r#"{"event":"progress","progress":1e+300}"#
        );
        assert_eq!(
            line(&progress(f64::NAN)),
            r#"{"event":"progress","progress":null}"#
        );
    }

    #[test]
    fn a_result_has_its_fields_at_the_top_and_one_event_field() {
        let result = json!({"content": [], "event": "log", "isError": true});
        let event = Event::Result(Fields(result.as_object().unwrap()));
        assert_eq!(
            line(&event),
            r#"{"event":"result","content":[],"isError":true}"#
        );
    }

    #[test]
    fn an_error_says_its_kind_and_its_code_if_there_is_one() {
        fn error(code: Option<i64>, hints: &[String]) -> Event<'_> {
            Event::Error {
                kind: "protocol",
                code,
                message: "Unknown tool: x".to_owned(),
                hints,
            }
        }
        assert_eq!(
            line(&error(Some(-32602), &["try y".to_owned()])),
            r#"{"event":"error","kind":"protocol","code":-32602,"message":"Unknown tool: x","hints":["try y"]}"#
        );
        assert_eq!(
            line(&error(None, &[])),
            r#"{"event":"error","kind":"protocol","message":"Unknown tool: x"}"#
        );
    }

    #[test]
    fn a_foreign_event_keeps_its_type_and_its_fields() {
        let line = |data: Value| {
            let event = Foreign {
                event: "info",
                data: &data,
            };
            serde_json::to_string(&event).unwrap()
        };
        assert_eq!(
            line(json!({"message": "m", "event": "x"})),
            r#"{"event":"info","message":"m"}"#
        );
        assert_eq!(line(json!("m")), r#"{"event":"info","data":"m"}"#);
    }

    #[test]
    fn a_line_is_one_line() {
        let data = json!("two\nlines");
        let log = Event::Log {
            level: "info",
            logger: Some("l"),
            data: &data,
        };
        let mut written = Vec::new();
        write(&mut written, &log).unwrap();
        assert_eq!(written.iter().filter(|byte| **byte == b'\n').count(), 1);
        assert_eq!(written.last(), Some(&b'\n'));
    }
}
