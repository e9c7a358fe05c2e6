//! The command line of the bench.

use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::subject::Subject;

/// Measures our server against its floors and its rivals, and writes bench/RESULTS.md.
#[derive(Debug, Clone, Parser)]
pub struct Options {
    /// Which rows to measure; without any, all of them, and RESULTS.md is written.
    pub rows: Vec<Row>,
    /// Checks our own server alone, in seconds: every answer and every notification must be right.
    #[arg(long)]
    pub quick: bool,
    /// Which servers to measure; without any, all of them, or ours alone with `--quick`.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub servers: Vec<Subject>,
    /// Rounds of the timed rows, interleaved over the servers.
    #[arg(long, default_value_t = 5)] // the middle of five shrugs off two disturbed rounds
    pub rounds: usize,
    /// Milliseconds of load a server and round.
    #[arg(long, default_value_t = 500)]
    // some 10 000 calls: far above the clock's grain, all rows in minutes
    pub millis: u64,
}

/// A row of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Row {
    /// User-space instructions a call and a notification (valgrind).
    Instructions,
    /// Server CPU a call, at 1, 16 and 64 connections.
    Cpu,
    /// Notifications from `count`: rate, CPU, time to the first.
    Notifications,
    /// Bytes a session and a stream.
    Memory,
}

// === impl Options ===

impl Options {
    /// Whether `row` is to be measured.
    #[must_use]
    pub fn wants(&self, row: Row) -> bool {
        self.rows.is_empty() || self.rows.contains(&row)
    }

    /// Returns the servers to measure.
    #[must_use]
    pub fn subjects(&self) -> &[Subject] {
        match self.servers.as_slice() {
            [] if self.quick => &[Subject::Tidegate],
            [] => Subject::value_variants(),
            named => named,
        }
    }

    /// Whether this run measures everything, and so may replace the results.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.rows.is_empty() && self.servers.is_empty() && !self.quick
    }

    /// Returns how long a server is loaded in a round.
    #[must_use]
    pub const fn time(&self) -> Duration {
        Duration::from_millis(self.millis)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn a_part_of_the_rows_never_replaces_the_results() {
        Options::command().debug_assert();
        assert!(Options::parse_from(["bench"]).is_whole());
        assert!(!Options::parse_from(["bench", "cpu"]).is_whole());
        assert!(!Options::parse_from(["bench", "--servers=axum,rmcp"]).is_whole());
        assert!(Options::parse_from(["bench", "cpu", "memory"]).wants(Row::Memory));
    }

    #[test]
    fn quick_is_ours_alone_unless_others_are_named() {
        assert_eq!(
            Options::parse_from(["bench", "--quick"]).subjects(),
            [Subject::Tidegate]
        );
        assert_eq!(
            Options::parse_from(["bench", "--quick", "--servers=rmcp"]).subjects(),
            [Subject::Rmcp]
        );
        assert_eq!(
            Options::parse_from(["bench"]).subjects(),
            Subject::value_variants()
        );
    }
}
