//! What the suite itself lists: nothing in it is left out.

use anyhow::{Result, ensure};

use super::plan::{LEGS, Leg};
use super::{Line, Suite};

/// Checks that everything is run.
///
/// # Errors
/// The suite lists a scenario that is not.
pub(super) fn check(suite: &Suite) -> Result<()> {
    for line in [Line::Old, Line::New] {
        check_line(&suite.list(line)?, line)?;
    }
    Ok(())
}

fn check_line(listed: &str, line: Line) -> Result<()> {
    for (name, revision) in entries(listed) {
        // An extension is run at whichever revision has it.
        let here =
            |leg: &&Leg| leg.line == line && (leg.revision == revision || revision == "extension");
        let is_run = |leg: &Leg| leg.scenarios.iter().any(|(run, _)| *run == name);
        ensure!(
            LEGS.iter().filter(here).any(is_run),
            "the suite's client scenario `{name}` of {}@{revision} is not run",
            line.short()
        );
    }
    Ok(())
}

/// Each scenario with each revision it is listed for: `- name [2025-11-25,2026-07-28]`.
fn entries(listed: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = listed.lines();
    let entries = lines.filter_map(|line| line.trim().strip_prefix("- ")?.split_once(" ["));
    entries.flat_map(|(name, revisions)| {
        let revisions = revisions.trim_end_matches(']').split(',');
        revisions.map(move |revision| (name, revision))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_run_where_its_revision_is() {
        let listed = "  - sep-2640-client-no-prefetch [extension]";
        assert!(check_line(listed, Line::New).is_ok());
        assert!(check_line(listed, Line::Old).is_err());
    }

    #[test]
    fn what_is_listed_is_run() {
        let listed = "Client scenarios (test against a client):\n  \
                      - initialize [2025-06-18,2025-11-25]\n  \
                      - auth/metadata-default [2025-11-25]\n";
        assert!(check_line(listed, Line::Old).is_ok());
        assert!(check_line("  - brand-new [2026-07-28]", Line::New).is_err());
    }
}
