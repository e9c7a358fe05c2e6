//! Chromium, under any of its names: the machine's own, or apt's.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::shell::{program, works};

use super::apt;

/// The names it goes by, Debian's first.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Returns the browser's program.
///
/// # Errors
/// There is none, and apt has none to give either.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install("Chromium", "chromium")?;
    match find() {
        Some(found) => Ok(found),
        None => bail!(
            "no Chromium runs here, even after `apt-get install chromium`: install one, under any of \
             the names {}",
            NAMES.join(", ")
        ),
    }
}

fn find() -> Option<PathBuf> {
    let runs = |name: &&str| works(program(name).arg("--version"));
    NAMES.into_iter().find(runs).map(PathBuf::from)
}
