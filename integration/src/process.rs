//! Processes of a test: one that listens until it is dropped, one that is run to its end.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A debug build on a loaded machine starts in a second.
const START_DEADLINE: Duration = Duration::from_secs(20);

/// Every client here ends within a few seconds; a hung one fails its test and not the whole run.
const RUN_DEADLINE: Duration = Duration::from_secs(90);

/// What clients connect to.
pub trait Endpoint {
    /// Returns its URL, or `stdio:COMMAND ARGUMENTS…` if each client starts it for itself.
    fn url(&self) -> &str;
}

/// A process that listens at a URL, ended when the value is dropped.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    url: String,
}

/// Another front of a server that listens: the same tools at another URL.
#[derive(Debug)]
pub struct Front {
    url: String,
}

/// A program that each client starts for itself and speaks to over stdio.
#[derive(Debug)]
pub struct Started {
    target: String,
}

/// A process that has ended.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed, a line an entry, each with the time since the start at which it was read.
    pub lines: Vec<(Duration, String)>,
    /// What it said on stderr.
    pub errors: String,
}

/// Returns the `tidegate` command: the one that `TIDEGATE_BIN` names, else the one of this build.
///
/// # Panics
/// It does not build.
#[must_use]
pub fn tidegate() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(
        BINARY.get_or_init(|| match std::env::var_os("TIDEGATE_BIN") {
            Some(binary) => binary.into(),
            None => built(),
        }),
    );
    without_settings(&mut command);
    command
}

/// Takes out of a command's environment what `tidegate serve` would take for settings: the tests'
/// own variables, and what whoever runs them has set.
pub(crate) fn without_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("TIDEGATE_")
            || ["HOST", "PORT", "WORKERS", "API_TOKEN"].contains(&&*text)
        {
            command.env_remove(&name);
        }
    }
}

/// Builds the command where this test itself was built, and returns its path.
fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile = test
        .ancestors()
        .nth(2)
        .expect("tests lie in target/PROFILE/deps");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // All of the workspace: the choice of features that the tests were built with, so little is left.
    cargo.args([
        "build",
        "--quiet",
        "--workspace",
        "--bin",
        "tidegate",
        "--target-dir",
    ]);
    cargo.arg(
        profile
            .parent()
            .expect("a profile lies in the target folder"),
    );
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    let status = cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the tidegate command does not build");
    profile.join("tidegate")
}

// === impl Serving ===

impl Serving {
    /// Starts a server and waits for the line `listening on URL`.
    ///
    /// # Panics
    /// It ends, or stays silent, instead.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|e| panic!("{command:?} does not start: {e}"));
        let lines = lines_of(&mut child);
        let mut server = Self {
            child,
            url: String::new(),
        };
        let until = Instant::now() + START_DEADLINE;
        let mut said = String::new();
        loop {
            match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(url) = announced(&line) {
                        url.clone_into(&mut server.url);
                        return server;
                    }
                    said = said + &line + "\n";
                }
                Err(RecvTimeoutError::Timeout) => panic!("{command:?} does not listen:\n{said}"),
                Err(RecvTimeoutError::Disconnected) => panic!("{command:?} ended early:\n{said}"),
            }
        }
    }
}

impl Serving {
    /// Returns how many bytes of memory the server holds.
    ///
    /// # Panics
    /// It has ended, or there is no `/proc`.
    #[must_use]
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("Linux, and a process that goes on");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        let kilobytes: u64 = kilobytes.expect("VmRSS").parse().expect("kB");
        kilobytes * 1024
    }

    /// Returns the front at another path of the server, and with another scheme.
    ///
    /// # Panics
    /// The server has no URL.
    #[must_use]
    pub fn front(&self, scheme: &str, path: &str) -> Front {
        let (_, rest) = self.url.split_once("://").expect("a server has a URL");
        let host = rest.split('/').next().unwrap_or(rest);
        Front {
            url: format!("{scheme}://{host}{path}"),
        }
    }
}

impl Endpoint for Front {
    fn url(&self) -> &str {
        &self.url
    }
}

impl Endpoint for Serving {
    fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// === impl Started ===

impl Started {
    /// Returns the target that is this command.
    ///
    /// # Panics
    /// One of its words has a space, which would end it.
    #[must_use]
    pub fn by(command: &Command) -> Self {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words: Vec<_> = words
            .map(|word| word.to_str().expect("a command of these tests is text"))
            .collect();
        let spaced = words.iter().find(|word| word.contains(' '));
        assert_eq!(spaced, None, "no word of a target may have a space");
        Self {
            target: format!("stdio:{}", words.join(" ")),
        }
    }
}

impl Endpoint for Started {
    fn url(&self) -> &str {
        &self.target
    }
}

// === impl Finished ===

impl Finished {
    /// Runs a program to its end.
    ///
    /// # Panics
    /// It does not start, or does not end in time.
    #[must_use]
    pub fn run(command: &mut Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let begin = Instant::now();
        let mut child = command
            .spawn()
            .unwrap_or_else(|e| panic!("{command:?} does not start: {e}"));
        let out = child.stdout.take().expect("stdout is piped");
        let mut err = child.stderr.take().expect("stderr is piped");
        let lines: JoinHandle<Vec<_>> = thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            lines.map(|line| (begin.elapsed(), line)).collect()
        });
        let errors = thread::spawn(move || {
            let mut text = Vec::new();
            // A broken pipe ends the text early; what came before is still told.
            let _ = err.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                break Some(status);
            }
            if begin.elapsed() > RUN_DEADLINE {
                child.kill().expect("a child can be killed");
                child.wait().expect("a killed child ends");
                break None;
            }
            thread::sleep(Duration::from_millis(5));
        };
        let lines = lines.join().expect("the reader of stdout does not panic");
        let errors = errors.join().expect("the reader of stderr does not panic");
        let Some(status) = status else {
            panic!("{command:?} does not end:\n{lines:?}\n{errors}")
        };
        Self {
            status,
            lines,
            errors,
        }
    }

    /// Returns itself if the exit status was zero.
    ///
    /// # Panics
    /// It was not.
    #[must_use]
    pub fn well(self) -> Self {
        assert!(
            self.status.success(),
            "{}\n{:#?}\n{}",
            self.status,
            self.lines,
            self.errors
        );
        self
    }
}

/// Returns the URL that a line says is listened on; some servers say as much of a port alone.
fn announced(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("listening on ")?;
    let word = rest.split_whitespace().next()?;
    word.contains("://").then_some(word)
}

/// Sends every line of both outputs, from threads that go on reading when nobody listens any more.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    let out: Box<dyn Read + Send> = Box::new(child.stdout.take().expect("stdout is piped"));
    let err: Box<dyn Read + Send> = Box::new(child.stderr.take().expect("stderr is piped"));
    for pipe in [out, err] {
        let sender = sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
    }
    lines
}
