//! A server under test: started on a free port, found by the line that it prints, ended on drop.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::shell;

/// A debug build under load starts in well under a second; a stuck one is noticed soon.
const START_DEADLINE: Duration = Duration::from_secs(20);

/// A child process that listens.
pub(crate) struct Server {
    child: Child,
    url: String,
}

// === impl Server ===

impl Server {
    /// Starts a program and waits until it prints `listening on URL`.
    ///
    /// # Errors
    /// It ends or stays silent instead; what it said is part of the error.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.with_context(|| format!("cannot start {command:?}"))?;
        let (sender, lines) = mpsc::channel();
        shell::forward(
            child.stdout.take().expect("stdout is piped"),
            sender.clone(),
        );
        shell::forward(child.stderr.take().expect("stderr is piped"), sender);

        let mut server = Self {
            child,
            url: String::new(),
        };
        let until = Instant::now() + START_DEADLINE;
        let mut said = String::new();
        loop {
            match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some((_, url)) = line.split_once("listening on ") {
                        url.split_whitespace()
                            .next()
                            .unwrap_or(url)
                            .clone_into(&mut server.url);
                        return Ok(server);
                    }
                    said.push_str(&line);
                    said.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => bail!("{command:?} does not listen:\n{said}"),
                Err(RecvTimeoutError::Disconnected) => bail!("{command:?} ended early:\n{said}"),
            }
        }
    }

    /// Returns the URL that the server printed.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
