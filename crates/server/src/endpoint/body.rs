//! A request's body, whole, within its bounds.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body::{Body, Frame};
use tidegate_era::{Reject, code};

use crate::{config::Config, limits::Held, state::State};

/// Reads a body. One that arrived with its head, as most do, is neither copied nor timed.
pub(super) async fn read<B>(mut body: B, state: &State) -> Result<Bytes, Reject>
where
    B: Body<Data = Bytes> + Unpin,
{
    let config = &state.config;
    if body.size_hint().lower() > config.max_body as u64 {
        return Err(too_large(config));
    }
    let mut body = Pin::new(&mut body);
    let mut whole = Whole::default();
    // hyper has the first piece ready when the body came in the same read as the head.
    let first = poll_fn(|task| Poll::Ready(body.as_mut().poll_frame(task))).await;
    if let Poll::Ready(frame) = first
        && whole.take(frame, state)?
    {
        return Ok(whole.into_bytes());
    }
    if body.is_end_stream() {
        return Ok(whole.into_bytes());
    }
    // Apart and boxed, so that a connection's room for a request stays small.
    Box::pin(rest(body, whole, state)).await
}

/// Reads what did not arrive with the head, in its time.
async fn rest<B>(mut body: Pin<&mut B>, mut whole: Whole, state: &State) -> Result<Bytes, Reject>
where
    B: Body<Data = Bytes>,
{
    let mut timeout = pin!(tokio::time::sleep(state.config.body_timeout));
    loop {
        let frame = poll_fn(|task| {
            if timeout.as_mut().poll(task).is_ready() {
                return Poll::Ready(Err(too_slow()));
            }
            body.as_mut().poll_frame(task).map(Ok)
        })
        .await?;
        if whole.take(frame, state)? || body.is_end_stream() {
            return Ok(whole.into_bytes());
        }
    }
}

/// The pieces of a body: one is kept as it is, more are joined.
#[derive(Default)]
struct Whole {
    first: Bytes,
    rest: BytesMut,
    /// That they are counted, once there is more than one.
    held: Option<Held>,
}

// === impl Whole ===

impl Whole {
    /// Takes the next piece; true at the end.
    fn take<E>(
        &mut self,
        frame: Option<Result<Frame<Bytes>, E>>,
        state: &State,
    ) -> Result<bool, Reject> {
        let config = &state.config;
        let data = match frame {
            None => return Ok(true),
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            Some(Err(_)) => {
                return Err(Reject::bad_request(
                    code::INVALID_REQUEST,
                    "the body broke off before its end",
                ));
            }
        };
        if self.first.len() + self.rest.len() + data.len() > config.max_body {
            return Err(too_large(config));
        }
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = data;
        } else {
            let held = self.held.get_or_insert_with(|| state.buffered.begin());
            held.hold(self.first.len() + data.len())?;
            if self.rest.is_empty() {
                self.rest
                    .extend_from_slice(&std::mem::take(&mut self.first));
            }
            self.rest.extend_from_slice(&data);
        }
        Ok(false)
    }

    fn into_bytes(self) -> Bytes {
        match self.held {
            Some(held) => held.keep(self.rest),
            None => self.first,
        }
    }
}

fn too_large(config: &Config) -> Reject {
    Reject::guard(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body is longer than {} bytes", config.max_body),
    )
}

fn too_slow() -> Reject {
    Reject::guard(
        StatusCode::REQUEST_TIMEOUT,
        "the body took too long to arrive",
    )
}
