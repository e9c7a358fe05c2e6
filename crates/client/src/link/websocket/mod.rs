//! The link over WebSocket: one connection, one JSON-RPC message a text frame, subprotocol `mcp`.
//!
//! ```text
//!   GET + Upgrade ─▶ 101 ─┬─ text frame ─▶ incoming
//!                         ├─ outgoing ─▶ text frame
//!                         └─ silence ─▶ ping ─▶ more of it ─▶ the connection counts as broken
//! ```

mod handshake;
mod pulse;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use http::HeaderMap;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{self, Message, Utf8Bytes, protocol::WebSocketConfig},
};
use url::Url;

#[cfg(feature = "oauth")]
pub(crate) use self::handshake::over_http;
use self::pulse::Pulse;
use super::{
    channel::{Duplex, Open},
    http::{Options, upgrading},
};
use crate::error::{BoxError, Error};
#[cfg(feature = "oauth")]
use crate::oauth::Authorizer;

/// What connecting to a WebSocket server takes.
#[derive(Clone)]
pub(crate) struct WebSocket {
    /// Carries the handshake.
    client: reqwest::Client,
    url: Url,
    /// The user's own headers.
    headers: HeaderMap,
    /// Who sees to what else the handshake carries.
    #[cfg(feature = "oauth")]
    authorizer: Option<Arc<Authorizer>>,
    /// How long one message may be.
    max_message: usize,
    /// How long the handshake may take.
    within: Duration,
    /// How long the server may be silent before it is asked for a sign of life, and after.
    silence: Duration,
}

/// What carries frames.
type Socket = WebSocketStream<reqwest::Upgraded>;

type Told = mpsc::Sender<Result<Bytes, BoxError>>;

/// How many messages wait on either side. Whoever reads slower than that slows the other; the bytes
/// are bounded by it and by the longest message.
const QUEUE: usize = 64;

/// How long a server may be silent before it is pinged, and then for the pong. Common proxies cut a
/// connection that was silent for 60 seconds; 20 keep it open, and a dead peer is noticed within 40.
const SILENCE: Duration = Duration::from_secs(20);

/// How long the connection may take to close in good order.
const FAREWELL: Duration = Duration::from_secs(1);

// === impl WebSocket ===

impl WebSocket {
    /// Returns what connects to `url`.
    ///
    /// # Errors
    ///
    /// When the options cannot be.
    pub(crate) fn new(
        url: &Url,
        options: &Options,
        headers: HeaderMap,
        max_message: usize,
        within: Duration,
    ) -> Result<Self, Error> {
        let url = handshake::over_http(url)?;
        Ok(Self {
            client: upgrading(&url, options)?,
            url,
            headers,
            #[cfg(feature = "oauth")]
            authorizer: None,
            max_message,
            within,
            silence: SILENCE,
        })
    }

    /// Has `authorizer` see to what the handshake carries.
    #[cfg(feature = "oauth")]
    pub(crate) fn authorized(mut self, authorizer: Option<Arc<Authorizer>>) -> Self {
        self.authorizer = authorizer;
        self
    }

    /// Returns what opens a connection.
    pub(crate) fn into_open(self) -> Open {
        let connecting = Arc::new(self);
        Arc::new(move || {
            let connecting = connecting.clone();
            Box::pin(async move {
                let connected = connecting.connect().await;
                connected.map_err(|error| -> BoxError { error.into() })
            })
        })
    }

    async fn connect(&self) -> Result<Duplex, Error> {
        let late = |_| Error::timeout("the WebSocket was not opened", self.within);
        let upgraded = timeout(self.within, self.shake_hands())
            .await
            .map_err(late)??;
        let config = WebSocketConfig::default()
            .max_message_size(Some(self.max_message))
            .max_frame_size(Some(self.max_message));
        let role = tungstenite::protocol::Role::Client;
        let socket = Socket::from_raw_socket(upgraded, role, Some(config)).await;
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let (told, incoming) = mpsc::channel(QUEUE);
        tokio::spawn(carry(socket, queue, told, self.silence));
        Ok(Duplex { outgoing, incoming })
    }

