//! A stream in plain words, for readers that know no JSON-RPC: events that say what they are.
//!
//! ```text
//!   SSE      event: progress            NDJSON   {"type":"progress","progress":1,"total":3}
//!            data: {"progress":1,"total":3}
//! ```

use std::{collections::BTreeMap, fmt};

use serde_json::value::RawValue;
use tidegate_model::{Level, Outcome, Raw};

use super::{
    json, members,
    notice::{log_members, progress_members},
    part,
};
use crate::{plain, reject::Reject, revision::Facts};

/// How typed events are told apart on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Each is an event of a server-sent stream, its type in `event`.
    Sse,
    /// Each is a JSON object on a line, its type in its first member, `type`.
    Ndjson,
}

// === impl Typed ===

impl Typed {
    /// Writes one event; `members` writes what stands between its braces.
    pub fn write(self, out: &mut Vec<u8>, kind: &str, members: impl FnOnce(&mut Vec<u8>)) {
        match self {
            Self::Sse => {
                out.extend_from_slice(b"event: ");
                out.extend_from_slice(kind.as_bytes());
                out.extend_from_slice(b"\ndata: {");
                members(out);
                out.extend_from_slice(b"}\n\n");
            }
            Self::Ndjson => {
                out.extend_from_slice(b"{\"type\":\"");
                out.extend_from_slice(kind.as_bytes());
                out.extend_from_slice(b"\",");
                let start = out.len();
                members(out);
                if out.len() == start {
                    out.pop();
                }
                out.extend_from_slice(b"}\n");
            }
        }
    }

    /// Writes progress.
    pub fn progress(
        self,
        out: &mut Vec<u8>,
        done: f64,
        total: Option<f64>,
        message: Option<&dyn fmt::Display>,
    ) {
        self.write(out, "progress", |out| {
            progress_members(out, done, total, message);
        });
    }

    /// Writes a log message; `data` is its `data`, JSON already.
    pub fn log(self, out: &mut Vec<u8>, level: Level, data: impl FnOnce(&mut Vec<u8>)) {
        self.write(out, "log", |out| log_members(out, level, data));
    }

    /// Writes how a call of a tool ended: its `result`, which may say `isError`, or an `error`.
    pub fn outcome(self, out: &mut Vec<u8>, facts: Facts, outcome: &Outcome) {
        match plain::result(facts, outcome) {
            Ok(complete) => self.result(out, &complete.result, complete.meta.as_ref()),
            Err(reject) => self.error(out, &reject),
        }
    }

    /// Writes that the stream ends without its result, and why.
    pub fn error(self, out: &mut Vec<u8>, reject: &Reject) {
        self.write(out, "error", |out| {
            out.extend_from_slice(b"\"code\":");
            json(out, &reject.code);
            out.extend_from_slice(b",\"message\":");
            json(out, &*reject.message);
            if let Some(data) = &reject.data {
                out.extend_from_slice(b",\"data\":");
                out.extend_from_slice(data.bytes());
            }
        });
    }

    fn result(self, out: &mut Vec<u8>, result: &Raw, meta: Option<&Raw>) {
        let own = match self {
            Self::Sse => None,
            Self::Ndjson => without_type(result),
        };
        let own = own.as_ref().unwrap_or(result);
        self.write(out, "result", |out| {
            let own = members(own.bytes());
            match meta {
                Some(meta) => {
                    out.extend_from_slice(b"\"_meta\":");
                    out.extend_from_slice(meta.bytes());
                    part(out, own);
                }
                None => out.extend_from_slice(own),
            }
        });
    }

    /// Returns a sign of life, which readers skip.
    #[must_use]
    pub const fn ping(self) -> &'static [u8] {
        match self {
            Self::Sse => b": ping\n\n",
            // An empty line would do for some; those who parse every line would break at it.
            Self::Ndjson => b"{\"type\":\"ping\"}\n",
        }
    }
}

/// Returns an object without its member `type`, which the line has already; `None`: it has none.
fn without_type(object: &Raw) -> Option<Raw> {
    let mut fields: BTreeMap<String, &RawValue> =
        serde_json::from_slice(object.bytes()).unwrap_or_default();
    fields.remove("type")?;
    Raw::of(&fields).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tidegate_model::{Complete, Failure};

    use super::*;
    use crate::Revision;

    fn both(write: impl Fn(Typed, &mut Vec<u8>)) -> [String; 2] {
        [Typed::Sse, Typed::Ndjson].map(|typed| {
            let mut out = Vec::new();
            write(typed, &mut out);
            String::from_utf8(out).expect("UTF-8")
        })
    }

    fn ended(outcome: &Outcome) -> [String; 2] {
        let facts = Revision::V2026_07_28.facts();
        both(|typed, out| typed.outcome(out, facts, outcome))
    }

    #[test]
    fn notifications_say_what_they_are() {
        assert_eq!(
            both(|typed, out| typed.progress(out, 1.0, Some(3.0), Some(&"one"))),
            [
                "event: progress\ndata: {\"progress\":1,\"total\":3,\"message\":\"one\"}\n\n",
                "{\"type\":\"progress\",\"progress\":1,\"total\":3,\"message\":\"one\"}\n",
            ]
        );
        assert_eq!(
            both(|typed, out| typed.log(out, Level::Info, |out| json(out, "a\nb"))),
            [
                "event: log\ndata: {\"level\":\"info\",\"data\":\"a\\nb\"}\n\n",
                "{\"type\":\"log\",\"level\":\"info\",\"data\":\"a\\nb\"}\n",
            ]
        );
    }

    #[test]
    fn a_result_is_the_tools_own_object() {
        let outcome = Outcome::Complete(Complete {
            result: json!({"content": [], "isError": false}).into(),
            meta: Some(json!({"k": 1}).into()),
            cache: None,
        });
        assert_eq!(
            ended(&outcome),
            [
                "event: result\ndata: {\"_meta\":{\"k\":1},\"content\":[],\"isError\":false}\n\n",
                "{\"type\":\"result\",\"_meta\":{\"k\":1},\"content\":[],\"isError\":false}\n",
            ]
        );
        let [_, empty] = ended(&Outcome::complete(Raw::empty_object()));
        assert_eq!(empty, "{\"type\":\"result\"}\n");
    }

    #[test]
    fn a_line_has_one_type() {
        let [sse, line] = ended(&Outcome::complete(
            json!({"type": "x", "content": [{"type": "text"}]}).into(),
        ));
        assert!(sse.contains("\"type\":\"x\""));
        assert_eq!(
            line,
            "{\"type\":\"result\",\"content\":[{\"type\":\"text\"}]}\n"
        );
    }

    #[test]
    fn a_tools_failure_is_a_result_and_a_servers_an_error() {
        let [failed, _] = ended(&Failure::tool("no such file").into());
        assert!(failed.starts_with("event: result\n") && failed.contains("\"isError\":true"));
        let [_, broken] = ended(&Failure::internal("it broke").into());
        assert_eq!(
            broken,
            "{\"type\":\"error\",\"code\":-32603,\"message\":\"it broke\"}\n"
        );
    }
}
