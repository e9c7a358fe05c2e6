//! System programs: CI installs them by apt; a person is told how to.

use std::sync::Once;

use anyhow::{Result, bail};

use crate::shell::{program, run, works};

use super::on_ci;

/// Package lists of a fresh machine are old or missing: read once a run, only if needed.
static UPDATE: Once = Once::new();

/// Makes sure that a system program is there.
///
/// # Errors
/// It is missing and this is no CI machine, or apt failed.
pub(crate) fn need(name: &str, test: &str, package: &str) -> Result<()> {
    if works(program(name).arg(test)) {
        return Ok(());
    }
    install(name, package)?;
    if !works(program(name).arg(test)) {
        bail!("`{name} {test}` fails even after `apt-get install {package}`");
    }
    Ok(())
}

/// Installs a package, or says that a person has to.
pub(crate) fn install(what: &str, package: &str) -> Result<()> {
    if !on_ci() {
        bail!(
            "{what} is missing: install it, for example by `apt-get install {package}`, and run this again"
        );
    }
    let mut outcome = Ok(());
    UPDATE.call_once(|| outcome = run(apt().args(["-q", "update"])));
    outcome?;
    run(apt().args(["-q", "-y", "--no-install-recommends", "install", package]))
}

fn apt() -> std::process::Command {
    let is_root = works(program("test").args(["-w", "/var/lib/dpkg"]));
    let mut command = if is_root {
        program("apt-get")
    } else {
        program("sudo")
    };
    if !is_root {
        command.args(["-n", "apt-get"]);
    }
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