    async fn shake_hands(&self) -> Result<reqwest::Upgraded, Error> {
        #[cfg(feature = "oauth")]
        if let Some(authorizer) = &self.authorizer {
            let uri = http::Uri::try_from(self.url.as_str())
                .map_err(|error| Error::input("the URL cannot be sent").because(error))?;
            let answer = handshake::authorized(authorizer, &uri, |headers| {
                let mut all = self.headers.clone();
                all.extend(headers);
                handshake::ask(&self.client, &self.url, all)
            });
            return handshake::shaken(answer.await?, &self.headers).await;
        }
        let asked = handshake::ask(&self.client, &self.url, self.headers.clone());
        handshake::shaken(asked.await?, &self.headers).await
    }
}

/// Carries messages until either side is done, or the server is dead.
async fn carry(socket: Socket, mut queue: mpsc::Receiver<Bytes>, told: Told, silence: Duration) {
    let pulse = Pulse::new(silence, Instant::now());
    let (mut sink, mut stream) = socket.split();
    let broken = tokio::select! {
        broken = hear(&mut stream, &told, &pulse) => broken,
        broken = speak(&mut sink, &mut queue, &pulse) => broken,
        () = pulse.until_dead() => Some(dead(silence)),
    };
    if let Some(error) = broken {
        // Whoever listens takes what came before it first; one that takes nothing is not waited for.
        let _ = timeout(FAREWELL, told.send(Err(error))).await;
        return;
    }
    drop(told);
    let farewell = async {
        // What was handed over before the end still goes out: a cancellation, most often.
        queue.close();
        while let Some(message) = queue.recv().await {
            sink.send(frame(message)?).await?;
        }
        sink.close().await?;
        // The server's own close frame ends the connection.
        while let Some(Ok(_)) = stream.next().await {}
        Ok::<_, BoxError>(())
    };
    match timeout(FAREWELL, farewell).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "the WebSocket did not close in good order"),
        Err(_) => tracing::debug!("the WebSocket did not close in time"),
    }
}

/// Hands on what the server says. Returns what broke, or nothing if the listener is done.
async fn hear(stream: &mut SplitStream<Socket>, told: &Told, pulse: &Pulse) -> Option<BoxError> {
    loop {
        let frame = tokio::select! {
            frame = stream.next() => frame,
            () = told.closed() => return None,
        };
        pulse.heard(Instant::now());
        match frame {
            Some(Ok(Message::Text(text))) => {
                let _waiting = pulse.pause();
                if told.send(Ok(text.into())).await.is_err() {
                    return None;
                }
            }
            Some(Ok(Message::Close(frame))) => return Some(closed(frame.as_ref())),
            Some(Ok(Message::Binary(_))) => {
                tracing::warn!("a binary frame is left aside; messages are text");
            }
            // Pings are answered by the reading itself.
            Some(Ok(_)) => {}
            Some(Err(error)) => return Some(explained(error)),
            None => return Some("the server ended the connection".into()),
        }
    }
}

/// Sends what is in the queue, and a ping when the server is silent. Returns what broke, or nothing if
/// the speaker is done.
async fn speak(
    sink: &mut SplitSink<Socket, Message>,
    queue: &mut mpsc::Receiver<Bytes>,
    pulse: &Pulse,
) -> Option<BoxError> {
    loop {
        let message = tokio::select! {
            message = queue.recv() => frame(message?),
            () = pulse.until_silent() => Ok(Message::Ping(Bytes::new())),
        };
        let sent = match message {
            Ok(message) => sink.send(message).await,
            Err(error) => return Some(error),
        };
        if let Err(error) = sent {
            return Some(explained(error));
        }
    }
}

fn frame(message: Bytes) -> Result<Message, BoxError> {
    Ok(Message::Text(Utf8Bytes::try_from(message)?))
}

fn dead(silence: Duration) -> BoxError {
    format!("the server answered no ping within {silence:?}").into()
}

fn closed(frame: Option<&tungstenite::protocol::CloseFrame>) -> BoxError {
    let Some(frame) = frame else {
        return "the server closed the WebSocket".into();
    };
    let code = u16::from(frame.code);
    let colon = if frame.reason.is_empty() { "" } else { ": " };
    format!(
        "the server closed the WebSocket with {code}{colon}{}",
        frame.reason
    )
    .into()
}

/// Says what mends it, where that is known.
fn explained(error: tungstenite::Error) -> BoxError {
    if let tungstenite::Error::Capacity(error) = &error {
        return Error::answer(format_args!("{error}; Builder::max_message allows more")).into();
    }
    error.into()
}

#[cfg(test)]
mod tests;
