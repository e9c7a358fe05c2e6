//! The quick mode, for CI: are all answers and all notifications right? No time is judged.

use std::time::Instant;

use crate::Fault;
use crate::client::{Client, Front};
use crate::load::{Until, calls, counts};
use crate::rows::memory::{Held, bytes};
use crate::rows::{Bench, setup, tell};
use crate::subject::{Allocator, Subject};
use crate::wire::Tool;

/// Calls of each client.
const CALLS: u64 = 500;

/// Loads one server in both eras, lightly.
///
/// # Errors
/// When an answer or a notification is wrong or missing.
pub async fn check(bench: &Bench, subject: Subject) -> Result<(), Fault> {
    let start = Instant::now();
    for front in [Front::Modern, Front::Legacy] {
        for tools in [1, 1000] {
            loaded(bench, subject, front, tools).await?;
        }
    }
    for held in [Held::Sessions, Held::WithState, Held::Streams] {
        let bytes = bytes(bench, subject, Allocator::Mimalloc, held, &[200]).await?;
        tell(&format!(
            "quick: {}: {held:?}: {bytes:.0?} bytes each",
            subject.name()
        ));
    }
    tell(&format!(
        "quick: {}: all right after {:.1} s",
        subject.name(),
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}

async fn loaded(bench: &Bench, subject: Subject, front: Front, tools: usize) -> Result<(), Fault> {
    let server = bench.place.start(setup(subject, front).with_tools(tools))?;
    let mut clients = Client::open_many(server.addr(), subject, front, &bench.ids, 16).await?;
    for tool in [Tool::Echo, Tool::Checked] {
        let (after, done) = calls(clients, tool, Until::Calls(CALLS)).await?;
        tell(&format!(
            "quick: {}: {front:?}, {tools} extra tools: {done} calls of {}",
            subject.name(),
            tool.name()
        ));
        clients = after;
    }
    let mut alone = clients.split_off(15);
    for n in [0, 1, 5000] {
        (alone, _) = counts(alone, n).await?;
    }
    let (clients, counted) = counts(clients, 100).await?;
    tell(&format!(
        "quick: {}: {front:?}: 5 001 and {} × 100 notifications in order",
        subject.name(),
        counted.len()
    ));
    drop((clients, alone));
    server.stop()
}
