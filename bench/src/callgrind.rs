//! User-space instructions of a server, exact where times are not: callgrind, as the difference of two runs.
//!
//! ```text
//! (instructions(start + 2N calls + stop) - instructions(start + N calls + stop)) / N
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Fault;
use crate::client::{Client, Front, Ids};
use crate::server::Place;
use crate::subject::Setup;
use crate::wire::Tool;

/// How many calls, or notifications, the two runs differ by.
pub const DIFFERENCE: u32 = 1000;
/// Calls before the counted ones, so that both runs count a warm server.
const WARM_UP: u32 = 50;

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// Calls of this tool, one after the other on one connection.
    Calls(Tool),
    /// Calls that each send so many notifications, one call after the other.
    Counting(u32),
    /// The notifications of one counting call.
    Notifications,
}

/// Whether callgrind can be run here.
#[must_use]
pub fn is_there() -> bool {
    Command::new("valgrind")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Returns the instructions of one call or one notification.
///
/// # Errors
/// When the server cannot be run or answers wrongly.
pub async fn instructions(
    place: &Place,
    setup: Setup,
    front: Front,
    work: Work,
) -> Result<f64, Fault> {
    let once = total(place, setup, front, work, DIFFERENCE).await?;
    let twice = total(place, setup, front, work, 2 * DIFFERENCE).await?;
    let difference = i32::try_from(
        twice
            .checked_sub(once)
            .ok_or("twice the work took fewer instructions")?,
    )?;
    Ok(f64::from(difference) / f64::from(DIFFERENCE))
}

/// Runs the server from start to stop and returns what callgrind counted.
async fn total(
    place: &Place,
    setup: Setup,
    front: Front,
    work: Work,
    times: u32,
) -> Result<u64, Fault> {
    let out = out_file();
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--fair-sched=yes", "--quiet"]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display()));
    let server = place.start_under(valgrind, setup)?;
    let mut client = Client::open(server.addr(), setup.subject, front, &Ids::new()).await?;
    if let Some(shows) = server.shows() {
        client = client.showing(shows);
    }
    match work {
        Work::Calls(tool) => {
            for _ in 0..WARM_UP + times {
                client.call(tool).await?;
            }
        }
        Work::Counting(n) => {
            for _ in 0..WARM_UP + times {
                client.count(n).await?;
            }
        }
        Work::Notifications => {
            for _ in 0..WARM_UP {
                client.count(1).await?;
            }
            client.count(times).await?;
        }
    }
    drop(client);
    server.stop()?;
    let total = read_total(&out)?;
    fs::remove_file(&out)?;
    Ok(total)
}

fn out_file() -> PathBuf {
    std::env::temp_dir().join(format!("tidegate-bench-{}.callgrind", std::process::id()))
}

/// Reads the line that sums up callgrind's file.
fn read_total(out: &Path) -> Result<u64, Fault> {
    let text =
        fs::read_to_string(out).map_err(|error| format!("callgrind left no figures: {error}"))?;
    let totals = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("totals: "));
    Ok(totals
        .ok_or("a callgrind file without totals")?
        .trim()
        .parse()?)
}
