//! How a measured server starts, says where it is, and stops.

use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// Runs `main` on the multi-thread runtime that every measured server uses.
///
/// # Errors
/// When the runtime cannot start, or as `main` does.
pub fn run<E>(workers: usize, main: impl Future<Output = Result<(), E>>) -> Result<(), E>
where
    E: From<io::Error>,
{
    Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()?
        .block_on(main)
}

/// Binds `listen` and announces the address.
///
/// # Errors
/// When the address cannot be had, or stdout is closed.
pub async fn bind(listen: &str) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(listen).await?;
    announce(listener.local_addr()?)?;
    Ok(listener)
}

/// Prints the address on a line of stdout, where the load waits for it.
///
/// # Errors
/// When stdout is closed.
pub fn announce(addr: SocketAddr) -> io::Result<()> {
    announce_with(addr, "")
}

/// Prints the address, and after it what callers have to show.
///
/// # Errors
/// When stdout is closed.
pub fn announce_with(addr: SocketAddr, shows: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{addr} {shows}")?;
    stdout.flush()
}

/// Resolves when the process is asked to stop, so that it can end as a program should: callgrind writes its
/// figures at exit.
///
/// # Errors
/// When the signal cannot be listened to.
pub async fn terminated() -> io::Result<()> {
    signal(SignalKind::terminate())?.recv().await;
    Ok(())
}
