//! The ways to a server.

use std::{net::SocketAddr, path::PathBuf};

use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tidegate_server::Service;
use tokio::{
    io::duplex,
    net::{TcpStream, UnixStream},
};
use tower_service::Service as _;

use crate::{Answer, Connection, Request, soon};

/// A way to a server.
#[derive(Clone, Debug)]
pub enum Door {
    /// Over TCP.
    Tcp(SocketAddr),
    /// Over a Unix socket.
    Unix(PathBuf),
    /// Over a pipe in memory; each connection is an HTTP/1.1 one.
    Memory(Service),
}

/// How many bytes a pipe in memory holds: few, so that what is not read is noticed soon.
const PIPE: usize = 16 * 1024;

// === impl Door ===

impl Door {
    /// Returns the TCP address.
    ///
    /// # Panics
    ///
    /// When the way is another.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        match self {
            Self::Tcp(addr) => *addr,
            other => panic!("{other:?} has no TCP address"),
        }
    }

    /// Opens a connection.
    ///
    /// # Panics
    ///
    /// When nobody listens.
    pub async fn connect(&self) -> Connection {
        let listening = "the server listens";
        match self {
            Self::Tcp(addr) => {
                let socket = TcpStream::connect(addr).await.expect(listening);
                socket.set_nodelay(true).expect("a socket");
                Connection::over(socket)
            }
            Self::Unix(path) => Connection::over(UnixStream::connect(path).await.expect(listening)),
            Self::Memory(service) => {
                let (ours, theirs) = duplex(PIPE);
                let service = service.clone();
                let answer = service_fn(move |request: hyper::Request<Incoming>| {
                    service.clone().call(request)
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(theirs), answer));
                Connection::over(ours)
            }
        }
    }

    /// Sends a request on a connection of its own and returns once the answer's head is here.
    ///
    /// # Panics
    ///
    /// When no answer comes.
    pub async fn ask(&self, request: impl Into<Request>) -> Answer {
        let connection = soon("a connection", self.connect()).await;
        connection.send(request).await
    }
}
