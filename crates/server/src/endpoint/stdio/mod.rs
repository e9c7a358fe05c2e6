//! Lines in, lines out: over standard input and output, or any other pair of streams.
//!
//! The framing is stdio's, which the specification would see reused over sockets as well
//! (2026-07-28 transports §Custom Transports).

mod lines;
mod standard;

use std::{io, sync::Arc};

use tidegate_era::encode::Framing;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use self::lines::{Line, Lines};
pub(crate) use self::standard::{input, output};
use crate::{
    census::Front,
    channel::{Channel, Outgoing},
    state::State,
};

/// How many bytes are gathered before they are written, while more wait.
const WRITE: usize = 64 * 1024;

/// Serves one client until its input ends or the server stops; then calls under way may end, and
/// what they say is written.
pub(crate) async fn serve<R, W>(state: &Arc<State>, reader: R, writer: W) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let Some(presence) = state.census.enter(Front::Stdio, usize::MAX) else {
        return Ok(());
    };
    let (channel, outgoing) = Channel::new(state, Framing::Line, presence);
    let reading = read(state, channel, reader);
    tokio::try_join!(reading, write(outgoing, writer)).map(|_| ())
}

async fn read<R>(state: &State, mut channel: Channel, reader: R) -> io::Result<()>
where
    R: AsyncRead + Unpin,
{
    let most = state.config.max_body;
    let mut lines = Lines::new(reader, most);
    let mut stopped = std::pin::pin!(state.stopped());
    loop {
        let line = tokio::select! {
            () = &mut stopped => break,
            line = lines.next() => line?,
        };
        let taken = match line {
            Some(Line::Whole(line)) => channel.take(&line).await,
            Some(Line::TooLong) => channel.too_long(most).await,
            None => {
                channel.hush();
                break;
            }
        };
        if taken.is_err() {
            // The writer says why.
            return Ok(());
        }
    }
    channel.finish(state.config.drain).await;
    Ok(())
}

async fn write<W>(mut outgoing: Outgoing, mut writer: W) -> io::Result<()>
where
    W: AsyncWrite + Unpin,
{
    while let Some(mut frames) = outgoing.next().await {
        let mut written = 0;
        loop {
            written += frames.len();
            writer.write_all(&frames).await?;
            if written >= WRITE {
                break;
            }
            match outgoing.try_next() {
                Some(more) => frames = more,
                None => break,
            }
        }
        writer.flush().await?;
    }
    writer.shutdown().await
}
