//! One client over one WebSocket: its frames on one side, its messages on the other.

use std::{convert::Infallible, future::poll_fn, sync::Arc, time::Duration};

use bytes::Bytes;
use tidegate_era::encode::Framing;
use tidegate_model::Principal;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{Role, WebSocketConfig, frame::coding::CloseCode},
};

use super::{
    farewell::farewell,
    link::{End, Link},
    metered::Metered,
};
use crate::{
    census::Presence,
    channel::Channel,
    config::Config,
    state::{self, State},
};

/// How many messages wait to be taken while one is; their client is not read for more. A message is
/// taken when its call has begun, so none waits for a call to end.
const AHEAD: usize = 4;

/// How much is read at a time from a client that is turned away: it has nothing to say but goodbye.
const GOODBYE_BUFFER: usize = 1024;

/// What part of the time to stop is left to say goodbye in, when calls take all of it.
const GOODBYE: u32 = 10;

/// What a client is told whose credentials have expired: nobody sends new ones over a WebSocket.
const EXPIRED: &str = "your credentials have expired; connect again with new ones";

/// Serves one client until its connection ends or the server stops; then calls under way may end,
/// and what they say is sent.
pub(crate) async fn serve<S>(
    state: &Arc<State>,
    presence: Presence,
    principal: Option<Arc<Principal>>,
    stream: S,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let expires = principal.as_deref().and_then(Principal::expires);
    let (channel, outgoing) = Channel::new(state, Framing::Line, presence, principal);
    let (inbox, messages) = mpsc::channel(AHEAD);
    let config = &state.config;
    let stream = Metered::new(stream);
    let socket = open(stream, config.max_body, config.websocket_buffer).await;
    let mut link = Link::new(socket, inbox, outgoing, &state.config);
    // Messages first, in the same task: what they leave room for is read right after.
    let end = tokio::select! {
        biased;
        never = take(state, channel, messages) => match never {},
        end = poll_fn(|task| link.poll(task)) => end,
        () = expiry(expires) => End::Refused(CloseCode::Policy, EXPIRED),
    };
    match end {
        End::Gone => {}
        End::Said => farewell(link.into_socket(), CloseCode::Away, "the server stops").await,
        End::Refused(code, reason) => farewell(link.into_socket(), code, reason).await,
    }
}

/// Completes when credentials expire that do so `at`, in seconds since 1970.
async fn expiry(at: Option<u64>) {
    match at {
        Some(at) => tokio::time::sleep(state::until(at)).await,
        None => std::future::pending().await,
    }
}

/// Tells a client that all places are taken.
pub(super) async fn turn_away<S>(stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let socket = open(stream, 0, GOODBYE_BUFFER).await;
    farewell(socket, CloseCode::Again, "try again later").await;
}

/// Takes messages until the server stops, and then lets the calls under way end.
async fn take(state: &State, channel: Channel, mut messages: mpsc::Receiver<Bytes>) -> Infallible {
    let mut channel = channel;
    let mut stopped = std::pin::pin!(state.stopped());
    loop {
        let message = tokio::select! {
            () = &mut stopped => None,
            message = messages.recv() => message,
        };
        let Some(message) = message else { break };
        if channel.take(&message).await.is_err() {
            break;
        }
    }
    // What a call asked, its client still may answer; and cancel what it no longer wants.
    let mut over = std::pin::pin!(tokio::time::sleep(finishing(&state.config)));
    loop {
        tokio::select! {
            biased;
            Some(message) = messages.recv() => {
                if channel.take_while_stopping(&message).await.is_err() {
                    break;
                }
            }
            () = channel.ended() => break,
            () = &mut over => break,
        }
    }
    drop(messages);
    channel.finish(Duration::ZERO).await;
    std::future::pending().await
}

/// How long calls may go on when the server stops.
fn finishing(config: &Config) -> Duration {
    config.drain - config.drain / GOODBYE
}

async fn open<S>(stream: S, most: usize, buffer: usize) -> WebSocketStream<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = WebSocketConfig::default()
        .read_buffer_size(buffer)
        .write_buffer_size(buffer)
        .max_message_size(Some(most))
        .max_frame_size(Some(most));
    WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await
}
