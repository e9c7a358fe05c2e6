//! Accepting connections, serving them, and letting go.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use http::{Request, StatusCode};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tidegate_era::Reject;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{
    address::{Listener, Stream},
    connection::Connection,
    watched::{self, Watched},
};
use crate::{respond, stack::Stack};

/// How long accepting pauses when the system has no more files: they come back as others close.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves all who come until `stop` completes, then lets calls end, to a limit.
pub(crate) async fn serve(stack: Arc<Stack>, listener: Listener, stop: impl Future<Output = ()>) {
    let permits = Arc::new(Semaphore::new(stack.config.max_connections));
    let most = u32::try_from(stack.config.max_connections).unwrap_or(u32::MAX);
    let (stopping, stopped) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let permit = Arc::clone(&permits).acquire_owned().await.expect("never closed");
            (permit, listener.accept().await)
        };
        tokio::select! {
            biased;
            () = &mut stop => break,
            (permit, accepted) = next => match accepted {
                Ok(stream) => {
                    tokio::spawn(connection(Arc::clone(&stack), stream, stopped.clone(), permit));
                }
                Err(error) => {
                    tracing::warn!("a connection could not be accepted: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    tracing::info!(calls = stack.calls.len(), "stopping: calls under way may end");
    stack.streams.close_all();
    let _ = stopping.send(true);
    let all_gone = permits.acquire_many(most);
    if tokio::time::timeout(stack.config.drain, all_gone).await.is_err() {
        tracing::warn!("stopped with connections still open");
    }
}

async fn connection(
    stack: Arc<Stack>,
    stream: Stream,
    mut stopped: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
) {
    let connection = Arc::new(Connection::default());
    let pulse = Arc::clone(&connection.pulse);
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&pulse)));
    let config = stack.config.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let stack = Arc::clone(&stack);
        let connection = Arc::clone(&connection);
        async move {
            let busy = connection.begin();
            let mut response = if request.uri().path() == stack.config.path {
                stack.walk(&connection, request).await
            } else {
                respond::refuse(&no_such_path(&stack.config.path))
            };
            response.body_mut().keep(busy);
            Ok::<_, Infallible>(response)
        }
    });
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().max_buf_size(config.max_head).pipeline_flush(true);
    http.http2().max_header_list_size(u32::try_from(config.max_head).unwrap_or(u32::MAX));
    let mut serving = pin!(http.serve_connection(io, service));
    let mut watching = pin!(watched::watch(&pulse, &config));
    loop {
        tokio::select! {
            ended = &mut serving => {
                if let Err(error) = ended {
                    tracing::debug!("a connection broke: {error}");
                }
                return;
            }
            why = &mut watching => {
                tracing::debug!("a connection is closed: {why}");
                return;
            }
            changed = stopped.changed() => {
                serving.as_mut().graceful_shutdown();
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}

fn no_such_path(path: &str) -> Reject {
    Reject::guard(StatusCode::NOT_FOUND, format!("nothing is served at this path; the endpoint is {path}"))
}
