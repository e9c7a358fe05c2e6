//! Python and the packages of a requirements file, in a virtual environment of their own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::shell::{program, root, run, works};

use super::{Cache, apt};

/// Returns a Python that has what a requirements file of the repository names.
pub(crate) fn python_with(cache: &Cache, name: &str, requirements: &str) -> Result<PathBuf> {
    let file = root().join(requirements);
    let source = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let dir = cache.entry(name, &source, |dir| {
        make_environment(dir)?;
        let mut pip = program(dir.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ]);
        run(pip.arg(&file))
    })?;
    Ok(dir.join("bin/python"))
}

fn make_environment(dir: &Path) -> Result<()> {
    let mut venv = program("python3");
    venv.args(["-m", "venv"]).arg(dir);
    // Debian's python3 has the module but not what it needs to put pip into the environment.
    if works(&mut venv) {
        return Ok(());
    }
    apt::install("Python 3.10 or newer with venv", "python3-venv")?;
    let mut venv = program("python3");
    run(venv.args(["-m", "venv", "--clear"]).arg(dir))
}
