//! Bytes that a server holds for a session, for a session with state, and for an open stream.

use crate::Fault;
use crate::client::{Client, Front, floor_talk, open_stream};
use crate::load::{Until, calls};
use crate::machine::raise_file_limit;
use crate::proc::resident;
use crate::report::{Table, dash, whole};
use crate::rows::{Bench, setup, tell};
use crate::server::Server;
use crate::subject::{Allocator, Subject};
use crate::wire::{Talk, Tool};

/// How many are held when the memory is read.
const STEPS: [usize; 2] = [1000, 5000];
/// Sessions and streams opened before the first reading, so that what is made once is made.
const WARM_UP: usize = 50;

/// What is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Sessions after their handshake.
    Sessions,
    /// Sessions that set a log level.
    WithState,
    /// GET streams, each in a session opened before the reading.
    Streams,
}

// === impl Held ===

impl Held {
    const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "idle session",
            Self::WithState => "session with a log level",
            Self::Streams => "open GET stream",
        }
    }
}

/// Measures all that can be held, on every server.
///
/// # Errors
/// When a server refuses a session or a stream.
pub async fn measure(bench: &Bench) -> Result<Vec<Table>, Fault> {
    let steps = steps_within(raise_file_limit()?);
    Ok(vec![
        table(
            bench,
            Allocator::System,
            "Bytes held, with the system's allocator",
            &steps,
        )
        .await?,
        table(
            bench,
            Allocator::Mimalloc,
            "Bytes held, with mimalloc",
            &steps,
        )
        .await?,
    ])
}

/// Measures all servers with one allocator.
async fn table(
    bench: &Bench,
    allocator: Allocator,
    title: &'static str,
    steps: &[usize],
) -> Result<Table, Fault> {
    let subjects = bench.options.subjects();
    let mut table = Table::new(
        title,
        "Growth of the resident size after a warm-up, for each one held. A stream's figure is what it takes beyond its \
         session, its connection included; the floors keep no sessions.",
        ["held"]
            .into_iter()
            .chain(subjects.iter().map(|subject| subject.name())),
    );
    for held in [Held::Sessions, Held::WithState, Held::Streams] {
        let mut columns = Vec::new();
        for &subject in subjects {
            tell(&format!(
                "memory, {}: {}: {}",
                allocator.name(),
                held.name(),
                subject.name()
            ));
            columns.push(bytes(bench, subject, allocator, held, steps).await?);
        }
        for (i, step) in steps.iter().enumerate() {
            let cells = columns
                .iter()
                .map(|column| column.get(i).map_or_else(dash, |bytes| whole(*bytes)));
            table.row(
                [format!("{}, of {step}", held.name())]
                    .into_iter()
                    .chain(cells),
            );
        }
    }
    Ok(table)
}

/// Leaves out what the limit of open files does not allow, and says so.
fn steps_within(files: u64) -> Vec<usize> {
    let fits = |step: &usize| *step as u64 + 200 <= files;
    if !STEPS.iter().all(fits) {
        tell(&format!(
            "memory: only {files} open files are allowed here: the steps above are left out"
        ));
    }
    STEPS.into_iter().filter(fits).collect()
}

/// Returns the bytes of each one held, at every step; nothing where a floor keeps no sessions.
pub(crate) async fn bytes(
    bench: &Bench,
    subject: Subject,
    allocator: Allocator,
    held: Held,
    steps: &[usize],
) -> Result<Vec<f64>, Fault> {
    if held != Held::Streams && !subject.keeps_sessions() {
        return Ok(Vec::new());
    }
    let server = bench
        .place
        .start(setup(subject, Front::Legacy).with_allocator(allocator))?;
    let warm = Client::open_many(server.addr(), subject, Front::Legacy, &bench.ids, 16).await?;
    let (mut clients, _) = calls(warm, Tool::Echo, Until::Calls(200)).await?;
    let mut opener = clients.pop().ok_or("no client to open sessions with")?;
    drop(clients);
    let bytes = grow(&server, subject, held, &mut opener, steps).await?;
    drop(opener);
    server.stop()?;
    Ok(bytes)
}

/// Opens one after the other and reads the memory at each step.
async fn grow(
    server: &Server,
    subject: Subject,
    held: Held,
    opener: &mut Client,
    steps: &[usize],
) -> Result<Vec<f64>, Fault> {
    let mut sessions = Vec::new();
    let mut streams = Vec::new();
    if held == Held::Streams {
        let last = steps.last().copied().unwrap_or_default();
        for _ in 0..WARM_UP + last {
            sessions.push(session(server, subject, opener).await?);
        }
    }
    let mut next = sessions.into_iter();
    let mut hold = async |streams: &mut Vec<_>| -> Result<(), Fault> {
        match held {
            Held::Sessions => drop(session(server, subject, opener).await?),
            Held::WithState => {
                let talk = session(server, subject, opener).await?;
                opener.set_level(&talk).await?;
            }
            Held::Streams => {
                streams.push(open_stream(&next.next().ok_or("too few sessions")?).await?)
            }
        }
        Ok(())
    };
    for _ in 0..WARM_UP {
        hold(&mut streams).await?;
    }
    let before = resident(server.pid())?;
    let mut bytes = Vec::new();
    let mut open = 0;
    for &step in steps {
        for _ in open..step {
            hold(&mut streams).await?;
        }
        open = step;
        bytes.push(growth(before, resident(server.pid())?, step));
    }
    Ok(bytes)
}

async fn session(server: &Server, subject: Subject, opener: &mut Client) -> Result<Talk, Fault> {
    if subject.keeps_sessions() {
        opener.open_session().await
    } else {
        Ok(floor_talk(server.addr()))
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "memory here is far below 2^52 bytes"
)]
fn growth(before: u64, after: u64, held: usize) -> f64 {
    (after as f64 - before as f64) / held as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_need_more_files_than_allowed_are_left_out() {
        assert_eq!(steps_within(20_000), [1000, 5000]);
        assert_eq!(steps_within(1024), [0_usize; 0]);
        assert_eq!(steps_within(4096), [1000]);
    }

    #[test]
    fn memory_that_shrinks_is_shown_as_it_is() {
        assert!(growth(2000, 1000, 10) < 0.0);
    }
}
