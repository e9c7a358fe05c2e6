//! The host's lines, each sent where it belongs.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tidegate_era::{Body, Envelope, Kind, Reject, code};
use tidegate_model::Id;
use tokio::{
    io::AsyncRead,
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    task::JoinSet,
    time::timeout,
};

use super::{COURTESY, End, PROMPT, Relaying};
use crate::link::stdio::Lines;

/// What runs for the host.
#[derive(Default)]
struct Tasks {
    /// Requests, whose answers are waited for at the end.
    requests: JoinSet<()>,
    /// Streams that end with the host.
    streams: JoinSet<()>,
}

/// How many requests may run at once; then no more is read. A host asks a handful at a time.
const MOST: usize = 1024;

/// How long answers are waited for after the host has closed its side. Whoever closes it wants to go.
const FLUSH: Duration = Duration::from_secs(5);

impl Relaying {
    /// Reads the host's lines to their end, or to `stop`; returns which it was.
    pub(super) async fn read(
        self: &Arc<Self>,
        lines: Lines<impl AsyncRead + Unpin>,
        stop: impl Future<Output = ()>,
    ) -> End {
        let mut tasks = Tasks::default();
        let end = tokio::select! {
            () = self.read_and_flush(lines, &mut tasks) => End::Input,
            () = stop => End::Stop,
        };
        self.give_up().await;
        tasks.requests.shutdown().await;
        tasks.streams.shutdown().await;
        let within = match end {
            End::Input => COURTESY,
            End::Stop => PROMPT,
        };
        self.close(within).await;
        end
    }

    /// Reads the host's lines to their end, and waits for the answers, within reason.
    async fn read_and_flush(
        self: &Arc<Self>,
        mut lines: Lines<impl AsyncRead + Unpin>,
        tasks: &mut Tasks,
    ) {
        let running = Arc::new(Semaphore::new(MOST));
        loop {
            match lines.next().await {
                Ok(Some(line)) => self.admit(line, tasks, &running).await,
                Ok(None) => break,
                Err(error) => {
                    self.refuse(None, code::PARSE, &error.to_string()).await;
                    break;
                }
            }
            while tasks.requests.try_join_next().is_some() {}
        }
        let answered = async { while tasks.requests.join_next().await.is_some() {} };
        if timeout(FLUSH, answered).await.is_err() {
            tracing::warn!("the host has gone; calls that still run are given up");
        }
    }

    /// Takes in one line of the host.
    async fn admit(self: &Arc<Self>, line: Bytes, tasks: &mut Tasks, running: &Arc<Semaphore>) {
        let envelope = match Body::read(&line) {
            Ok(Body::One(envelope)) => *envelope,
            Ok(Body::Batch(_)) => {
                let why = "batches are not relayed; send each message on a line of its own";
                return self.refuse(None, code::INVALID_REQUEST, why).await;
            }
            Err((malformed, id)) => {
                let reject = Reject::from(malformed);
                return self.refuse(id.as_ref(), reject.code, &reject.message).await;
            }
        };
        let method = envelope
            .method
            .as_ref()
            .map_or("", |method| method.as_str());
        match (envelope.kind(), envelope.id.clone()) {
            (Kind::Request, Some(id)) if self.cancels.lock().contains_key(&id) => {
                let why = "a request with this id is under way";
                self.refuse(Some(&id), code::INVALID_REQUEST, why).await;
            }
            (Kind::Request, Some(id)) if is_modern(&envelope) => {
                let streams = method == "subscriptions/listen";
                let permit = running.clone().acquire_owned().await;
                let work = self.cancellable(line, envelope, id, permit.ok());
                match streams {
                    true => tasks.streams.spawn(work),
                    false => tasks.requests.spawn(work),
                };
            }
            (Kind::Request, Some(id)) if method == "initialize" => {
                self.initialize(line, &id).await;
            }
            (Kind::Request, Some(id)) => {
                let (relaying, permit) = (self.clone(), running.clone().acquire_owned().await);
                let method = method.to_owned();
                self.unanswered.lock().insert(id.clone());
                tasks.requests.spawn(async move {
                    relaying.legacy(line, &envelope, &method, &id).await;
                    relaying.unanswered.lock().remove(&id);
                    drop(permit);
                });
            }
            (_, _) if method == "notifications/initialized" => {
                // What follows needs it.
                self.tell(line).await;
                let relaying = self.clone();
                if self.sessions.begin_standing() {
                    tasks.streams.spawn(async move { relaying.stand().await });
                }
            }
            (_, _) => {
                if method == "notifications/cancelled" && self.cancel(&envelope) {
                    return;
                }
                let relaying = self.clone();
                tasks
                    .requests
                    .spawn(async move { relaying.tell(line).await });
            }
        }
    }

    /// Returns the work on a modern request, until it is done or cancelled.
    fn cancellable(
        self: &Arc<Self>,
        line: Bytes,
        envelope: Envelope,
        id: Id,
        permit: Option<OwnedSemaphorePermit>,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (cancel, cancelled) = oneshot::channel();
        self.cancels.lock().insert(id.clone(), cancel);
        let relaying = self.clone();
        async move {
            tokio::select! {
                () = relaying.modern(line, &envelope, &id) => {}
                // Closing its stream cancels it.
                Ok(()) = cancelled => {}
            }
            relaying.cancels.lock().remove(&id);
            drop(permit);
        }
    }

    /// Cancels a modern request; returns whether there was one.
    fn cancel(&self, envelope: &Envelope) -> bool {
        let named = envelope.params.request_id.as_ref();
        let cancel = named.and_then(|id| self.cancels.lock().remove(id));
        // It may have been answered in this very moment.
        cancel.map(|cancel| cancel.send(())).is_some()
    }
}

/// Whether a message claims to be of the modern era.
const fn is_modern(envelope: &Envelope) -> bool {
    envelope.params.meta.version.is_some()
}
