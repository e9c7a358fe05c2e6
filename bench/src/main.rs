//! `tidegate-bench`: builds the servers, measures them in turn, prints the tables and writes RESULTS.md.

use std::fs;
use std::io::{Write, stdout};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use tidegate_bench::client::Ids;
use tidegate_bench::machine::{Cores, describe, pin};
use tidegate_bench::options::{Options, Row};
use tidegate_bench::report::{Table, markdown, section};
use tidegate_bench::rows::{Bench, cpu, instructions, memory, notifications};
use tidegate_bench::server::Place;
use tidegate_bench::subject::Allocator;
use tidegate_bench::{Fault, callgrind, smoke};

#[tokio::main(flavor = "current_thread")] // one thread, so that it stays on the load's core
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Fault> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cores = Cores::find();
    let place = Place::find(cores)?;
    place.build(options.subjects(), Allocator::Mimalloc, folder)?;
    if options.wants(Row::Memory) && !options.quick {
        place.build(options.subjects(), Allocator::System, folder)?;
    }
    if let Some(cores) = cores {
        pin(cores.load)?;
    }
    let bench = Bench {
        place,
        options,
        ids: Ids::new(),
    };
    if bench.options.quick {
        for &subject in bench.options.subjects() {
            smoke::check(&bench, subject).await?;
        }
        return Ok(());
    }
    let machine = describe(cores, folder);
    let (tables, skipped) = measure(&bench).await?;
    let text = markdown(&machine, &tables);
    if bench.options.is_whole() && !skipped {
        fs::write(folder.join("RESULTS.md"), &text)?;
        eprintln!("bench: bench/RESULTS.md is written");
    } else {
        eprintln!("bench: not all rows over all servers: bench/RESULTS.md stays as it is");
    }
    Ok(())
}

/// Measures what was asked for and prints each table as it is done; says whether one was left out.
async fn measure(bench: &Bench) -> Result<(Vec<Table>, bool), Fault> {
    let mut tables = Vec::new();
    let skipped = bench.options.wants(Row::Instructions) && !callgrind::is_there();
    for row in [Row::Instructions, Row::Cpu, Row::Notifications, Row::Memory] {
        if !bench.options.wants(row) {
            continue;
        }
        if row == Row::Instructions && skipped {
            eprintln!("bench: no valgrind here, so no instructions: `apt-get install valgrind`");
            continue;
        }
        let found = match row {
            Row::Instructions => instructions::measure(bench).await?,
            Row::Cpu => cpu::measure(bench).await?,
            Row::Notifications => notifications::measure(bench).await?,
            Row::Memory => memory::measure(bench).await?,
        };
        for table in &found {
            writeln!(stdout(), "{}", section(table))?;
        }
        tables.extend(found);
    }
    Ok((tables, skipped))
}
