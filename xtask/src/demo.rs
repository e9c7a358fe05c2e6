//! The demo of the README, run as a newcomer runs it: it must show ten live notifications or more.

use anyhow::{Result, ensure};

use crate::shell;

/// The README promises ten or more documents.
const LEAST: usize = 10;

pub(crate) fn run() -> Result<()> {
    let mut seen = Vec::new();
    shell::watch(&mut shell::cargo("run --release -- demo --once"), |line| {
        seen.extend(place(line));
    })?;
    let total = seen.len();
    let in_order = seen
        .iter()
        .enumerate()
        .all(|(index, place)| *place == (index + 1, total));
    ensure!(
        in_order,
        "the demo's notifications are not 1/n … n/n, once each, in order: {seen:?}"
    );
    ensure!(
        total >= LEAST,
        "the demo showed {total} notifications, not {LEAST} or more"
    );
    Ok(())
}

/// Reads `i` and `n` from a line that holds `Processing document i/n:`.
fn place(line: &str) -> Option<(usize, usize)> {
    let (_, rest) = line.split_once("Processing document ")?;
    let (index, rest) = rest.split_once('/')?;
    let total = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((index.parse().ok()?, total.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn finds_the_place_in_a_line() {
        assert_eq!(
            place("  info  Processing document 3/12: tide.md"),
            Some((3, 12))
        );
        assert_eq!(place("Processing complete!"), None);
        assert_eq!(place("Processing document x/y"), None);
    }
}
