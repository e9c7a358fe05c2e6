//! An example as a process: what it prints is heard line by line, as it comes.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

/// A debug build on a loaded machine says its next line within a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running example; dropped, it is ended.
pub(crate) struct Program {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

// === impl Program ===

impl Program {
    pub(crate) fn start(path: &str, args: &[&str]) -> Self {
        let mut child = Command::new(path)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("an example starts");
        let out = child.stdout.take().expect("stdout is piped");
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            lines,
            said: Vec::new(),
        }
    }

    /// Waits for a line that holds `words`, and returns it.
    pub(crate) fn says(&mut self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.contains(words) {
                        return line;
                    }
                }
                Err(why) => {
                    let why = match why {
                        RecvTimeoutError::Timeout => "is silent",
                        RecvTimeoutError::Disconnected => "has ended",
                    };
                    let said = self.said.join("\n");
                    panic!("the program {why} without saying {words:?}; it said:\n{said}");
                }
            }
        }
    }

    /// Waits for the line that says where the program is, and returns the URL in it.
    pub(crate) fn url(&mut self) -> String {
        let line = self.says("http://");
        let from = line.find("http://").expect("a line with a URL");
        line[from..].to_owned()
    }

    /// Types a line.
    pub(crate) fn is_told(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("stdin is piped");
        writeln!(stdin, "{line}").expect("the program reads");
    }

    /// Presses Ctrl-C.
    #[cfg(unix)]
    pub(crate) fn is_interrupted(&self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-INT", &id]).status();
        assert!(told.expect("kill is there").success());
    }

    /// Closes stdin, waits until the program has ended well, and returns all that it said.
    pub(crate) fn ends(mut self) -> Vec<String> {
        drop(self.child.stdin.take());
        let until = Instant::now() + PATIENCE;
        let left = || until.saturating_duration_since(Instant::now());
        while let Ok(line) = self.lines.recv_timeout(left()) {
            self.said.push(line);
        }
        assert!(
            !left().is_zero(),
            "it does not end; it said {:#?}",
            self.said
        );
        let status = self.child.wait().expect("a child can be waited for");
        assert!(status.success(), "{status}; it said {:#?}", self.said);
        std::mem::take(&mut self.said)
    }

    pub(crate) fn said(&self) -> &[String] {
        &self.said
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a pipe that looks like a file: whoever reads it waits until somebody has written it.
#[cfg(unix)]
pub(crate) fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo is there").success());
}
