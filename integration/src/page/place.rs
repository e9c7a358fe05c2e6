//! Where a page's commands are run: a folder of their own, and what goes on behind them.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tempfile::TempDir;

use super::Step;
use crate::process::{Finished, tidegate};

/// A debug build on a loaded machine starts in a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// The port that pages write, and that is somebody else's where they are tested.
const WRITTEN: &str = "127.0.0.1:8080";

/// What a server says once it can be called.
const LISTENING: &str = "listening on http://";

/// Where a page's commands are run: a folder of their own, and what goes on behind them.
pub(super) struct Place {
    folder: TempDir,
    path: String,
    /// Where the page's server listens in truth.
    address: String,
    behind: Vec<Behind>,
}

/// A command that goes on; dropped, it is ended.
struct Behind {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
}

// === impl Place ===

impl Place {
    pub(super) fn with(programs: &[&str]) -> Self {
        let ours = tidegate();
        let programs = programs.iter().map(Path::new);
        let programs = programs.chain([Path::new(ours.get_program())]);
        let mut path = String::new();
        for program in programs {
            let program = program.canonicalize().expect("the program is built");
            let home = program.parent().expect("a program lies in a folder");
            path += &format!("{}:", home.display());
        }
        Self {
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            path: path + &std::env::var("PATH").unwrap_or_default(),
            address: WRITTEN.to_owned(),
            behind: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, step: &Step) {
        if let Some(command) = step.command.strip_suffix('&') {
            self.leave_behind(command.trim(), step);
            return;
        }
        let command = self.here(&step.command);
        let prints: Vec<String> = step.prints.iter().map(|line| self.here(line)).collect();
        let until = Instant::now() + PATIENCE;
        loop {
            let ended = Finished::run(&mut self.shell(&format!("{{ {command}\n}} 2>&1")));
            let said: Vec<String> = ended.lines.into_iter().map(|(_, line)| line).collect();
            let printed = said.join("\n");
            assert!(ended.status.success(), "$ {command}\n{printed}");
            let Some(missing) = missing(&prints, &said) else {
                return;
            };
            // Whoever waits and looks, looks again on a slow day.
            let is_look = command.starts_with("sleep ") && Instant::now() < until;
            assert!(
                is_look,
                "$ {command}\ndoes not print {missing:?}, but:\n{printed}"
            );
        }
    }

    /// Starts a command and goes on once it has said what the page says.
    fn leave_behind(&mut self, command: &str, step: &Step) {
        let serves = command.split(' ').any(|word| word == WRITTEN);
        // Port 0 picks one that is free; it is known when the server says so.
        let command = match serves {
            true => command.replace(WRITTEN, "127.0.0.1:0"),
            false => self.here(command),
        };
        let behind = Behind::start(&mut self.shell(&format!("exec {command}")));
        if serves {
            behind.says(&[LISTENING.to_owned()], &command);
            self.address = behind.address();
        }
        let prints: Vec<String> = step.prints.iter().map(|line| self.here(line)).collect();
        behind.says(&prints, &command);
        self.behind.push(behind);
    }

    /// Puts the server's own address in the place of the written one.
    fn here(&self, text: &str) -> String {
        text.replace(WRITTEN, &self.address)
    }

    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).env("PATH", &self.path);
        shell.current_dir(self.folder.path());
        shell
    }
}

/// Returns the first of the lines that is not part of what was said, in this order.
fn missing(expected: &[String], said: &[String]) -> Option<String> {
    let mut said = said.iter();
    let mut expected = expected.iter();
    let missing = expected.find(|wanted| !said.any(|line| holds(line, wanted)));
    missing.cloned()
}

/// Returns whether a line holds the parts of `wanted` between each `…`, in this order.
fn holds(mut line: &str, wanted: &str) -> bool {
    wanted.split('…').all(|part| match line.split_once(part) {
        Some((_, rest)) => {
            line = rest;
            true
        }
        None => false,
    })
}

// === impl Behind ===

impl Behind {
    fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a shell starts");
        let said = Arc::<Mutex<Vec<String>>>::default();
        let out: Box<dyn Read + Send> = Box::new(child.stdout.take().expect("stdout is piped"));
        let err: Box<dyn Read + Send> = Box::new(child.stderr.take().expect("stderr is piped"));
        for pipe in [out, err] {
            let said = said.clone();
            thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    said.lock().push(line);
                }
            });
        }
        Self { child, said }
    }

    /// Waits until it has said these lines.
    fn says(&self, lines: &[String], command: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let said = self.said.lock().clone();
            let Some(missing) = missing(lines, &said) else {
                return;
            };
            assert!(
                Instant::now() < until,
                "$ {command} &\ndoes not print {missing:?}, but:\n{}",
                said.join("\n")
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns the address that it said it listens at.
    fn address(&self) -> String {
        let said = self.said.lock();
        let url = said.iter().find_map(|line| line.split_once(LISTENING));
        let (_, url) = url.expect("a server says where it listens");
        url.split('/').next().unwrap_or(url).to_owned()
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_held_against_the_page_in_order() {
        let lines =
            |lines: &[&str]| -> Vec<String> { lines.iter().map(|&line| line.into()).collect() };
        let said = lines(&["progress   1/2", "progress   2/2", "Done"]);
        assert_eq!(missing(&lines(&["1/2", "Done"]), &said), None);
        assert_eq!(missing(&lines(&["pro…ess…2/2"]), &said), None);
        assert_eq!(
            missing(&lines(&["Done", "1/2"]), &said).as_deref(),
            Some("1/2")
        );
    }
}
