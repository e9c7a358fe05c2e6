//! Accepting connections, serving them, and letting go.

use std::{
    convert::Infallible,
    net::IpAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use http::{Request, Response, header};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

use super::{
    address::{Listener, Stream},
    opened::Opened,
    tls::Secure,
    watched::{self, Watched},
};
use crate::{
    connection::{Connection, Pulse},
    respond::ResponseBody,
    stack,
    state::State,
};

/// How long accepting pauses when the system has no more files: they come back as others close.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves all who come until `stop` completes, then lets calls end, to a limit.
pub(crate) async fn serve(
    state: Arc<State>,
    listener: Listener,
    secure: Option<Arc<Secure>>,
    stop: impl Future<Output = ()>,
) {
    // It ends with the set that it is in.
    let mut fresh = JoinSet::new();
    if let Some(secure) = &secure {
        fresh.spawn(Arc::clone(secure).keep_fresh());
    }
    let permits = Arc::new(Semaphore::new(state.config.max_connections));
    let most = u32::try_from(state.config.max_connections).unwrap_or(u32::MAX);
    let (stopping, stopped) = watch::channel(false);
    let shared = Shared {
        state,
        secure,
        stopped,
    };
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let permit = Arc::clone(&permits)
                .acquire_owned()
                .await
                .expect("never closed");
            (permit, listener.accept().await)
        };
        tokio::select! {
            biased;
            () = &mut stop => break,
            (permit, accepted) = next => match accepted {
                Ok((stream, peer)) => {
                    tokio::spawn(connection(shared.clone(), stream, peer, permit));
                }
                Err(error) => {
                    tracing::warn!("a connection could not be accepted: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let Shared { state, .. } = shared;
    tracing::info!(
        calls = state.calls.len(),
        tasks = state.tasks.len(),
        "stopping: calls under way may end"
    );
    state.stop();
    let _ = stopping.send(true);
    let all_gone = async {
        let _ = permits.acquire_many(most).await;
        // Calls whose callers hung up, and tasks, have no connection to wait for.
        while state.calls.len() + state.tasks.len() + state.census.len() > 0 {
            tokio::time::sleep(PAUSE).await;
        }
    };
    if tokio::time::timeout(state.config.drain, all_gone)
        .await
        .is_err()
    {
        tracing::warn!(
            calls = state.calls.len(),
            tasks = state.tasks.len(),
            "stopped with work under way"
        );
    }
    state.calls.close();
    state.tasks.stop().await;
}

/// What all connections of a server share.
#[derive(Clone)]
struct Shared {
    state: Arc<State>,
    secure: Option<Arc<Secure>>,
    stopped: watch::Receiver<bool>,
}

async fn connection(
    mut shared: Shared,
    stream: Stream,
    peer: Option<IpAddr>,
    place: OwnedSemaphorePermit,
) {
    let pulse = Arc::<Pulse>::default();
    let most = shared.state.config.max_head;
    let wait = shared.state.config.idle_timeout;
    let first = tokio::select! {
        first = Opened::of(stream, shared.secure.as_ref(), wait, &pulse) => first,
        _ = shared.stopped.changed() => return,
    };
    let Opened {
        stream,
        http2,
        secured,
    } = match first {
        Ok(opened) => opened,
        Err(error) => {
            tracing::debug!(
                ?peer,
                "a connection broke before its first request: {error}"
            );
            return;
        }
    };
    let connection = Arc::new(Connection::new(Arc::clone(&pulse), peer, secured));
    if let Some(certificate) = connection.certificate() {
        let fingerprint = certificate.fingerprint;
        tracing::debug!(?peer, %fingerprint, subject = certificate.subject, "a client showed its certificate");
    }
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&pulse), place));
    let state = Arc::clone(&shared.state);
    let service =
        service_fn(move |request| answer(Arc::clone(&state), Arc::clone(&connection), request));
    // Each protocol by itself: hyper-util's choosing between both keeps the bytes it looked at,
    // which doubles the read buffer of every connection.
    if http2 {
        // Its frames come for many reasons: bytes without a request are no half-sent head.
        pulse.frames();
        let mut http = http2::Builder::new(TokioExecutor::new());
        http.timer(TokioTimer::new());
        http.max_header_list_size(u32::try_from(most).unwrap_or(u32::MAX));
        let mut serving = Box::pin(http.serve_connection(io, service));
        let stop = |serving: Pin<&mut http2::Connection<_, _, _>>| serving.graceful_shutdown();
        drive(shared, &pulse, serving.as_mut(), stop).await;
    } else {
        let mut http = http1::Builder::new();
        http.max_buf_size(most);
        let serving = pin!(http.serve_connection(io, service).with_upgrades());
        let stop = |serving: Pin<&mut http1::UpgradeableConnection<_, _>>| {
            serving.graceful_shutdown();
        };
        drive(shared, &pulse, serving, stop).await;
    }
}

/// Answers a request. Its head is boxed before the future begins: a connection keeps room for the
/// whole future as long as it lives.
fn answer(
    state: Arc<State>,
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response<ResponseBody>, Infallible>> {
    let busy = connection.begin();
    let (parts, body) = request.into_parts();
    let parts = Box::new(parts);
    async move {
        let mut response = stack::route(&state, &connection, parts, body).await;
        if let Some(hsts) = connection.hsts() {
            let name = header::STRICT_TRANSPORT_SECURITY;
            response.headers_mut().insert(name, hsts.clone());
        }
        response.body_mut().keep(busy);
        Ok(response)
    }
}

/// Serves a connection until it ends, becomes a WebSocket, is of no use any more, or the server
/// stops; then `stop` lets its request end.
async fn drive<C>(
    mut shared: Shared,
    pulse: &Pulse,
    mut serving: Pin<&mut C>,
    stop: impl Fn(Pin<&mut C>),
) where
    C: Future<Output = hyper::Result<()>>,
{
    let mut watching = pin!(watched::watch(pulse, &shared.state.config));
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
            changed = shared.stopped.changed() => {
                stop(serving.as_mut());
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}
