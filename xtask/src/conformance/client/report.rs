//! The client's score: a line a scenario, a column a leg.

use std::fmt::Write as _;

use anyhow::{Result, ensure};

use super::Run;
use super::plan::LEGS;

/// Shows how all runs went.
///
/// # Errors
/// One of them is not as expected.
pub(super) fn report(runs: &[Run]) -> Result<()> {
    eprintln!("\n{}", table(runs));
    let failed: Vec<&Run> = runs.iter().filter(|run| !run.verdict.passed).collect();
    for Run {
        leg,
        scenario,
        verdict,
    } in &failed
    {
        let (revision, version) = (leg.revision, leg.line.version());
        eprintln!(
            "FAIL {scenario} at {revision} (suite {version}): {}",
            verdict.reason
        );
    }
    let good = runs.len() - failed.len();
    eprintln!(
        "conformance: {good} of {} client scenarios as expected",
        runs.len()
    );
    ensure!(
        failed.is_empty(),
        "{} client scenarios are not as expected",
        failed.len()
    );
    Ok(())
}

/// A line a scenario, a column a leg: the number of checks that passed, `FAIL`, or `-` where it does
/// not apply.
fn table(runs: &[Run]) -> String {
    let mut text = format!("{:42}", "checks passed (client)");
    for leg in LEGS {
        let _ = write!(
            text,
            "{:>16}",
            format!("{}@{}", leg.line.short(), leg.revision)
        );
    }
    text.push('\n');
    let mut names: Vec<&str> = Vec::new();
    for run in runs {
        if !names.contains(&run.scenario) {
            names.push(run.scenario);
        }
    }
    for name in names {
        let _ = write!(text, "{name:42}");
        for leg in LEGS {
            let is_here = |run: &&Run| run.scenario == name && std::ptr::eq(run.leg, leg);
            let cell = runs
                .iter()
                .find(is_here)
                .map_or_else(|| "-".into(), |run| run.verdict.cell());
            let _ = write!(text, "{cell:>16}");
        }
        text.push('\n');
    }
    text
}
