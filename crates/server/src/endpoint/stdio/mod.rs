//! Lines in, lines out: over standard input and output, or any other pair of streams.
//!
//! The framing is stdio's, which the specification would see reused over sockets as well
//! (2026-07-28 transports §Custom Transports).

mod lines;
mod standard;

use std::{io, pin::pin, sync::Arc, time::Duration};

use tidegate_era::encode::Framing;
use tidegate_model::Principal;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    sync::Notify,
};

use self::lines::{Line, Lines};
pub(crate) use self::standard::{input, output};
use crate::{
    census::Front,
    channel::{Channel, Outgoing},
    state::State,
};

/// How long the last words may take to be written, once no call is under way.
const LAST_WRITE: Duration = Duration::from_secs(1);

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
    // Whoever starts a process could do by itself what the process may.
    let owner = Arc::new(Principal::owner("local"));
    let (channel, outgoing) = Channel::new(state, Framing::Line, presence, Some(owner));
    let ended = Notify::new();
    let reading = read(state, channel, reader, &ended);
    let serving = async { tokio::try_join!(reading, write(outgoing, writer)).map(|_| ()) };
    // A client that reads no more must not keep the process.
    let limit = async {
        tokio::select! {
            () = state.stopped() => {}
            () = ended.notified() => {}
        }
        tokio::time::sleep(state.config.drain + LAST_WRITE).await;
    };
    tokio::select! {
        served = serving => served,
        () = limit => {
            tracing::warn!("what was left to say is not read; it is given up");
            Ok(())
        }
    }
}

async fn read<R>(state: &State, mut channel: Channel, reader: R, ended: &Notify) -> io::Result<()>
where
    R: AsyncRead + Unpin,
{
    let most = state.config.max_body;
    let mut lines = Lines::new(reader, most);
    let mut stopped = pin!(state.stopped());
    loop {
        let line = tokio::select! {
            () = &mut stopped => break,
            line = lines.next() => line?,
        };
        let taken = match line {
            Some(Line::Whole(line)) => channel.take(&line).await,
            Some(Line::TooLong) => channel.too_long(most).await,
            None => {
                ended.notify_one();
                channel.hush();
                channel.finish(state.config.drain).await;
                return Ok(());
            }
        };
        if taken.is_err() {
            // The writer says why.
            return Ok(());
        }
    }
    // What a call asked, its client still may answer; and cancel what it no longer wants.
    let mut over = pin!(tokio::time::sleep(state.config.drain));
    let mut reads = true;
    loop {
        tokio::select! {
            biased;
            line = lines.next(), if reads => match line? {
                Some(Line::Whole(line)) => {
                    if channel.take_while_stopping(&line).await.is_err() {
                        return Ok(());
                    }
                }
                Some(Line::TooLong) => {}
                None => reads = false,
            },
            () = channel.ended() => break,
            () = &mut over => break,
        }
    }
    channel.finish(Duration::ZERO).await;
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
