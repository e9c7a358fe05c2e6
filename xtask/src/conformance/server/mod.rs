//! The suite's server scenarios, a leg a run, against our conformance server (or any other).
//!
//! ```text
//!   conformance-server --respond auto ◀── leg, leg, leg …
//!   conformance-server --respond sse  ◀── leg, leg, leg …   both at the same time
//! ```

mod plan;
mod report;
mod results;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::server::Server;
use crate::shell::{program, target_dir};
use crate::toolbox::{Cache, Node, packages};

use super::judge::Verdict;
use plan::{LEGS, Leg, Respond};
use results::Results;

/// One scenario at one revision of the protocol, and how it went.
struct Run {
    leg: &'static Leg,
    respond: Respond,
    scenario: &'static str,
    verdict: Verdict,
}

/// What runs the suite, and where.
struct Suite {
    node: Node,
    folder: PathBuf,
    results: PathBuf,
}

/// Judges our conformance server, which has been built: once as it answers by itself, once as it
/// answers with nothing but streams.
pub(super) fn judge_ours(only: &[String]) -> Result<()> {
    let binary = target_dir().join("debug/conformance-server");
    let start = |respond: Respond| {
        let flags = ["--listen", "127.0.0.1:0", "--respond", respond.word()];
        Server::start(program(&binary).args(flags))
    };
    let (auto, sse) = (start(Respond::Auto)?, start(Respond::Sse)?);
    judge(
        &[(Respond::Auto, auto.url()), (Respond::Sse, sse.url())],
        only,
    )
}

/// Judges the server at this URL.
pub(super) fn judge_url(url: &str, only: &[String]) -> Result<()> {
    judge(&[(Respond::Auto, url)], only)
}

/// A server is judged by one leg at a time: what a scenario changes in it, others would hear.
fn judge(servers: &[(Respond, &str)], only: &[String]) -> Result<()> {
    for name in only {
        let mut all = LEGS.iter().flat_map(Leg::scenarios);
        ensure!(all.any(|known| known == name), "no leg runs `{name}`");
    }
    let cache = Cache::open();
    let suite = Suite {
        node: Node::find(&cache)?,
        folder: packages(&cache, "suite", "xtask/suite")?,
        results: target_dir().join("conformance/server"),
    };
    let outcomes: Vec<Result<Vec<Run>>> = thread::scope(|scope| {
        let suite = &suite;
        let judging: Vec<_> = servers
            .iter()
            .map(|&(respond, url)| scope.spawn(move || suite.run_legs(respond, url, only)))
            .collect();
        judging
            .into_iter()
            .map(|thread| thread.join().expect("a leg returns its error"))
            .collect()
    });
    let mut runs = Vec::new();
    for outcome in outcomes {
        runs.extend(outcome?);
    }
    report::report(&runs)
}

// === impl Suite ===

impl Suite {
    fn run_legs(&self, respond: Respond, url: &str, only: &[String]) -> Result<Vec<Run>> {
        let mut runs = Vec::new();
        for leg in LEGS {
            let folder = self
                .results
                .join(respond.word())
                .join(leg.line.folder())
                .join(leg.revision);
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            fs::create_dir_all(&folder)?;
            runs.extend(self.run_leg(leg, respond, url, &folder, only)?);
        }
        Ok(runs)
    }

    fn run_leg(
        &self,
        leg: &'static Leg,
        respond: Respond,
        url: &str,
        folder: &Path,
        only: &[String],
    ) -> Result<Vec<Run>> {
        let is_wanted = |scenario: &&str| only.is_empty() || only.iter().any(|o| o == scenario);
        let wanted: Vec<_> = leg.scenarios().filter(is_wanted).collect();
        let mut said = String::new();
        let mut by_name = wanted.as_slice();
        if only.is_empty() {
            said = self.run(leg, url, leg.words, folder)?;
            by_name = leg.named;
        }
        for scenario in by_name {
            let mut words = vec!["--scenario", scenario, "--spec-version", leg.revision];
            words.extend(leg.line.force());
            said += &self.run(leg, url, &words, folder)?;
        }
        let mut results = Results::open(folder, said)?;
        let mut runs = Vec::with_capacity(wanted.len());
        for scenario in wanted {
            runs.push(Run {
                leg,
                respond,
                scenario,
                verdict: results.take(scenario, leg.minimum(scenario, respond))?,
            });
        }
        results.close()?;
        Ok(runs)
    }

    /// Runs the suite, and returns the end of what it said.
    fn run(&self, leg: &Leg, url: &str, words: &[&str], folder: &Path) -> Result<String> {
        let modules = self.folder.join("node_modules");
        let entry = modules.join(leg.line.folder()).join("dist/index.js");
        let log = folder.join("suite.log");
        let file = File::options().create(true).append(true).open(&log)?;
        // Its exit status says only that nothing failed; the checks that it wrote say what passed.
        self.node
            .script(&entry)
            .args(["server", "--url", url])
            .args(words)
            .arg("-o")
            .arg(folder)
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()
            .context("cannot run the suite")?;
        let said = fs::read_to_string(&log)?;
        let lines: Vec<&str> = said.lines().rev().take(LAST_LINES).collect();
        Ok(lines.into_iter().rev().collect::<Vec<_>>().join("\n"))
    }
}

/// As many lines of the suite's as say why it wrote no checks.
const LAST_LINES: usize = 5;
