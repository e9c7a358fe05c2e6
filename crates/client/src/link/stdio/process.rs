//! A child process and its group: started, ended in good order, killed if nobody is left to do so.

use std::{io, process::ExitStatus, process::Stdio, time::Duration};

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::{
    process::{ChildStderr, ChildStdin, ChildStdout},
    time::{sleep, timeout},
};

use super::command::Command;
use crate::error::BoxError;

/// A child process and its group. Dropped before it has [ended](Self::end), the group is killed.
pub(super) struct Process {
    child: Box<dyn ChildWrapper>,
    status: Option<ExitStatus>,
    ended: bool,
}

/// What a child is spoken to with.
pub(super) struct Pipes {
    pub(super) stdin: ChildStdin,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

/// How long each step of ending a child waits for it. A server that has something to write down
/// does it in less than two seconds, and nobody wants to wait for six.
const WITHIN: Duration = Duration::from_secs(2);

/// How long the rest of the group may outlive its leader after it was asked to go.
const LEFT_WITHIN: Duration = Duration::from_millis(500);

// === impl Process ===

impl Process {
    /// Starts `command` at the head of a group of its own.
    pub(super) fn spawn(command: &Command) -> Result<Self, BoxError> {
        let mut wrap = CommandWrap::with_new(command.program(), |process| {
            command.fill(process);
            process
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
        });
        #[cfg(unix)]
        wrap.wrap(process_wrap::tokio::ProcessGroup::leader());
        #[cfg(windows)]
        wrap.wrap(process_wrap::tokio::JobObject);
        let child = wrap.spawn().map_err(|error| {
            let program = command.program().to_string_lossy();
            BoxError::from(format!(
                "the command `{program}` cannot be started: {error}"
            ))
        })?;
        Ok(Self {
            child,
            status: None,
            ended: false,
        })
    }

    /// Takes what the child is spoken to with; it is there once.
    pub(super) fn pipes(&mut self) -> Option<Pipes> {
        Some(Pipes {
            stdin: self.child.stdin().take()?,
            stdout: self.child.stdout().take()?,
            stderr: self.child.stderr().take()?,
        })
    }

    /// Waits until the child itself has exited.
    ///
    /// # Cancel safety
    ///
    /// It can be waited for again.
    pub(super) async fn wait(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = self.child.wait().await.ok();
        }
        self.status
    }

    /// Ends the group, whose stdin has been closed: waits, asks, kills.
    pub(super) async fn end(&mut self) {
        if timeout(WITHIN, self.wait()).await.is_err() {
            tracing::debug!("the server does not end with its input; it is asked to");
            let _ = self.ask_to_end();
            if timeout(WITHIN, self.wait()).await.is_err() {
                tracing::debug!("the server does not end when asked; it is killed");
                let _ = self.child.start_kill();
                // Only what the system itself holds back outlives this.
                let _ = timeout(WITHIN, self.wait()).await;
            }
        }
        // What it started and left behind belongs to it.
        if self.ask_to_end().is_ok() {
            sleep(LEFT_WITHIN).await;
            let _ = self.child.start_kill();
        }
        self.ended = true;
    }

    /// Asks all of the group to end.
    ///
    /// # Errors
    ///
    /// When nobody is left.
    #[cfg(unix)]
    fn ask_to_end(&self) -> io::Result<()> {
        let terminate = tokio::signal::unix::SignalKind::terminate();
        self.child.signal(terminate.as_raw_value())
    }

    /// There is no asking here: the job is ended.
    #[cfg(not(unix))]
    fn ask_to_end(&mut self) -> io::Result<()> {
        self.child.start_kill()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.ended {
            // There is nobody to tell that they are gone already.
            let _ = self.child.start_kill();
        }
    }
}
