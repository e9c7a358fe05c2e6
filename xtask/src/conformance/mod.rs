//! The official suite, scenario by scenario, against our conformance server (or any other) and our
//! conformance client.

mod client;
mod judge;
mod plan;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail, ensure};

use crate::server::Server;
use crate::shell::{cargo, program, run as run_program, target_dir};
use crate::toolbox::{Cache, Node, packages};

use judge::Verdict;
use plan::{LEGS, Leg, minimum};
use report::report;

/// Two scenarios at a time: as many as the smallest machine has cores, and none waits for its turn
/// so long that a deadline inside the suite passes.
const AT_ONCE: usize = 2;

/// One scenario at one revision of the protocol, and how it went.
struct Run {
    leg: &'static Leg,
    scenario: &'static str,
    verdict: Verdict,
}

/// What runs the suite, and where.
struct Suite {
    node: Node,
    folder: PathBuf,
    results: PathBuf,
    url: String,
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    match arguments {
        [flag, url, only @ ..] if flag == "--url" => judge_server(url, only),
        [flag, ..] if flag.starts_with('-') => {
            bail!("usage: cargo xtask conformance [--url URL] [SCENARIO…]")
        }
        only => {
            run_program(&mut cargo("build --package tidegate-conformance --bins"))?;
            judge_ours(only)
        }
    }
}

/// Judges our conformance server and client, which have been built. Names choose scenarios of either.
pub(crate) fn judge_ours(only: &[String]) -> Result<()> {
    let (clients, servers): (Vec<String>, Vec<String>) =
        only.iter().cloned().partition(|name| client::plays(name));
    if only.is_empty() || !servers.is_empty() {
        judge_our_server(&servers)?;
    }
    if only.is_empty() || !clients.is_empty() {
        client::judge_ours(&clients)?;
    }
    Ok(())
}

fn judge_our_server(only: &[String]) -> Result<()> {
    let binary = target_dir().join("debug/conformance-server");
    let server = Server::start(program(binary).args(["--listen", "127.0.0.1:0"]))?;
    judge_server(server.url(), only)
}

fn judge_server(url: &str, only: &[String]) -> Result<()> {
    let planned = planned(only)?;
    let cache = Cache::open();
    let suite = Suite {
        node: Node::find(&cache)?,
        folder: packages(&cache, "suite", "xtask/suite")?,
        results: target_dir().join("conformance"),
        url: url.to_owned(),
    };
    report(&suite.run_all(&planned)?)
}

fn planned(only: &[String]) -> Result<Vec<(&'static Leg, &'static str)>> {
    let all = LEGS
        .iter()
        .flat_map(|leg| leg.scenarios().map(move |scenario| (leg, scenario)));
    let planned: Vec<_> = all
        .filter(|(_, scenario)| only.is_empty() || only.iter().any(|o| o == scenario))
        .collect();
    for name in only {
        ensure!(
            planned.iter().any(|(_, scenario)| scenario == name),
            "no leg runs `{name}`"
        );
    }
    Ok(planned)
}

// === impl Suite ===

impl Suite {
    fn run_all(&self, planned: &[(&'static Leg, &'static str)]) -> Result<Vec<Run>> {
        let mut outcomes = Vec::with_capacity(planned.len());
        for batch in planned.chunks(AT_ONCE) {
            thread::scope(|scope| {
                let running: Vec<_> = batch
                    .iter()
                    .map(|&(leg, scenario)| scope.spawn(move || self.run_one(leg, scenario)))
                    .collect();
                outcomes.extend(
                    running
                        .into_iter()
                        .map(|run| run.join().expect("a run returns its error")),
                );
            });
        }
        outcomes.into_iter().collect()
    }

    fn run_one(&self, leg: &'static Leg, scenario: &'static str) -> Result<Run> {
        let results = self
            .results
            .join(leg.line.folder())
            .join(leg.revision)
            .join(scenario);
        if results.exists() {
            fs::remove_dir_all(&results)?;
        }
        let entry = self
            .folder
            .join("node_modules")
            .join(leg.line.folder())
            .join("dist/index.js");
        // Its exit status says only that nothing failed; the checks that it wrote say what passed.
        let output = self
            .node
            .script(&entry)
            .args(["server", "--url", &self.url, "--scenario", scenario])
            .args(["--spec-version", leg.revision, "-o"])
            .arg(&results)
            .output()
            .context("cannot run the suite")?;
        let verdict = match checks_in(&results) {
            Some(file) => Verdict::of(&fs::read_to_string(file)?, minimum(leg, scenario))?,
            None => Verdict::silent(&String::from_utf8_lossy(&output.stderr)),
        };
        Ok(Run {
            leg,
            scenario,
            verdict,
        })
    }
}

/// Finds the `checks.json` of a run, in the folder with a time in its name.
fn checks_in(results: &Path) -> Option<PathBuf> {
    fs::read_dir(results)
        .ok()?
        .flatten()
        .map(|run| run.path().join("checks.json"))
        .find(|f| f.exists())
}
