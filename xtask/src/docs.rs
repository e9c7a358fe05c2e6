//! The pages that the command writes of itself.

use std::fs;

use anyhow::{Result, bail};

use crate::shell::{cargo, read, root};

const PAGE: &str = "docs/configuration.md";

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let [] = arguments else {
        bail!("usage: cargo xtask docs");
    };
    let text = read(&mut cargo(
        "run --quiet --locked -p tidegate-cli -- config document",
    ))?;
    fs::write(root().join(PAGE), text)?;
    Ok(())
}
