//! The server's score: a table for the eye, then each scenario that is not as expected, with its
//! reason.

use std::fmt::Write as _;

use anyhow::{Result, ensure};

use super::Run;
use super::plan::{LEGS, Leg};

/// Shows how all runs went.
///
/// # Errors
/// One of them is not as expected.
pub(super) fn report(runs: &[Run]) -> Result<()> {
    eprintln!("\n{}", table(runs));
    let failed: Vec<&Run> = runs.iter().filter(|run| !run.verdict.passed).collect();
    for Run {
        leg,
        respond,
        scenario,
        verdict,
    } in &failed
    {
        let (revision, version) = (leg.revision, leg.line.version());
        eprintln!(
            "FAIL {scenario} at {revision} (suite {version}, --respond {}): {}",
            respond.word(),
            verdict.reason
        );
    }
    let good = runs.len() - failed.len();
    eprintln!(
        "conformance: {good} of {} server scenarios as expected",
        runs.len()
    );
    ensure!(
        failed.is_empty(),
        "{} server scenarios are not as expected",
        failed.len()
    );
    Ok(())
}

/// A line a scenario, a column a leg: the number of checks that passed, first of the server that
/// answers by itself, then of the one that streams; `FAIL`, or `-` where the scenario does not apply.
fn table(runs: &[Run]) -> String {
    let mut text = format!("{:47}", "checks passed (server, auto/sse)");
    for leg in LEGS {
        let name = format!("{}@{}", leg.line.short(), leg.revision);
        let _ = write!(text, "{name:>16}");
    }
    text.push('\n');
    for name in names(runs) {
        let _ = write!(text, "{name:47}");
        for leg in LEGS {
            let _ = write!(text, "{:>16}", cell(runs, leg, name));
        }
        text.push('\n');
    }
    let _ = write!(text, "{:47}", "all");
    for leg in LEGS {
        let _ = write!(text, "{:>16}", total(runs, leg));
    }
    text.push('\n');
    text
}

fn cell(runs: &[Run], leg: &Leg, name: &str) -> String {
    let cells: Vec<String> = of_leg(runs, leg)
        .filter(|run| run.scenario == name)
        .map(|run| run.verdict.cell())
        .collect();
    if cells.is_empty() {
        return "-".to_owned();
    }
    cells.join("/")
}

fn total(runs: &[Run], leg: &Leg) -> String {
    let mut totals: Vec<(_, usize)> = Vec::new();
    for run in of_leg(runs, leg) {
        match totals.last_mut() {
            Some((respond, total)) if *respond == run.respond => *total += run.verdict.successes(),
            _ => totals.push((run.respond, run.verdict.successes())),
        }
    }
    let totals: Vec<String> = totals.iter().map(|(_, total)| total.to_string()).collect();
    totals.join("/")
}

fn of_leg<'a>(runs: &'a [Run], leg: &'a Leg) -> impl Iterator<Item = &'a Run> {
    runs.iter().filter(|run| std::ptr::eq(run.leg, leg))
}

/// The scenarios, in the order in which they are planned.
fn names(runs: &[Run]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for run in runs {
        if !names.contains(&run.scenario) {
            names.push(run.scenario);
        }
    }
    names
}
