//! Servers under test.

use std::{ops::Deref, path::Path};

use tidegate_handler::Handler;
use tidegate_server::{Error, Server};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{Door, soon};

/// Returns a server that offers nothing yet.
#[must_use]
pub fn server() -> Server {
    Server::new("under test", "1.0.0")
}

/// A server that listens; as a [`Door`], it can be asked.
#[derive(Debug)]
pub struct Running {
    door: Door,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<Result<(), Error>>,
}

/// Letting a server listen.
pub trait Run {
    /// Listens at a free port of this machine.
    fn run(self) -> impl Future<Output = Running>;

    /// Listens at a Unix socket.
    fn run_at(self, socket: &Path) -> impl Future<Output = Running>;
}

/// Serving without a socket, so that time can be paused.
pub trait InMemory {
    /// Returns a door to the endpoint, whatever the path.
    fn in_memory(self) -> Door;

    /// Returns a door to every front, each at its path.
    fn in_memory_by_path(self) -> Door;
}

// === impl Server ===

impl<H: Handler> Run for Server<H> {
    async fn run(self) -> Running {
        let bound = self.bind("127.0.0.1:0").await.expect("a free port");
        let door = Door::Tcp(bound.addr());
        Running::start(bound, door)
    }

    async fn run_at(self, socket: &Path) -> Running {
        let address = format!("unix:{}", socket.display());
        let bound = self.bind(&address).await.expect("a free path");
        Running::start(bound, Door::Unix(socket.to_owned()))
    }
}

impl<H: Handler> InMemory for Server<H> {
    fn in_memory(self) -> Door {
        Door::Memory(self.service())
    }

    fn in_memory_by_path(self) -> Door {
        Door::Memory(self.routes())
    }
}

// === impl Running ===

impl Running {
    fn start(bound: tidegate_server::Bound, door: Door) -> Self {
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(bound.run_until(async {
            // Nobody ever stops a server whose handle was dropped.
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        }));
        Self {
            door,
            stop: Some(stop),
            served,
        }
    }

    /// Tells the server to stop; calls under way may end.
    pub fn begin_to_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Stops the server and waits until it has.
    ///
    /// # Panics
    ///
    /// When the server panicked, or does not stop.
    pub async fn stop(mut self) {
        self.begin_to_stop();
        let served = soon("the server's end", self.served).await;
        served
            .expect("the server has not panicked")
            .expect("it ran until it was stopped");
    }
}

impl Deref for Running {
    type Target = Door;

    fn deref(&self) -> &Door {
        &self.door
    }
}
