//! Tasks on the wire: how they stand, and how their calls ended (ext-tasks 2026-07-28).

use tidegate_model::{Complete, Failure, Outcome, Raw, Task, ask::InputRequest};

use super::{
    json,
    response::{failure_code, members, part, tool_error},
};
use crate::{question, revision::Facts};

/// Returns how a call ended, as its task keeps it: the result its caller would have got, or the
/// JSON-RPC error.
///
/// # Errors
///
/// The JSON-RPC error object, when the call was not done. A tool that ran and failed has a result.
pub fn settled(facts: Facts, outcome: &Outcome) -> Result<Raw, Raw> {
    match outcome {
        Outcome::Complete(complete) => Ok(whole(complete)),
        Outcome::Failed(failure) if failure.is_tool() => Ok(whole(&tool_error(failure))),
        Outcome::Failed(failure) => Err(error(facts, failure)),
        _ => Err(error(
            facts,
            &Failure::internal("a task ends with a result or an error; this one asked for more"),
        )),
    }
}

/// Returns a task with all that its status brings, as `tasks/get` and `notifications/tasks` show
/// it: the questions that are open, or how it ended.
pub fn task<'a>(
    facts: Facts,
    task: &Task,
    open: impl IntoIterator<Item = (&'a str, &'a InputRequest)>,
    end: Option<&Result<Raw, Raw>>,
) -> Raw {
    let plain = Raw::of(task).unwrap_or_else(|_| Raw::empty_object());
    let mut out = vec![b'{'];
    out.extend_from_slice(members(plain.bytes()));
    let mut asked = false;
    for (key, request) in open {
        out.extend_from_slice(if asked { b"," } else { b",\"inputRequests\":{" });
        asked = true;
        json(&mut out, key);
        out.push(b':');
        json(&mut out, &question::fit(facts, request));
    }
    if asked {
        out.push(b'}');
    }
    match end {
        Some(Ok(result)) => {
            out.extend_from_slice(b",\"result\":");
            out.extend_from_slice(result.bytes());
        }
        Some(Err(error)) => {
            out.extend_from_slice(b",\"error\":");
            out.extend_from_slice(error.bytes());
        }
        None => {}
    }
    out.push(b'}');
    Raw::trusted(out.into())
}

/// A result inside a task has its type, as the schema of a tool's result wants it; the server's
/// name stands on the answer round it.
fn whole(complete: &Complete) -> Raw {
    let mut out = b"{\"resultType\":\"complete\"".to_vec();
    if let Some(meta) = &complete.meta {
        out.extend_from_slice(b",\"_meta\":");
        out.extend_from_slice(meta.bytes());
    }
    part(&mut out, members(complete.result.bytes()));
    out.push(b'}');
    Raw::trusted(out.into())
}

fn error(facts: Facts, failure: &Failure) -> Raw {
    let mut out = format!("{{\"code\":{},\"message\":", failure_code(facts, failure)).into_bytes();
    json(&mut out, failure.message());
    if let Some(data) = failure.data() {
        out.extend_from_slice(b",\"data\":");
        out.extend_from_slice(data.bytes());
    }
    out.push(b'}');
    Raw::trusted(out.into())
}
