//! The floor's `count`: a task that makes notifications, a bounded channel, and a body that hands them on.
//!
//! ```text
//! task ─▶ channel of 64 ─▶ batch: all that is ready in one frame │ channel: one frame each ─▶ socket
//! ```

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Serialize;
use serde_json::value::RawValue;
use tidegate_bench_common::Count;
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::rpc::{Reply, event};

/// Notifications that may wait for the socket; more make the task wait.
const ROOM: usize = 64;

#[derive(Serialize)]
struct Notification<'a> {
    jsonrpc: &'static str,
    method: &'static str,
    params: Progress<'a>,
}

#[derive(Serialize)]
struct Progress<'a> {
    #[serde(rename = "progressToken")]
    token: &'a RawValue,
    progress: u32,
    total: u32,
}

/// Starts the call and returns its events.
pub fn start(
    id: u64,
    count: Count,
    token: Option<Box<RawValue>>,
    modern: bool,
) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(ROOM);
    tokio::spawn(produce(id, count, token, modern, sender));
    receiver
}

/// Hands on all that is ready in one frame.
pub fn batched(receiver: Receiver<Vec<u8>>) -> impl Stream<Item = Result<Bytes, Infallible>> {
    unfold(
        (receiver, Vec::with_capacity(ROOM)),
        async |(mut receiver, mut events)| {
            if receiver.recv_many(&mut events, ROOM).await == 0 {
                return None;
            }
            let frame = events.concat();
            events.clear();
            Some((Ok(Bytes::from(frame)), (receiver, events)))
        },
    )
}

/// Hands each event on in a frame of its own.
pub fn single(receiver: Receiver<Vec<u8>>) -> impl Stream<Item = Result<Bytes, Infallible>> {
    unfold(receiver, async |mut receiver| {
        let event = receiver.recv().await?;
        Some((Ok(Bytes::from(event)), receiver))
    })
}

/// Sends the notifications and the answer, until they are done or the reader has gone.
async fn produce(
    id: u64,
    count: Count,
    token: Option<Box<RawValue>>,
    modern: bool,
    sender: Sender<Vec<u8>>,
) {
    if let Some(token) = token.as_deref() {
        for progress in 1..=count.n {
            if let Some(delay) = count.delay_ms {
                tokio::time::sleep(Duration::from_millis(delay)).await;
            }
            let params = Progress {
                token,
                progress,
                total: count.n,
            };
            let notification = Notification {
                jsonrpc: "2.0",
                method: "notifications/progress",
                params,
            };
            if send(&sender, &notification).await.is_none() {
                return;
            }
        }
    }
    send(&sender, &Reply::text(id, "done", modern)).await;
}

/// Sends one event; nothing comes back when the reader has gone.
async fn send(sender: &Sender<Vec<u8>>, value: &impl Serialize) -> Option<()> {
    let mut out = Vec::with_capacity(192);
    event(&mut out, value).ok()?;
    sender.send(out).await.ok()
}
