//! The life of a child: spoken to, listened to, and ended by whoever ends first.

use std::{process::ExitStatus, time::Duration};

use bytes::Bytes;
use tokio::{
    io::AsyncWriteExt,
    process::{ChildStdin, ChildStdout},
    sync::mpsc::{Receiver, Sender},
    task::JoinHandle,
    time::timeout,
};

use super::{
    lines::Lines,
    process::{Pipes, Process},
    tail::Tail,
};
use crate::error::BoxError;

/// What the child says, and the error it ends with.
type Say = Sender<Result<Bytes, BoxError>>;

/// A task that ends with whoever started it.
struct Task<T>(JoinHandle<T>);

/// Why nothing more is written to a child.
#[derive(PartialEq, Eq)]
enum Written {
    /// The client has hung up.
    All,
    /// The child hears no more; it may still speak.
    Refused,
}

/// How long a child that has closed its output, or its output when the child has exited, may take to
/// follow: what it wrote last is in the pipes already.
const FOLLOWS_WITHIN: Duration = Duration::from_secs(1);

/// Tends a child from its start to the end of its group.
pub(super) async fn tend(mut process: Process, heard: Receiver<Bytes>, say: Say, limit: usize) {
    let Some(Pipes {
        stdin,
        stdout,
        stderr,
    }) = process.pipes()
    else {
        return;
    };
    let tail = Tail::default();
    let mut draining = Task::spawn(tail.clone().drain(stderr));
    let mut writing = Task::spawn(write(stdin, heard));
    let mut reading = Task::spawn(read(Lines::new(stdout, limit), say.clone()));

    let fault = tokio::select! {
        fault = reading.done() => Some(fault.flatten()),
        () = hung_up(&mut writing, &say) => None,
        _ = process.wait() => {
            let rest = timeout(FOLLOWS_WITHIN, reading.done()).await;
            Some(rest.ok().flatten().flatten())
        }
    };
    if let Some(fault) = fault {
        let status = timeout(FOLLOWS_WITHIN, process.wait()).await.ok().flatten();
        let _ = timeout(FOLLOWS_WITHIN, draining.done()).await;
        let why = fault.unwrap_or_else(|| obituary(status, &tail.text()).into());
        // The client may have gone in the same moment.
        let _ = say.send(Err(why)).await;
        drop(writing);
    }
    // A client that waits for the end reads until both senders are gone.
    process.end().await;
}

/// Waits until the client has hung up: in good order, or by going away.
async fn hung_up(writing: &mut Task<Written>, say: &Say) {
    tokio::select! {
        () = say.closed() => {}
        written = writing.done() => {
            if written != Some(Written::All) {
                say.closed().await;
            }
        }
    }
}

/// Writes a line for each message, and closes the child's input.
async fn write(mut stdin: ChildStdin, mut heard: Receiver<Bytes>) -> Written {
    while let Some(message) = heard.recv().await {
        let mut line = Vec::with_capacity(message.len() + 1);
        line.extend_from_slice(&message);
        line.push(b'\n');
        if let Err(error) = stdin.write_all(&line).await {
            tracing::debug!(%error, "the server takes no more input");
            return Written::Refused;
        }
    }
    Written::All
}

/// Passes a child's lines on, to their end. When nobody listens it reads on all the same: a child
/// that is held up by its own output does not see that it is to end.
async fn read(mut lines: Lines<ChildStdout>, say: Say) -> Option<BoxError> {
    loop {
        match lines.next().await {
            Ok(Some(line)) => {
                let _ = say.send(Ok(line)).await;
            }
            Ok(None) => return None,
            Err(error) => return Some(error),
        }
    }
}

/// What is told of a child that has died.
fn obituary(status: Option<ExitStatus>, stderr: &str) -> String {
    let how = match status {
        Some(status) => format!("the server process ended ({status})"),
        None => "the server process closed its output".to_owned(),
    };
    if stderr.is_empty() {
        return format!("{how} and wrote nothing to stderr");
    }
    format!("{how}; the last it wrote to stderr:\n{stderr}")
}

// === impl Task ===

impl<T: Send + 'static> Task<T> {
    fn spawn(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }

    /// Waits for its end; it may be awaited once to that.
    async fn done(&mut self) -> Option<T> {
        (&mut self.0).await.ok()
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
