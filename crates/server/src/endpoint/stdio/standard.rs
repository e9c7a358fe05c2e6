//! The process's own standard input and output, for messages alone.

use std::{
    fs::File,
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll, ready},
    thread,
};

use bytes::{Buf, Bytes};
use tokio::{
    io::{AsyncRead, ReadBuf},
    sync::mpsc,
};

/// Standard input, read by a thread: one that the end of a runtime does not wait for, as it would
/// for a read of tokio's that nobody answers any more.
#[derive(Debug)]
pub(crate) struct Input {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
}

/// How much is read at a time.
const READ: usize = 16 * 1024;

/// How many pieces wait to be taken.
const AHEAD: usize = 4;

/// Takes standard input.
///
/// # Errors
///
/// When no thread is to be had.
pub(crate) fn input() -> io::Result<Input> {
    let (sender, pieces) = mpsc::channel(AHEAD);
    let read = move || {
        let mut buffer = vec![0; READ];
        let mut stdin = io::stdin().lock();
        loop {
            let piece = match stdin.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => Ok(Bytes::copy_from_slice(&buffer[..count])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let broke = piece.is_err();
            if sender.blocking_send(piece).is_err() || broke {
                return;
            }
        }
    };
    thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(read)?;
    Ok(Input {
        pieces,
        piece: Bytes::new(),
    })
}

/// Takes standard output for messages. Whatever else the process prints there from now on goes to
/// standard error: a stray line among messages would be taken for one.
///
/// # Errors
///
/// When standard output is closed.
pub(crate) fn output() -> io::Result<tokio::fs::File> {
    // Children that tools start must not hold it open; and below 3 it would be a stream itself.
    let messages = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(tokio::fs::File::from_std(File::from(messages)))
}

// === impl Input ===

impl AsyncRead for Input {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.piece.is_empty() {
            match ready!(self.pieces.poll_recv(task)) {
                Some(piece) => self.piece = piece?,
                None => return Poll::Ready(Ok(())),
            }
        }
        let count = self.piece.len().min(into.remaining());
        into.put_slice(&self.piece[..count]);
        self.piece.advance(count);
        Poll::Ready(Ok(()))
    }
}
