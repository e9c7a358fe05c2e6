//! The numbers of one stream's frames, written where the frames are written.

use std::{io::Write, sync::Arc, time::Duration};

use tidegate_model::Id;

use super::{event_id::EventKeys, store::Stream};
use crate::ticket::SessionKey;

/// Numbers the frames of one call: 1, 2, 3, …; 0 is the place before the first.
///
/// Most calls say nothing but their answer, so nothing is worked out before the first frame.
#[derive(Debug)]
pub struct Numbers {
    keys: Arc<EventKeys>,
    session: SessionKey,
    request: Id,
    stream: Option<Stream>,
    /// `id: ` and what all ids of the stream begin with.
    prefix: Vec<u8>,
    written: u64,
}

/// What most frames fit in.
const FRAME: usize = 192;

// === impl Numbers ===

impl Numbers {
    /// Returns the numbers of the call `request` of `session`.
    #[must_use]
    pub const fn new(keys: Arc<EventKeys>, session: SessionKey, request: Id) -> Self {
        Self {
            keys,
            session,
            request,
            stream: None,
            prefix: Vec::new(),
            written: 0,
        }
    }

    /// Returns the stream that is numbered.
    pub(crate) fn stream(&mut self) -> Stream {
        if let Some(stream) = self.stream {
            return stream;
        }
        let stream = self.keys.next_stream(self.session);
        self.prefix.reserve(64);
        self.prefix.extend_from_slice(b"id: ");
        self.keys
            .write_prefix(&mut self.prefix, stream, &self.request);
        self.stream = Some(stream);
        stream
    }

    /// Writes the id of the next frame.
    pub(crate) fn write_next(&mut self, out: &mut Vec<u8>) {
        self.stream();
        self.written += 1;
        // One growth for the id and a short frame, instead of one for each.
        out.reserve(self.prefix.len() + FRAME);
        self.write(out, self.written);
    }

    /// Writes the event that stands before the first frame: it has no message, only a place to
    /// resume from, and how long to wait before that (2025-11-25 transports, SEP-1699).
    pub(crate) fn write_priming(&mut self, out: &mut Vec<u8>, retry: Duration) {
        self.stream();
        self.write(out, 0);
        let _ = write!(out, "retry: {}\ndata: \n\n", retry.as_millis());
    }

    fn write(&self, out: &mut Vec<u8>, number: u64) {
        out.extend_from_slice(&self.prefix);
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        out.push(b'\n');
    }
}
