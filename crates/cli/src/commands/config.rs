//! `tidegate config`: what a server would be told, before it is.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::Value;

use crate::{
    error::Error,
    json::Event,
    settings::{self, Given, Loaded},
    show,
};

const EXAMPLES: &str = "\
Examples:
  tidegate config check tidegate.toml
  tidegate config show
  PORT=9000 tidegate config show --set streams.ping=10s
  tidegate config show > tidegate.toml
  tidegate config schema > tidegate.schema.json";

/// Check and show the settings of `tidegate serve`
///
/// Defaults, a TOML file (--config FILE or TIDEGATE_CONFIG), .env, TIDEGATE_* variables and flags,
/// each stronger than those before it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,

    /// Print one JSON event a line
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say whether the settings can be used, and what they were read from
    Check {
        /// A file of settings; stands for --config
        #[arg(value_name = "FILE", conflicts_with = "config")]
        file: Option<PathBuf>,

        #[command(flatten)]
        given: Given,
    },
    /// Print every setting that counts, and where it comes from; secrets are left out
    Show {
        #[command(flatten)]
        given: Given,
    },
    /// Print the JSON Schema of a settings file
    Schema,
    /// Print docs/configuration.md
    #[command(hide = true)]
    Document,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    match args.what {
        What::Check { file, mut given } => {
            given.config = given.config.or(file);
            check(&Loaded::load(&given, true)?, args.json)
        }
        What::Show { given } => print(&Loaded::load(&given, true)?, args.json),
        What::Schema if args.json => show::event(&settings::schema()),
        What::Schema => show::pretty(&settings::schema()),
        What::Document => show::text(&settings::document()),
    }
}

fn check(loaded: &Loaded, as_json: bool) -> Result<(), Error> {
    if as_json {
        let event = |(source, keys): &(String, Vec<&'static str>)| {
            show::event(&Event::Read { source, keys })
        };
        return loaded.read.iter().try_for_each(event);
    }
    match loaded.sources() {
        Some(sources) => show::text(&format!("good: settings from {sources}")),
        None => show::text("good: nothing is set, and every setting has its default"),
    }
}

fn print(loaded: &Loaded, as_json: bool) -> Result<(), Error> {
    if !as_json {
        return show::text(&loaded.toml());
    }
    loaded.shown().iter().try_for_each(|shown| {
        show::event(&Event::Setting {
            key: shown.key,
            value: shown.value.as_ref().unwrap_or(&Value::Null),
            from: &shown.from,
        })
    })
}
