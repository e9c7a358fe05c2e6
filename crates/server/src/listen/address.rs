//! Addresses: `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080`, `unix:/run/tidegate.sock`.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    time::Duration,
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_rustls::server::TlsStream;

use super::{exposure, tls::Counted};
use crate::{config::Config, error::Error};

/// Where a server listens.
#[derive(Debug)]
pub(crate) enum Listener {
    /// TCP.
    Tcp(TcpListener, SocketAddr),
    /// A Unix socket; its file goes when the listener does.
    Unix(UnixListener, SocketFile),
}

/// One accepted connection.
pub(crate) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    /// Boxed: a session of TLS is far larger than a socket.
    Tls(Box<TlsStream<Counted>>),
}

/// The file of a Unix socket.
#[derive(Debug)]
pub(crate) struct SocketFile(PathBuf);

/// How long a preface that arrives byte by byte is waited for between looks.
const PATIENCE: Duration = Duration::from_millis(10);

/// How many connections the system may hold ready before they are accepted.
const BACKLOG: i32 = 1024;

// === impl Listener ===

impl Listener {
    /// Listens at `address`; beyond loopback only if the configuration makes that safe.
    pub(crate) fn bind(address: &str, config: &Config, knows_callers: bool) -> Result<Self, Error> {
        if let Some(path) = address.strip_prefix("unix:") {
            if config.tls.is_some() {
                let why = "it is for TCP; a Unix socket is guarded by its file's permissions";
                return Err(Error::setting("tls", why));
            }
            return Self::bind_unix(address, Path::new(path));
        }
        let found: Vec<SocketAddr> = address
            .to_socket_addrs()
            .map_err(|source| Error::bind(address, source))?
            .collect();
        let chosen = found
            .iter()
            .find(|found| found.is_ipv4())
            .or_else(|| found.first());
        let Some(chosen) = chosen else {
            return Err(Error::address(address, "the name has no address"));
        };
        if !chosen.ip().is_loopback()
            && let Some(lacks) = exposure::lacks(config, knows_callers)
        {
            return Err(Error::unsafe_address(address, lacks));
        }
        let listener = listen(*chosen).map_err(|source| Error::bind(address, source))?;
        let local = listener
            .local_addr()
            .map_err(|source| Error::bind(address, source))?;
        Ok(Self::Tcp(listener, local))
    }

    fn bind_unix(address: &str, path: &Path) -> Result<Self, Error> {
        // A socket's file outlives a server that was killed: one that nobody answers at is removed.
        if std::os::unix::net::UnixStream::connect(path).is_err() && is_socket(path) {
            let _ = std::fs::remove_file(path);
        }
        let listener = UnixListener::bind(path).map_err(|source| Error::bind(address, source))?;
        Ok(Self::Unix(listener, SocketFile(path.to_owned())))
    }

    /// Returns the next connection, and the address at its other end.
    pub(super) async fn accept(&self) -> io::Result<(Stream, Option<IpAddr>)> {
        match self {
            Self::Tcp(listener, _) => {
                let (stream, peer) = listener.accept().await?;
                // Without it an answer of two writes waits 40 ms for the first one's acknowledgement.
                stream.set_nodelay(true)?;
                // A socket for both families sees IPv4 as a part of IPv6.
                Ok((Stream::Tcp(stream), Some(peer.ip().to_canonical())))
            }
            Self::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                Ok((Stream::Unix(stream), None))
            }
        }
    }

    /// Returns the TCP address, if it is one.
    pub(crate) const fn addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(_, addr) => Some(*addr),
            Self::Unix(..) => None,
        }
    }
}

// === impl Stream ===

impl Stream {
    /// Waits for the first bytes, leaves them where they are, and tells whether they open HTTP/2
    /// (RFC 9113 §3.4). On a Unix socket they cannot be looked at: there it is HTTP/1.1.
    pub(super) async fn speaks_http2(&self, wait: Duration) -> io::Result<bool> {
        const PREFACE: [u8; 4] = *b"PRI ";

        let Self::Tcp(stream) = self else {
            return Ok(false);
        };
        let look = async {
            let mut first = [0; PREFACE.len()];
            loop {
                let seen = stream.peek(&mut first).await?;
                if seen == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                if first[..seen] != PREFACE[..seen] {
                    return Ok(false);
                }
                if seen == PREFACE.len() {
                    return Ok(true);
                }
                // "P" alone may become POST; what is there already wakes nobody.
                tokio::time::sleep(PATIENCE).await;
            }
        };
        tokio::time::timeout(wait, look)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl fmt::Display for Listener {
    /// Where it is, without a scheme that depends on what is spoken there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(_, addr) => addr.fmt(f),
            Self::Unix(_, file) => write!(f, "unix:{}", file.0.display()),
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A restarted server takes its port back while old connections linger.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;

    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.file_type().is_socket())
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
