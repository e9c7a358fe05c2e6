//! Settings from files, variables and flags: which of them counts, what is refused, what is shown.

mod faults;
mod layers;
mod pages;
mod secrets;
mod serving;

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::process::{Ran, Running, tidegate};

/// A folder that the command is started in.
struct Place {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

// === impl Place ===

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::new();
        for (name, text) in files {
            fs::write(place.folder.path().join(name), text).unwrap();
        }
        place
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = tidegate(words);
        command.current_dir(self.path());
        command.envs(self.variables.iter().cloned());
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        Running::start(&mut self.command(words)).end()
    }

    /// Returns what `config show` has of a key: the value, and where it comes from.
    fn shown(&self, key: &str, words: &[&str]) -> (Value, String) {
        let all = [&["config", "show", "--json"], words].concat();
        let ran = self.run(&all).ends(0);
        let events = ran.events().into_iter();
        let mut events = events.map(|event| {
            let text = |name: &str| event[name].as_str().unwrap().to_owned();
            (text("key"), (event["value"].clone(), text("from")))
        });
        let found = events.find(|(name, _)| name == key);
        found.unwrap_or_else(|| panic!("{key}")).1
    }
}

const FILE: &[&str] = &["--config", "t.toml"];
