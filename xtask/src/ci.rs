//! Everything CI runs, in one order: what is cheap and often wrong comes first, the first failure ends it.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::shell::{cargo, run as run_program, watch, works};
use crate::tally::Tally;
use crate::toolbox::{Cache, cargo_deny, need};
use crate::{bench, conformance, demo, interop, map};

type Step = (&'static str, fn(&mut Ci) -> Result<()>);

const STEPS: &[Step] = &[
    ("fmt", fmt),
    ("map", |_| map::check()),
    ("deny", deny),
    ("clippy", clippy),
    ("build", |_| build()),
    ("test", test),
    ("fuzz", fuzz),
    ("doctest", |ci| {
        ci.tests(&mut cargo("test --doc --workspace --locked"))
    }),
    ("doc", doc),
    ("interop", interop),
    ("conformance", |_| {
        build().and_then(|()| conformance::judge_ours(&[]))
    }),
    ("demo", |_| demo::run()),
    ("bench", |_| bench::smoke()),
];

/// The integration crate's tests that need Node, Python or rmcp are behind this feature: a plain
/// `cargo test` holds none of them, so it has none to skip.
const INTEROP: &str = "--features tidegate-integration/interop";

/// The workspaces beside ours: rivals and peers, with dependencies that ours does not have.
const OUTSIDE: &[&str] = &[
    "bench/rivals/Cargo.toml",
    "integration/peers/rmcp/Cargo.toml",
];

/// One run of CI.
struct Ci {
    cache: Cache,
    tally: Tally,
    times: Vec<(&'static str, Duration)>,
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if arguments == ["--list"] {
        STEPS.iter().for_each(|(name, _)| eprintln!("{name}"));
        return Ok(());
    }
    let steps = chosen(arguments)?;
    let mut ci = Ci {
        cache: Cache::open(),
        tally: Tally::default(),
        times: Vec::new(),
    };
    let outcome = steps.iter().try_for_each(|step| ci.take(step));
    ci.close();
    outcome
}

fn chosen(names: &[String]) -> Result<Vec<&'static Step>> {
    for name in names {
        if !STEPS.iter().any(|(step, _)| step == name) {
            bail!("CI has no step `{name}`; `cargo xtask ci --list` names them");
        }
    }
    Ok(STEPS
        .iter()
        .filter(|(step, _)| names.is_empty() || names.iter().any(|n| n == step))
        .collect())
}

// === impl Ci ===

impl Ci {
    fn take(&mut self, (name, step): &Step) -> Result<()> {
        eprintln!("\n=== {name} ===");
        let begin = Instant::now();
        let outcome = step(self);
        self.times.push((name, begin.elapsed()));
        match &outcome {
            Ok(()) => eprintln!(
                "=== {name}: done in {:.1} s ===",
                begin.elapsed().as_secs_f64()
            ),
            Err(error) => {
                eprintln!("=== {name}: FAILED ===\n{error:#}\nagain: cargo xtask ci {name}");
            }
        }
        outcome.map_err(|_| anyhow::anyhow!("CI failed at `{name}`"))
    }

    /// Runs tests and counts them.
    fn tests(&mut self, command: &mut std::process::Command) -> Result<()> {
        watch(command, |line| self.tally.hear(line))
    }

    /// Says how long each step took, and last, alone on its line, how many tests passed and failed.
    fn close(&self) {
        eprintln!("\n=== CI ===");
        for (name, time) in &self.times {
            eprintln!("{name:12} {:7.1} s", time.as_secs_f64());
        }
        let total: Duration = self.times.iter().map(|(_, time)| *time).sum();
        eprintln!("{:12} {:7.1} s", "all", total.as_secs_f64());
        self.tally
            .closing_lines
            .iter()
            .for_each(|line| eprintln!("{line}"));
        eprintln!("{} passed, {} failed", self.tally.passed, self.tally.failed);
    }
}

// === the steps that need more than a line ===

fn fmt(_: &mut Ci) -> Result<()> {
    run_program(&mut cargo("fmt --all --check"))?;
    for manifest in OUTSIDE {
        run_program(cargo("fmt --all --check --manifest-path").arg(manifest))?;
    }
    Ok(())
}

/// The advisory database is a git repository that not every build machine reaches: it is not asked.
fn deny(ci: &mut Ci) -> Result<()> {
    run_program(cargo_deny(&ci.cache)?.args(["--locked", "check", "bans", "licenses", "sources"]))
}

fn clippy(_: &mut Ci) -> Result<()> {
    let words = format!("clippy --workspace --all-targets {INTEROP} --locked -- -D warnings");
    run_program(&mut cargo(&words))
}

/// Builds programs and tests in one go: what stands below them is then built once, with one choice of
/// features. Where that has been done before, it takes no time.
fn build() -> Result<()> {
    run_program(&mut cargo("build --workspace --all-targets --locked"))
}

fn test(ci: &mut Ci) -> Result<()> {
    // The client's children are Python's, and the guides' commands curl's.
    need("python3", "--version", "python3")?;
    need("curl", "--version", "curl")?;
    build()?;
    let has_nextest = works(&mut cargo("nextest --version"));
    let mut tests = cargo(if has_nextest {
        "nextest run"
    } else {
        "test --all-targets"
    });
    tests.args(["--workspace", "--locked", "--no-fail-fast"]);
    ci.tests(tests.env(interop::COMMAND, interop::command()))?;
    ensure!(ci.tally.passed > 0, "no test was run");
    Ok(())
}

/// Gives each fuzz target a minute, or what `BOLERO_RANDOM_TEST_TIME_MS` says; those of a file at once.
fn fuzz(ci: &mut Ci) -> Result<()> {
    const TIME: &str = "BOLERO_RANDOM_TEST_TIME_MS";
    let mut tests =
        cargo("test -p tidegate-fuzz --tests --locked --no-fail-fast -- --test-threads=4");
    if std::env::var_os(TIME).is_none() {
        tests.env(TIME, "60000");
    }
    ci.tests(&mut tests)
}

fn doc(_: &mut Ci) -> Result<()> {
    run_program(cargo("doc --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings"))
}

fn interop(ci: &mut Ci) -> Result<()> {
    build()?;
    let words = format!("test --workspace --test interop {INTEROP} --locked --no-fail-fast");
    let mut tests = cargo(&words);
    interop::prepare(&ci.cache, &mut tests)?;
    let before = ci.tally.passed;
    ci.tests(&mut tests)?;
    ensure!(ci.tally.passed > before, "no interop test was run");
    Ok(())
}
