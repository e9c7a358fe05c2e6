//! The suite's client scenarios, one by one, against our conformance client.

mod listed;
mod plan;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::shell::target_dir;
use crate::toolbox::{Cache, Node, packages};

use super::judge::Verdict;
use super::plan::Line;
use plan::{LEGS, Leg};

pub(super) use plan::plays;

/// One scenario takes two seconds, and the client gives up after 25. The suite itself waits for the
/// pipes of a client that hangs for as long as they are open.
const DEADLINE: Duration = Duration::from_secs(60);

/// One scenario at one revision, and how it went.
struct Run {
    leg: &'static Leg,
    scenario: &'static str,
    verdict: Verdict,
}

/// What runs the suite, and what it runs.
struct Suite {
    node: Node,
    folder: PathBuf,
    results: PathBuf,
    client: PathBuf,
}

/// Judges our conformance client, which has been built.
pub(super) fn judge_ours(only: &[String]) -> Result<()> {
    let cache = Cache::open();
    let suite = Suite {
        node: Node::find(&cache)?,
        folder: packages(&cache, "suite", "xtask/suite")?,
        results: target_dir().join("conformance/client"),
        client: target_dir().join("debug/conformance-client"),
    };
    listed::check(&suite)?;
    let mut runs = Vec::new();
    for leg in LEGS {
        for &(scenario, minimum) in leg.scenarios {
            if only.is_empty() || only.iter().any(|name| name == scenario) {
                // One at a time: a scenario measures when the client comes back, to 50 ms.
                let verdict = suite.run(leg, scenario, minimum)?;
                runs.push(Run {
                    leg,
                    scenario,
                    verdict,
                });
            }
        }
    }
    report::report(&runs)
}

// === impl Suite ===

impl Suite {
    fn run(&self, leg: &Leg, scenario: &str, minimum: usize) -> Result<Verdict> {
        let results = self
            .results
            .join(leg.line.folder())
            .join(leg.revision)
            .join(scenario);
        if results.exists() {
            fs::remove_dir_all(&results)?;
        }
        fs::create_dir_all(&results)?;
        let log = results.join("suite.log");
        let file = fs::File::create(&log)?;
        // `exec`: what the suite ends when its time is up is the client, and not a shell before it.
        let command = format!("exec '{}'", self.client.display());
        let suite = self
            .script(leg.line)
            .args(["client", "--command", &command, "--scenario", scenario])
            .args(["--spec-version", leg.revision])
            .args(leg.line.force())
            .arg("-o")
            .arg(&results)
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .context("cannot run the suite")?;
        let status = wait(suite)?;
        let verdict = match checks_in(&results) {
            Some(file) => Verdict::of(&fs::read_to_string(file)?, minimum)?,
            None => Verdict::silent(&fs::read_to_string(&log)?),
        };
        // Here the suite's status is the client's, too.
        Ok(match status {
            Some(status) if status.success() => verdict,
            Some(status) => verdict.but(&format!("the suite ended with {status}")),
            None => verdict.but(&format!("it was not done within {DEADLINE:?}")),
        })
    }

    fn script(&self, line: Line) -> std::process::Command {
        let modules = self.folder.join("node_modules");
        let entry = modules.join(line.folder()).join("dist/index.js");
        self.node.script(&entry)
    }

    /// Returns what one line of the suite prints of its client scenarios.
    fn list(&self, line: Line) -> Result<String> {
        let output = self
            .script(line)
            .args(["list", "--client"])
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run the suite")?;
        ensure!(output.status.success(), "the suite does not list scenarios");
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Waits for the suite's end; ends it when its time is up, and returns nothing then.
fn wait(mut suite: Child) -> Result<Option<ExitStatus>> {
    let until = Instant::now() + DEADLINE;
    while Instant::now() < until {
        if let Some(status) = suite.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(20));
    }
    suite.kill()?;
    suite.wait()?;
    Ok(None)
}

/// Finds the `checks.json` of a run, in the folder with a time in its name; of `auth/x`, one deeper.
fn checks_in(results: &Path) -> Option<PathBuf> {
    let folders = || fs::read_dir(results).into_iter().flatten().flatten();
    let here = folders().map(|run| run.path().join("checks.json"));
    here.chain(folders().filter_map(|folder| deeper(&folder.path())))
        .find(|file| file.exists())
}

fn deeper(folder: &Path) -> Option<PathBuf> {
    let mut runs = fs::read_dir(folder).ok()?.flatten();
    runs.find_map(|run| Some(run.path().join("checks.json")).filter(|file| file.exists()))
}
