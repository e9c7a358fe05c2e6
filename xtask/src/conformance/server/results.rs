//! Reads what the suite wrote of a leg's scenarios: a folder each, `server-NAME-TIME/checks.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::super::judge::Verdict;

/// The time in a folder's name, as in `2026-11-21T07-46-26-355Z`.
const TIME_LENGTH: usize = 24;

/// The checks of one run of the suite, by scenario.
pub(super) struct Results {
    checks: BTreeMap<String, PathBuf>,
    /// What the suite said, for scenarios of which it wrote nothing.
    said: String,
}

// === impl Results ===

impl Results {
    pub(super) fn open(folder: &Path, said: String) -> Result<Self> {
        let mut checks = BTreeMap::new();
        let entries =
            fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let file = entry.path().join("checks.json");
            if let Some(name) = scenario_of(&entry.file_name().to_string_lossy())
                && file.exists()
            {
                let before = checks.insert(name.to_owned(), file);
                ensure!(before.is_none(), "the suite ran `{name}` twice");
            }
        }
        Ok(Self { checks, said })
    }

    /// Takes out how one scenario went; at least `minimum` of its checks have to have succeeded.
    pub(super) fn take(&mut self, scenario: &str, minimum: usize) -> Result<Verdict> {
        match self.checks.remove(scenario) {
            Some(file) => Verdict::of(&fs::read_to_string(file)?, minimum),
            None => Ok(Verdict::silent(&self.said)),
        }
    }

    /// Closes the results when all that was planned has been taken.
    ///
    /// # Errors
    /// The suite ran something that no plan knows.
    pub(super) fn close(self) -> Result<()> {
        let left: Vec<String> = self.checks.into_keys().collect();
        ensure!(
            left.is_empty(),
            "the suite ran what server/plan.rs does not name: {}",
            left.join(", ")
        );
        Ok(())
    }
}

fn scenario_of(folder: &str) -> Option<&str> {
    let (name, time) = folder.split_at_checked(folder.len().checked_sub(TIME_LENGTH)?)?;
    let name = name.strip_prefix("server-")?.strip_suffix('-')?;
    let is_time = time.starts_with(|first: char| first.is_ascii_digit()) && time.ends_with('Z');
    is_time.then_some(name)
}

#[cfg(test)]
mod tests;
