//! The ways to serve: at an address, over standard input and output, inside another program.

use std::{future::Future, pin::pin, sync::Arc};

use tidegate_handler::Handler;
use tidegate_store::MemoryTasks;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Server;
use crate::{
    bound::Bound,
    census::Front,
    endpoint::{stdio, websocket},
    error::Error,
    listen::{Listener, Secure},
    service::Service,
    state::State,
};

// === impl Server ===

impl<H: Handler> Server<H> {
    /// Serves at `address` until the process ends: `127.0.0.1:8080`, or `unix:/path`.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened at, is open to others without authentication, the
    /// certificates of [`Config::tls`](crate::Config::tls) cannot be used, or the handler cannot be
    /// served.
    pub async fn listen(self, address: &str) -> Result<(), Error> {
        let bound = self.bind(address).await?;
        tracing::info!("listening on {}", bound.url());
        bound.run().await
    }

    /// Takes the address; the server waits to be run. Port 0 picks a free one.
    ///
    /// # Errors
    ///
    /// As [`listen`](Self::listen).
    #[expect(
        clippy::unused_async,
        reason = "it needs the runtime, as its callers should see"
    )]
    pub async fn bind(self, address: &str) -> Result<Bound, Error> {
        let listener = Listener::bind(address, &self.config, self.access.authenticate.is_some())?;
        let secure = Secure::read(&self.config, address).map_err(Error::tls)?;
        Ok(Bound::new(self.state()?, listener, secure))
    }

    /// Serves the program that started this one, over standard input and output, until its input
    /// ends; then calls under way may end, within [`Config::drain`](crate::Config::drain).
    ///
    /// Standard output is for messages alone from now on: what the process prints goes to standard
    /// error.
    ///
    /// # Errors
    ///
    /// When standard input or output cannot be read or written, or the handler cannot be served.
    pub async fn stdio(self) -> Result<(), Error> {
        self.stdio_until(std::future::pending()).await
    }

    /// Like [`stdio`](Self::stdio), and ends in the same good order when `stop` completes.
    ///
    /// # Errors
    ///
    /// As [`stdio`](Self::stdio).
    pub async fn stdio_until(self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let input = stdio::input().map_err(Error::stdio)?;
        let output = stdio::output().map_err(Error::stdio)?;
        self.serve_lines(input, output, stop).await
    }

    /// Serves one client over a pair of streams, with a message a line, as over standard input and
    /// output, until `reader` ends or `stop` completes.
    ///
    /// # Errors
    ///
    /// When they cannot be read or written, or the handler cannot be served.
    pub async fn serve_lines(
        self,
        reader: impl AsyncRead + Unpin,
        writer: impl AsyncWrite + Unpin,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let state = self.state()?;
        let mut serving = pin!(stdio::serve(&state, reader, writer));
        let served = tokio::select! {
            served = &mut serving => served,
            () = stop => {
                state.stop();
                serving.await
            }
        };
        state.calls.close();
        state.tasks.stop().await;
        served.map_err(Error::stdio)
    }

    /// Serves one client over a stream on which the handshake of WebSocket is done, as a server of
    /// another kind may have, until the client closes it or `stop` completes.
    ///
    /// # Errors
    ///
    /// When the handler cannot be served.
    pub async fn serve_websocket(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let state = self.state()?;
        let Some(presence) = state.census.enter(Front::WebSocket, usize::MAX) else {
            return Ok(());
        };
        let mut serving = pin!(websocket::serve(&state, presence, None, stream));
        tokio::select! {
            () = &mut serving => {}
            () = stop => {
                state.stop();
                serving.await;
            }
        }
        state.calls.close();
        state.tasks.stop().await;
        Ok(())
    }

    /// Returns the server as a tower service.
    ///
    /// # Panics
    ///
    /// When the handler cannot be served, as a router that has two tools of one name;
    /// [`try_service`](Self::try_service) says so instead.
    #[must_use]
    pub fn service(self) -> Service {
        self.try_service().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Returns the server as a tower service.
    ///
    /// # Errors
    ///
    /// When the handler cannot be served.
    pub fn try_service(self) -> Result<Service, Error> {
        self.state().map(Service::new)
    }

    /// Returns the server as a tower service that answers by path: the endpoint at
    /// [`Config::path`](crate::Config::path), and every front that is on
    /// ([`Config::fronts`](crate::Config::fronts)) at its own.
    ///
    /// # Panics
    ///
    /// When the handler cannot be served; [`try_routes`](Self::try_routes) says so instead.
    #[must_use]
    pub fn routes(self) -> Service {
        self.try_routes().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Returns the server as a tower service that answers by path.
    ///
    /// # Errors
    ///
    /// When the handler cannot be served.
    pub fn try_routes(self) -> Result<Service, Error> {
        self.try_service().map(Service::by_path)
    }

    fn state(self) -> Result<Arc<State>, Error> {
        let problems = self.handler.problems();
        if !problems.is_empty() {
            return Err(Error::handler(problems));
        }
        let tasks = self
            .tasks
            .unwrap_or_else(|| Arc::new(MemoryTasks::default()));
        State::new(self.config, Arc::new(self.handler), tasks, self.access)
    }
}
