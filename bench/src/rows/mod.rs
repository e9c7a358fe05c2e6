//! The rows: each measures one thing over all servers and returns its tables.

pub mod cpu;
pub mod instructions;
pub mod memory;
pub mod notifications;

use tidegate_bench_common::Respond;

use crate::client::{Front, Ids};
use crate::options::Options;
use crate::server::Place;
use crate::subject::{Setup, Subject};
use crate::wire::Tool;

/// What every row works with.
#[derive(Debug)]
pub struct Bench {
    /// Where servers are and run.
    pub place: Place,
    /// What was asked for.
    pub options: Options,
    /// Ids for the whole run.
    pub ids: Ids,
}

/// One kind of call that is measured on every server.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its name in the tables.
    pub name: &'static str,
    /// The era it is spoken in.
    pub front: Front,
    /// The tool it calls.
    pub tool: Tool,
    /// How many tools stand beside the measured ones.
    pub tools: usize,
}

// === impl Case ===

impl Case {
    /// Names a case.
    #[must_use]
    pub const fn new(name: &'static str, front: Front, tool: Tool, tools: usize) -> Self {
        Self {
            name,
            front,
            tool,
            tools,
        }
    }

    /// Returns how `subject` is run for this case.
    #[must_use]
    pub const fn setup(&self, subject: Subject) -> Setup {
        setup(subject, self.front).with_tools(self.tools)
    }
}

/// Returns how `subject` is run for calls of an era: JSON in the modern one, streams in the legacy one.
#[must_use]
pub const fn setup(subject: Subject, front: Front) -> Setup {
    let respond = match front {
        Front::Modern => Respond::Auto,
        Front::Legacy => Respond::Sse,
    };
    Setup::new(subject, respond)
}

/// Says on stderr what is being measured, since it takes minutes.
pub(crate) fn tell(what: &str) {
    eprintln!("bench: {what}");
}
