//! The `tidegate` command: reads the command line, runs one subcommand, and makes an exit code of
//! what came of it.
//!
//! ```text
//! words ─▶ cli ─▶ commands/… ─▶ the library ─▶ talk (stderr), show or json (stdout) ─▶ exit code
//! ```

mod cli;
mod commands;
mod day;
mod key_file;
mod forms;
mod answers;
mod arguments;
mod credentials;
mod settings;
mod remote;
mod nearest;
mod span;
mod runtime;
mod signals;
mod talk;
mod invite;
mod offer;
mod show;
mod table;
mod error;
mod json;
mod printable;

use std::process::ExitCode;

use clap::Parser;

use self::cli::Cli;

/// A server allocates and frees small things on every call; this is faster at it than most
/// systems' own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.json();
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(json),
    }
}
