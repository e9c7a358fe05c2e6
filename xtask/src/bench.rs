//! The bench: `cargo xtask bench ARGUMENTS` runs it with those arguments.

use anyhow::Result;

use crate::shell;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    shell::run(shell::cargo("run --release --package tidegate-bench --").args(arguments))
}

/// Loads our own server for seconds: every answer and notification must be right, no time is judged.
pub(crate) fn smoke() -> Result<()> {
    run(&["--quick".to_owned()])
}
