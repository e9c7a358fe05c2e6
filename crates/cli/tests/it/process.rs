//! Runs the command: to its end, or as a server until the test is over.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use serde_json::Value;

/// Every run here ends within seconds; one that hangs fails its test and not the whole suite.
const DEADLINE: Duration = Duration::from_secs(60);

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A run that goes on, and is ended with the test.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: Child,
}

/// A server with some files under its root.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) running: Running,
    pub(crate) url: String,
    _root: tempfile::TempDir,
    said: Said,
}

/// What a server has said on stderr by now.
type Said = Arc<Mutex<String>>;

/// Returns the command with these words, in an environment of its own.
pub(crate) fn tidegate(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    // What CI, or whoever runs the tests, is told is no setting of the servers here.
    let ours = |name: &str| name.starts_with("TIDEGATE_");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
    for name in ["HOST", "PORT", "WORKERS", "API_TOKEN", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the command to its end.
pub(crate) fn run(words: &[&str]) -> Ran {
    Running::start(&mut tidegate(words)).end()
}

/// Runs the command to its end, with this on its stdin.
pub(crate) fn run_with_stdin(words: &[&str], stdin: &str) -> Ran {
    let mut running = Running::start(tidegate(words).stdin(Stdio::piped()));
    let mut pipe = running.child.stdin.take().unwrap();
    pipe.write_all(stdin.as_bytes()).unwrap();
    drop(pipe);
    running.end()
}

// === impl Running ===

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self {
            child: command.spawn().unwrap(),
        }
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for the end and returns all that was printed and not read yet.
    pub(crate) fn end(mut self) -> Ran {
        let stdout = self.child.stdout.take().map(collect);
        let stderr = self.child.stderr.take().map(collect);
        let until = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < until, "it does not end");
            thread::sleep(Duration::from_millis(5));
        };
        let text = |reader: Option<thread::JoinHandle<String>>| {
            reader.map_or_else(String::new, |reader| reader.join().unwrap())
        };
        Ran {
            code: status.code(),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    })
}

// === impl Serving ===

impl Serving {
    /// Serves three documents on a free port.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(words: &[&str]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("a.txt", "A calm sea."),
            ("b.md", "# Tides\n\nSpring and neap."),
            ("c.html", "<title>Buoys</title><p>Red to port.</p>"),
        ] {
            std::fs::write(root.path().join(name), text).unwrap();
        }
        Self::start_at("127.0.0.1:0", root, words)
    }

    pub(crate) fn start_at(listen: &str, root: tempfile::TempDir, words: &[&str]) -> Self {
        let path = root.path().to_str().unwrap().to_owned();
        let mut command = tidegate(&["serve", "--listen", listen, "--root", &path]);
        Self::of(Running::start(command.args(words)), root)
    }

    /// Takes a server that starts, and waits until it listens.
    pub(crate) fn of(mut running: Running, root: tempfile::TempDir) -> Self {
        let said = Said::default();
        let url = listening(running.child.stderr.take().unwrap(), said.clone());
        Self {
            running,
            url,
            _root: root,
            said,
        }
    }

    /// Returns what it has said on stderr by now.
    pub(crate) fn said(&self) -> String {
        self.said.lock().clone()
    }

    /// Waits until it has said this on stderr.
    pub(crate) fn wait_for(&self, text: &str) {
        let until = Instant::now() + DEADLINE;
        while !self.said().contains(text) {
            assert!(
                Instant::now() < until,
                "{text:?} is not in\n{}",
                self.said()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn root(&self) -> &Path {
        self._root.path()
    }

    /// Calls a tool here, and more words after its name.
    pub(crate) fn call(&self, tool: &str, words: &[&str]) -> Ran {
        run(&[&["call", &self.url, tool], words].concat())
    }
}

/// Returns the URL of the line that says it, and goes on reading so that the server never blocks.
fn listening(stderr: impl Read + Send + 'static, said: Said) -> String {
    let (sender, url) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            said.lock().push_str(&format!("{line}\n"));
            if let Some(url) = line.strip_prefix("listening on ") {
                let _ = sender.send(url.to_owned());
            }
        }
    });
    url.recv_timeout(DEADLINE)
        .expect("the server says where it listens")
}

// === impl Ran ===

impl Ran {
    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Asserts that stderr holds `text`.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "{text:?} is not in\n{}",
            self.stderr
        );
        self
    }

    /// Returns the JSON events of stdout.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<Value> {
        let event = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        self.stdout.lines().map(event).collect()
    }
}
