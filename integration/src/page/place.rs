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

use super::{
    Step,
    printed::{Compare, missing},
};
use crate::process::{Finished, tidegate, without_settings};

/// A debug build on a loaded machine starts in a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// The ports that pages write, and that are somebody else's where they are tested.
const WRITTEN: [&str; 2] = ["127.0.0.1:8080", "127.0.0.1:8443"];

/// What a server says once it can be called.
const LISTENING: &str = "listening on http";

/// Where a page's commands are run: a folder of their own, and what goes on behind them.
pub(super) struct Place {
    folder: TempDir,
    path: String,
    /// Where the page's server listens in truth.
    address: String,
    behind: Vec<Behind>,
    /// Finds what the page says of a command that ended, and is not so.
    compare: Compare,
}

/// A command that goes on; dropped, it is ended.
struct Behind {
    command: String,
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
}

// === impl Place ===

impl Place {
    pub(super) fn with(programs: &[&str], compare: Compare) -> Self {
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
            address: WRITTEN[0].to_owned(),
            behind: Vec::new(),
            compare,
        }
    }

    pub(super) fn take(&mut self, step: &Step) {
        if let Some(command) = step.command.strip_suffix('&') {
            self.leave_behind(command.trim(), step);
            return;
        }
        if let Some(name) = step.command.strip_prefix("kill %") {
            self.end(name.trim());
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
            let Some(wrong) = (self.compare)(&prints, &said) else {
                return;
            };
            // Whoever waits and looks, looks again on a slow day.
            let is_look = command.starts_with("sleep ") && Instant::now() < until;
            assert!(
                is_look,
                "$ {command}\nnot as the page says: {wrong:?}. It prints:\n{printed}"
            );
        }
    }

    /// Starts a command and goes on once it has said what the page says.
    fn leave_behind(&mut self, command: &str, step: &Step) {
        let serves = command.split(' ').any(|word| WRITTEN.contains(&word));
        // Port 0 picks one that is free; it is known when the server says so.
        let command = match serves {
            true => instead_of_written(command, "127.0.0.1:0"),
            false => self.here(command),
        };
        let mut shell = self.shell(&format!("exec {command}"));
        let behind = Behind::start(command.clone(), &mut shell);
        if serves {
            behind.says(&[LISTENING.to_owned()], &command);
            self.address = behind.address();
        }
        let prints: Vec<String> = step.prints.iter().map(|line| self.here(line)).collect();
        behind.says(&prints, &command);
        self.behind.push(behind);
    }

    /// Ends the one command that goes on and begins with `name`, as a shell's `kill %name` does.
    fn end(&mut self, name: &str) {
        let is_meant = |behind: &Behind| behind.command.starts_with(name);
        let (mut meant, others) = self.behind.drain(..).partition::<Vec<_>, _>(is_meant);
        self.behind = others;
        assert_eq!(meant.len(), 1, "$ kill %{name}");
        meant.remove(0).end();
    }

    /// Puts the server's own address in the place of the written one.
    fn here(&self, text: &str) -> String {
        instead_of_written(text, &self.address)
    }

    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("sh");
        without_settings(&mut shell);
        shell.args(["-c", command]).env("PATH", &self.path);
        shell.current_dir(self.folder.path());
        shell
    }
}

/// Puts an address in the place of those that pages write.
fn instead_of_written(text: &str, address: &str) -> String {
    let mut text = text.to_owned();
    for written in WRITTEN {
        text = text.replace(written, address);
    }
    text
}

// === impl Behind ===

impl Behind {
    fn start(command: String, shell: &mut Command) -> Self {
        shell.stdin(Stdio::null());
        shell.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = shell.spawn().expect("a shell starts");
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
        Self {
            command,
            child,
            said,
        }
    }

    /// Asks it to end, and waits until it has ended well.
    fn end(mut self) {
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(asked.is_ok_and(|asked| asked.success()), "{}", self.command);
        let until = Instant::now() + PATIENCE;
        loop {
            match self.child.try_wait().expect("a child can be waited for") {
                Some(status) => {
                    assert!(status.success(), "{} ends with {status}", self.command);
                    return;
                }
                None => assert!(Instant::now() < until, "{} does not end", self.command),
            }
            thread::sleep(Duration::from_millis(10));
        }
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
        let (_, url) = url.split_once("://").expect("a URL");
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
