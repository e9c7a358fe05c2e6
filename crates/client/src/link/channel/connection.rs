//! One connection: what is written to it, who reads it, and how it ends.

mod reading;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use parking_lot::Mutex;
use tidegate_era::Envelope;
use tidegate_model::Id;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc, mpsc::error::TrySendError},
    task::JoinHandle,
    time::{Instant, timeout},
};

pub(crate) use self::reading::one_line;
use self::reading::read;
use super::{
    Duplex,
    fault::Broken,
    mailbox::{Inbox, Mailbox},
    routes::{Place, Routes},
};

/// One connection. Dropped, it is closed at once.
pub(super) struct Connection {
    /// Which of a channel's connections it is: what a session's id names.
    pub(super) generation: u64,
    /// Taken when nothing is to be written any more.
    outgoing: Mutex<Option<mpsc::Sender<Bytes>>>,
    routes: Mutex<Routes>,
    reading: Mutex<Option<JoinHandle<()>>>,
    opened: Instant,
    broke: Mutex<Option<Instant>>,
    runtime: Handle,
    /// What is said on the side while the connection is busy.
    asides: Arc<Semaphore>,
}

/// Why a message was not sent: the connection has ended. The server has seen nothing of it.
pub(super) struct Unsent;

/// How many messages nobody waits for, a cancellation or an answer to a ping, may wait to be
/// written; a server that reads so slowly misses no more by the next.
const ASIDES: usize = 64;

/// How long such a message may wait.
const ASIDE_WITHIN: Duration = Duration::from_secs(5);

/// How long a server may take to end after it was told that nothing more comes: longer than a
/// child process is given to go by itself and to heed two signals.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

// === impl Connection ===

impl Connection {
    /// Begins to read a connection that has just been opened.
    pub(super) fn new(duplex: Duplex, generation: u64, runtime: &Handle) -> Arc<Self> {
        let connection = Arc::new(Self {
            generation,
            outgoing: Mutex::new(Some(duplex.outgoing)),
            routes: Mutex::default(),
            reading: Mutex::default(),
            opened: Instant::now(),
            broke: Mutex::default(),
            runtime: runtime.clone(),
            asides: Arc::new(Semaphore::new(ASIDES)),
        });
        let reading = runtime.spawn(read(Arc::downgrade(&connection), duplex.incoming));
        *connection.reading.lock() = Some(reading);
        connection
    }

    /// Returns whether messages can be written.
    pub(super) fn is_open(&self) -> bool {
        let open = self.sender().is_some_and(|sender| !sender.is_closed());
        open && !self.routes.lock().has_ended()
    }

    /// Returns how long the connection has lived.
    pub(super) fn lived(&self) -> Duration {
        let until = self.broke.lock().unwrap_or_else(Instant::now);
        until.duration_since(self.opened)
    }

    /// Sends a request; returns what arrives for it.
    pub(super) async fn ask(
        self: &Arc<Self>,
        id: &Id,
        request: &Envelope,
        message: Bytes,
    ) -> Result<Inbox, Unsent> {
        let mailbox = self
            .routes
            .lock()
            .register(id, request)
            .map_err(|_| Unsent)?;
        let inbox = Inbox::new(mailbox, self.clone(), Place::Request(id.clone()));
        self.tell(message).await?;
        self.routes.lock().sent(id);
        Ok(inbox)
    }

    /// Sends the answer to a question of the server's.
    pub(super) async fn reply(&self, id: Option<&Id>, message: Bytes) -> Result<(), Unsent> {
        if let Some(id) = id {
            self.routes.lock().replied(id);
        }
        self.tell(message).await
    }

    /// Sends a message that is not answered.
    pub(super) async fn tell(&self, message: Bytes) -> Result<(), Unsent> {
        let sender = self.sender().ok_or(Unsent)?;
        sender.send(message).await.map_err(|_| Unsent)
    }

    /// Returns what arrives for no request.
    pub(super) fn stand(self: &Arc<Self>) -> Result<Inbox, Unsent> {
        let mailbox = self.routes.lock().stand().map_err(|_| Unsent)?;
        Ok(Inbox::new(mailbox, self.clone(), Place::Standing))
    }

    /// Takes note that nobody reads a mailbox any more; a request whose it was is cancelled.
    pub(super) fn leave(&self, place: &Place, mailbox: &Arc<Mailbox>) {
        let reply = self.routes.lock().leave(place, mailbox);
        if let Some(reply) = reply {
            self.say(reply);
        }
    }

    /// Says that nothing more comes, and waits until the server has ended.
    pub(super) async fn close(&self) {
        self.routes.lock().close();
        self.hang_up();
        let Some(mut reading) = self.reading.lock().take() else {
            return;
        };
        if timeout(ENDS_WITHIN, &mut reading).await.is_err() {
            reading.abort();
        }
    }

    /// Writes a message that nobody waits for, at once or on the side.
    fn say(&self, message: Bytes) {
        let Some(sender) = self.sender() else {
            return;
        };
        let Err(TrySendError::Full(message)) = sender.try_send(message) else {
            return;
        };
        let Ok(permit) = self.asides.clone().try_acquire_owned() else {
            tracing::warn!("the server reads too slowly to be told everything");
            return;
        };
        self.runtime.spawn(async move {
            if timeout(ASIDE_WITHIN, sender.send(message)).await.is_err() {
                tracing::debug!("the server did not take a message in time");
            }
            drop(permit);
        });
    }

    fn sender(&self) -> Option<mpsc::Sender<Bytes>> {
        self.outgoing.lock().clone()
    }

    fn hang_up(&self) {
        self.outgoing.lock().take();
    }

    fn broke(&self, why: &Broken) {
        *self.broke.lock() = Some(Instant::now());
        self.routes.lock().end(why);
        self.hang_up();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(reading) = self.reading.get_mut() {
            reading.abort();
        }
    }
}
