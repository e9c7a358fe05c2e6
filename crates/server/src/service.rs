//! The whole server as a tower service, for programs that have an HTTP server already.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;

use crate::{connection::Connection, respond::ResponseBody, stack, state::State};

/// A server without a socket.
///
/// Made by [`Server::service`](crate::Server::service) it is the endpoint, at whatever path it is
/// nested under:
///
/// ```
/// use tidegate_server::Server;
///
/// let server = Server::new("files", "1.0.0").service();
/// let app: axum::Router = axum::Router::new().nest_service("/mcp", server);
/// # let _ = app;
/// ```
///
/// Made by [`Server::routes`](crate::Server::routes) it is the endpoint and all that stands beside
/// it, each at its own path, for what no other route takes:
///
/// ```
/// use tidegate_server::Server;
///
/// let server = Server::new("files", "1.0.0").routes();
/// let app: axum::Router = axum::Router::new().fallback_service(server);
/// # let _ = app;
/// ```
///
/// The program around it decides how long connections live and how large heads may be; all that
/// concerns messages holds as it does under [`Server::listen`](crate::Server::listen).
#[derive(Clone)]
pub struct Service {
    state: Arc<State>,
    connection: Arc<Connection>,
    /// It answers by path; else it is the endpoint, wherever it was put.
    by_path: bool,
}

// === impl Service ===

impl Service {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self {
            state,
            connection: Arc::default(),
            by_path: false,
        }
    }

    /// Lets it answer by path, with every front.
    pub(crate) const fn by_path(mut self) -> Self {
        self.by_path = true;
        self
    }

    /// Ends all GET and listen streams and opens no more, so that connections can close. Calls,
    /// streams that were resumed and tasks go on to their ends; those of an HTTP+SSE connection within
    /// [`Config::drain`](crate::Config::drain).
    pub fn stop(&self) {
        self.state.stop();
    }
}

impl<B> tower_service::Service<Request<B>> for Service
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Send,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self {
            state,
            connection,
            by_path,
        } = self.clone();
        let (parts, body) = request.into_parts();
        let parts = Box::new(parts);
        Box::pin(async move { Ok(stack::answer(&state, &connection, by_path, parts, body).await) })
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("path", &self.state.config.path)
            .finish_non_exhaustive()
    }
}
