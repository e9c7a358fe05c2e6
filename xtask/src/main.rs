//! The repository's chores, one a file: `cargo xtask CHORE`.

mod bench;
mod ci;
mod conformance;
mod demo;
mod docs;
mod interop;
mod map;
mod server;
mod shell;
mod tally;
mod toolbox;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask CHORE

  ci [STEP…]             everything CI runs, in order, or only the steps named; `ci --list` names them
  map [--check]          draws the crate map into ARCHITECTURE.md, or says whether it is fresh
  docs                   writes docs/configuration.md from the command's types; a test says when it is stale
  conformance [--url URL] [SCENARIO…]
                         the official suite against our conformance server (or against URL)
  bench [ARGUMENT…]      the bench, with the arguments passed on
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (chore, rest) = match arguments.split_first() {
        Some((chore, rest)) => (chore.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = match chore {
        "ci" => ci::run(rest),
        "map" => map::run(rest),
        "docs" => docs::run(rest),
        "conformance" => conformance::run(rest),
        "bench" => bench::run(rest),
        "help" | "-h" | "--help" => {
            eprint!("{USAGE}");
            Ok(())
        }
        unknown => Err(anyhow::anyhow!("there is no chore `{unknown}`\n\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
