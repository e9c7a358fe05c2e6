//! The command line as a whole: its subcommands, and what its help says of them all.

use clap::{Parser, Subcommand};

use crate::{
    commands::{
        call, config, connect, demo, key, list, login, logout, prompt, read, serve, stream, watch,
    },
    error::{EXIT_CODES, Error},
};

/// Streams for the Model Context Protocol: serve tools, call them, watch them work
///
/// Try it: `tidegate demo`
#[derive(Debug, Parser)]
#[command(name = "tidegate", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Serve(serve::Args),
    Call(call::Args),
    Stream(stream::Args),
    // Nothing is asked in the middle of a list, nor of what changes.
    #[command(mut_arg("answer", |arg| arg.hide(true)))]
    List(list::Args),
    Read(read::Args),
    Prompt(prompt::Args),
    #[command(mut_arg("answer", |arg| arg.hide(true)))]
    Watch(watch::Args),
    Connect(connect::Args),
    Login(login::Args),
    Logout(logout::Args),
    Config(config::Args),
    Key(key::Args),
}

// === impl Cli ===

impl Cli {
    /// Runs the subcommand to its end.
    pub(crate) fn run(self) -> Result<(), Error> {
        match self.command {
            Command::Demo(args) => demo::run(args),
            Command::Serve(args) => serve::run(args),
            Command::Call(args) => call::run(args),
            Command::Stream(args) => stream::run(args),
            Command::List(args) => list::run(args),
            Command::Read(args) => read::run(args),
            Command::Prompt(args) => prompt::run(args),
            Command::Watch(args) => watch::run(args),
            Command::Connect(args) => connect::run(args),
            Command::Login(args) => login::run(args),
            Command::Logout(args) => logout::run(args),
            Command::Config(args) => config::run(args),
            Command::Key(args) => key::run(args),
        }
    }

    /// Says whether stdout is for a machine.
    pub(crate) const fn json(&self) -> bool {
        match &self.command {
            Command::Demo(args) => args.json,
            Command::Serve(args) => args.json,
            Command::Call(args) => args.json,
            Command::Stream(args) => args.json,
            Command::List(args) => args.json,
            Command::Read(args) => args.json,
            Command::Prompt(args) => args.json,
            Command::Watch(args) => args.json,
            Command::Login(args) => args.json,
            Command::Logout(args) => args.json,
            Command::Config(args) => args.json,
            Command::Key(args) => args.json,
            // Its stdout is the protocol's.
            Command::Connect(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_made() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_subcommand_teaches_with_an_example_and_has_json() {
        for command in Cli::command().get_subcommands() {
            let help = command.clone().render_long_help().to_string();
            let example = format!("tidegate {}", command.get_name());
            assert!(
                help.contains("Examples:") && help.contains(&example),
                "{help}"
            );
            // What speaks the protocol on stdout prints nothing else there.
            let speaks = command.get_name() == "connect";
            assert!(speaks || help.contains("--json"), "{help}");
        }
    }

    #[test]
    fn answers_are_offered_where_something_asks() {
        for (name, asks) in [
            ("call", true),
            ("read", true),
            ("prompt", true),
            ("list", false),
            ("watch", false),
        ] {
            let mut command = Cli::command();
            let command = command.find_subcommand_mut(name).unwrap();
            let help = command.render_long_help().to_string();
            assert_eq!(help.contains("--answer"), asks, "{help}");
            assert!(help.contains("--deadline"), "{help}");
        }
    }

    #[test]
    fn the_help_has_the_exit_codes() {
        assert!(
            Cli::command()
                .render_help()
                .to_string()
                .contains("130  Ctrl-C")
        );
    }
}
