//! The end of a WebSocket from this side: a close frame with its reason, and time to read it.

use std::time::Duration;

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{CloseFrame, frame::coding::CloseCode},
};

/// How long a close may take: its frame is on its way at once, and a client that reads answers
/// within a round trip. Who does not is dropped.
pub(super) const CLOSING: Duration = Duration::from_secs(2);

/// How much is read at a time of what nobody wants any more.
const READ: usize = 4 * 1024;

/// Says why, and lets go.
///
/// What the peer still sends is read and thrown away, to its end: a socket that is closed over
/// unread bytes resets the connection, and the reason would be lost with it. The frames in there
/// are not looked at: after a frame that was refused, nobody knows where the next one begins.
pub(super) async fn farewell<S>(
    mut socket: WebSocketStream<S>,
    code: CloseCode,
    reason: &'static str,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let closing = async {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        if socket.close(Some(frame)).await.is_err() {
            return;
        }
        let mut stream = socket.into_inner();
        // From now on the peer sees the end; a client that waits for it to close does.
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut unread = [0; READ];
        while stream.read(&mut unread).await.is_ok_and(|count| count > 0) {}
    };
    if timeout(CLOSING, closing).await.is_err() {
        tracing::debug!("a WebSocket's client did not close it in time");
    }
}
