//! What a connection speaks, which is known before its first request is read.

use std::{io, sync::Arc, time::Duration};

use super::{address::Stream, tls::Secure};
use crate::connection::{Pulse, Secured};

/// A connection of which is known what it speaks.
pub(super) struct Opened {
    pub(super) stream: Stream,
    pub(super) http2: bool,
    pub(super) secured: Option<Secured>,
}

// === impl Opened ===

impl Opened {
    /// Finds out what a connection speaks: by what TLS agrees on, or by its first bytes, which are
    /// waited for so long.
    pub(super) async fn of(
        stream: Stream,
        secure: Option<&Arc<Secure>>,
        wait: Duration,
        pulse: &Arc<Pulse>,
    ) -> io::Result<Self> {
        match (secure, stream) {
            (Some(secure), Stream::Tcp(stream)) => {
                // Apart and boxed, so that a connection's room stays small without TLS.
                let opened = Box::pin(secure.open(stream, pulse)).await?;
                Ok(Self {
                    stream: Stream::Tls(opened.stream),
                    http2: opened.http2,
                    secured: Some(opened.secured),
                })
            }
            (_, stream) => Ok(Self {
                http2: stream.speaks_http2(wait).await?,
                stream,
                secured: None,
            }),
        }
    }
}
