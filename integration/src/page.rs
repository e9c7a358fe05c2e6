//! The commands of a page of the guides, run as its reader would run them.
//!
//! ````text
//! ```console
//! $ tidegate serve --listen 127.0.0.1:8080 &    goes on behind the page, at a free port instead of 8080
//! $ tidegate call http://127.0.0.1:8080/mcp …   is run to its end, which must be a good one
//! 42                                            part of a line that it prints; … stands for anything in it
//! …                                             whatever else it prints
//! $ kill %tidegate                              ends the one that goes on and begins so; it ends well
//! ```
//! ````

mod place;
mod printed;

use std::{fs, path::Path};

use self::{
    place::Place,
    printed::{different, missing},
};

/// A page of the folder `docs`.
#[derive(Debug)]
pub struct Page {
    name: String,
    text: String,
}

/// A command of a page, and what it says that the command prints.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    command: String,
    prints: Vec<String>,
}

// === impl Page ===

impl Page {
    /// Reads `docs/{name}`.
    ///
    /// # Panics
    /// There is no such page.
    #[must_use]
    pub fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../docs")
            .join(name);
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("docs/{name}: {error}"));
        let name = name.to_owned();
        Self { name, text }
    }

    /// Returns what stands between its fences of `language`.
    #[must_use]
    pub fn blocks(&self, language: &str) -> Vec<&str> {
        let fence = format!("```{language}\n");
        let begun = self.text.split(fence.as_str()).skip(1);
        begun
            .filter_map(|rest| Some(rest.split_once("```")?.0))
            .collect()
    }

    /// Returns what it points at.
    #[must_use]
    pub fn links(&self) -> Vec<&str> {
        let begun = self.text.split("](").skip(1);
        begun
            .filter_map(|rest| Some(rest.split_once(')')?.0))
            .collect()
    }

    /// Returns its commands.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for line in self.blocks("console").into_iter().flat_map(str::lines) {
            let last = steps.last_mut();
            if let Some(command) = line.strip_prefix("$ ") {
                let command = command.to_owned();
                let prints = Vec::new();
                steps.push(Step { command, prints });
            } else if let Some(step) = last {
                match step.command.strip_suffix('\\') {
                    Some(begun) => step.command = format!("{begun}{}", line.trim_start()),
                    None if matches!(line.trim(), "" | "…") => {}
                    None => step.prints.push(line.trim().to_owned()),
                }
            }
        }
        steps
    }

    /// Runs all its commands, in order, and holds what they print against the page.
    ///
    /// # Panics
    /// One ends badly, or does not print what the page says.
    pub fn run(&self) {
        self.run_in(Place::with(&[], missing));
    }

    /// Does the same with these programs besides `tidegate`.
    ///
    /// # Panics
    /// As there.
    pub fn run_with(&self, programs: &[&str]) {
        self.run_in(Place::with(programs, missing));
    }

    /// Runs all its commands, in order. What ends prints the lines that the page says, whole, and no
    /// others; … stands for what differs within one.
    ///
    /// # Panics
    /// One ends badly, or prints something else.
    pub fn run_exactly(&self) {
        self.run_in(Place::with(&[], different));
    }

    fn run_in(&self, mut place: Place) {
        let steps = self.steps();
        assert!(!steps.is_empty(), "docs/{} has no commands", self.name);
        for step in &steps {
            place.take(step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_what_they_print() {
        let page = Page {
            name: "page.md".to_owned(),
            text:
                "```console\n$ one \\\n    more\nfirst\n…\nlast\n\n$ two &\n```\n```sh\nno\n```\n"
                    .to_owned(),
        };
        let step = |command: &str, prints: &[&str]| Step {
            command: command.to_owned(),
            prints: prints.iter().map(|line| (*line).to_owned()).collect(),
        };
        assert_eq!(
            page.steps(),
            [step("one more", &["first", "last"]), step("two &", &[])]
        );
    }
}
