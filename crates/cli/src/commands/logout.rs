//! `tidegate logout`: a login that is not wanted any more.

use std::path::PathBuf;

use tidegate::{Client, client::Target};

use super::login;
use crate::{credentials, error::Error, json::Event, runtime, show, signals};

const EXAMPLES: &str = "\
Examples:
  tidegate logout https://mcp.example.com/mcp";

/// Log out of a server: forget the login, and have its authorization server forget it too
///
/// It is forgotten here in any case. Whether the authorization server takes tokens back is its own
/// affair; most do.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The server: https://mcp.example.com/mcp
    #[arg(value_name = "SERVER")]
    target: Target,

    /// A file of certificates in PEM to trust beside the system's
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,

    /// Print one JSON event: logout
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    runtime::client(async { signals::or_interrupt(args.work()).await })
}

// === impl Args ===

impl Args {
    async fn work(&self) -> Result<(), Error> {
        let target = self.target.to_string();
        let mut builder = Client::builder(&target);
        if let Some(pem) = credentials::pem(self.cacert.as_deref())? {
            builder = builder.ca_certificate(&pem);
        }
        let oauth = credentials::kept(login::store()?);
        let was_there = builder
            .oauth(oauth)
            .logout()
            .await
            .map_err(login::explain)?;
        if self.json {
            return show::event(&Event::Logout { was_there });
        }
        show::text(&match was_there {
            true => format!("logged out of {target}"),
            false => format!("there was no login for {target}"),
        })
    }
}
