//! What the suite itself lists: nothing in it is left out without a reason.

use anyhow::{Result, bail};

use super::plan::{LEGS, Leg, later};
use super::{Line, Suite};

/// Scenarios of one leg that are not run, and why.
pub(super) struct Left {
    pub(super) leg: String,
    pub(super) count: usize,
    pub(super) reason: &'static str,
}

/// Returns what is left out, revision by revision; extensions belong to none.
///
/// # Errors
/// The suite lists a scenario that is neither run nor left out for a reason.
pub(super) fn left(suite: &Suite) -> Result<Vec<Left>> {
    let mut left = Vec::new();
    for line in [Line::Old, Line::New] {
        sort(&suite.list(line)?, line, &mut left)?;
    }
    Ok(left)
}

fn sort(listed: &str, line: Line, left: &mut Vec<Left>) -> Result<()> {
    for (name, revision) in entries(listed) {
        // An extension is run at whichever revision has it.
        let here =
            |leg: &&Leg| leg.line == line && (leg.revision == revision || revision == "extension");
        let is_run = |leg: &Leg| leg.scenarios.iter().any(|(run, _)| *run == name);
        if LEGS.iter().filter(here).any(is_run) {
            continue;
        }
        let leg = format!("{}@{revision}", line.short());
        let Some(reason) = later(name) else {
            bail!("the suite's client scenario `{name}` of {leg} is neither run nor left out");
        };
        match left
            .iter_mut()
            .find(|left| left.leg == leg && left.reason == reason)
        {
            Some(left) => left.count += 1,
            None => left.push(Left {
                leg,
                count: 1,
                reason,
            }),
        }
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

    const LISTED: &str = "Client scenarios (test against a client):\n  \
                          - initialize [2025-06-18,2025-11-25]\n  \
                          - auth/a [2025-11-25]\n  - auth/b [2025-11-25,extension]\n";

    #[test]
    fn an_extension_is_run_where_its_revision_is() {
        let mut left = Vec::new();
        let listed = "  - sep-2640-client-no-prefetch [extension]";
        sort(listed, Line::New, &mut left).expect("run");
        assert!(left.is_empty());
        assert!(sort(listed, Line::Old, &mut left).is_err());
    }

    #[test]
    fn what_is_listed_is_run_or_left_out_for_a_reason() {
        let mut left = Vec::new();
        sort(LISTED, Line::Old, &mut left).expect("all known");
        let counts: Vec<_> = left
            .iter()
            .map(|left| (left.leg.as_str(), left.count))
            .collect();
        assert_eq!(counts, [("0.1@2025-11-25", 2), ("0.1@extension", 1)]);
        assert!(sort("  - brand-new [2026-07-28]", Line::New, &mut left).is_err());
    }
}
