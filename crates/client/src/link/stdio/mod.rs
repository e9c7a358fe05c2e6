//! The link to a child process: a message a line, on its stdin and stdout.
//!
//! ```text
//!   Command ─▶ Process ─▶ tend ─┬─ stdin  ◀─ outgoing, a line each
//!               (a group)       ├─ stdout ─▶ Lines ─▶ incoming
//!                               └─ stderr ─▶ Tail (told when the child has died)
//! ```
//!
//! The child leads a process group of its own, which ends as a whole: its stdin is closed, then it
//! is asked (SIGTERM), then it is killed (SIGKILL), with a wait after each (2026-07-28 stdio
//! §Shutdown). If the runtime goes away first, the group is killed at once. If this process itself
//! is killed, nobody is left to do that: the child then reads the end of its stdin, on which
//! servers exit.

mod command;
mod lines;
mod process;
mod tail;
mod tend;

use std::sync::Arc;

use tokio::sync::mpsc;

pub use self::command::Command;
use self::process::Process;
pub(crate) use self::{command::SCHEME, lines::Lines};
use super::channel::{Duplex, Open, Opening};

/// How many messages may wait on their way in or out. They are taken as they come, so a few are
/// enough; more would only hide a child that does not read.
const WAITING: usize = 64;

/// Returns what starts `command` for a channel; its lines may have `limit` bytes.
pub(crate) fn over_stdio(command: Command, limit: usize) -> Open {
    Arc::new(move || -> Opening {
        let command = command.clone();
        Box::pin(async move {
            let process = Process::spawn(&command)?;
            let (outgoing, heard) = mpsc::channel(WAITING);
            let (say, incoming) = mpsc::channel(WAITING);
            tokio::spawn(tend::tend(process, heard, say, limit));
            Ok(Duplex { outgoing, incoming })
        })
    })
}
