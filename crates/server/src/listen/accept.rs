//! Accepting connections, serving them, and letting go.

use std::{
    convert::Infallible,
    io,
    net::IpAddr,
    pin::{Pin, pin},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use http::{Request, Response, StatusCode, header};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

use super::{
    address::{Listener, Stream},
    crowd::Crowd,
    flow::{self, Streams},
    opened::Opened,
    tls::Secure,
    watched::{self, Place, Watched},
};
use crate::{
    audit::{Reason, Refused},
    connection::{Connection, Pulse},
    respond::ResponseBody,
    stack,
    state::State,
};

/// How long accepting pauses when the system has no more files: they come back as others close.
const PAUSE: Duration = Duration::from_millis(100);

/// How many streams an HTTP/2 connection may have open. Default 200: twenty times what a page opens,
/// and a hundred connections reach what `max_calls` and `max_streams` leave to all.
const STREAMS: u32 = 200;

/// How many bytes of an HTTP/2 stream wait to be sent. Default 64 KiB: more than most answers have.
/// What is longer waits where it is made.
const SEND_BUFFER: usize = 64 * 1024;

/// How many streams that an HTTP/2 client has reset may wait to be accepted; then its connection is
/// closed. Default 20: resetting what was hardly asked for is no use but an attack (CVE-2023-44487).
const RESETS: usize = 20;

/// How many streams of an HTTP/2 connection may be reset here for mistakes of its client; then it is
/// closed. Default 100: a client that goes on with them does it on purpose (CVE-2025-8671).
const MISTAKES: usize = 100;

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
    let crowd = Crowd::new(
        state.config.max_connections,
        state.config.per_caller.max_connections,
    );
    let (stopping, stopped) = watch::channel(false);
    let shared = Shared {
        state,
        secure,
        stopped,
    };
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let (stream, peer) = listener.accept().await?;
            let permit = room(&permits, &crowd).await;
            Ok::<_, io::Error>((stream, peer, permit))
        };
        tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = next => match accepted {
                Ok((stream, peer, permit)) => {
                    // Whoever may not connect is told by the end: there is no request to answer.
                    if !shared.state.guard.may_connect(peer) {
                        let why = "it came past the proxy that was declared";
                        turn_away(&shared.state, peer, Reason::Guard, why);
                        continue;
                    }
                    let Some(counted) = crowd.count(peer) else {
                        let why = "too many connections come from this address";
                        turn_away(&shared.state, peer, Reason::Limit, why);
                        continue;
                    };
                    let place = (permit, counted);
                    let crowd = Arc::clone(&crowd);
                    tokio::spawn(connection(shared.clone(), crowd, stream, peer, place));
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

/// Returns a place for one more connection: another one's, where all are taken.
async fn room(permits: &Arc<Semaphore>, crowd: &Crowd) -> OwnedSemaphorePermit {
    let mut permit = pin!(Arc::clone(permits).acquire_owned());
    loop {
        let soon = tokio::time::timeout(Duration::ZERO, permit.as_mut()).await;
        if let Ok(permit) = soon {
            return permit.expect("never closed");
        }
        crowd.make_room();
        if let Ok(permit) = tokio::time::timeout(PAUSE, permit.as_mut()).await {
            return permit.expect("never closed");
        }
    }
}

/// Writes down that a connection was closed as soon as it was there.
fn turn_away(state: &State, peer: Option<IpAddr>, reason: Reason, why: &str) {
    let status = match reason {
        Reason::Limit => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::FORBIDDEN,
    };
    let why = why.to_owned();
    let refused = Refused { reason, why };
    state.audit.refused(&refused, None, peer, "-", status);
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
    crowd: Arc<Crowd>,
    stream: Stream,
    peer: Option<IpAddr>,
    place: Place,
) {
    let pulse = Arc::<Pulse>::default();
    let _listed = crowd.list(&pulse);
    let most = shared.state.config.max_head;
    let wait = shared.state.config.idle_timeout;
    let first = tokio::select! {
        first = Opened::of(stream, shared.secure.as_ref(), wait, &pulse) => first,
        _ = shared.stopped.changed() => return,
        () = pulse.leave.notified() => return,
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
        let config = &shared.state.config;
        let mut http = http2::Builder::new(Streams::new(config.stall_timeout));
        http.timer(TokioTimer::new());
        http.max_header_list_size(u32::try_from(most).unwrap_or(u32::MAX));
        http.max_concurrent_streams(STREAMS);
        http.max_send_buf_size(SEND_BUFFER);
        http.max_pending_accept_reset_streams(RESETS);
        http.max_local_error_reset_streams(MISTAKES);
        http.keep_alive_interval(config.ping_every);
        http.keep_alive_timeout(config.pong_timeout);
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
        let mut response = stack::answer(&state, &connection, true, parts, body).await;
        if let Some(hsts) = connection.hsts() {
            let name = header::STRICT_TRANSPORT_SECURITY;
            response.headers_mut().insert(name, hsts.clone());
        }
        response.body_mut().keep(busy);
        if connection.pulse.framed.load(Ordering::Relaxed)
            && let Some(flow) = flow::here()
        {
            response.body_mut().flow(flow);
        }
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
            () = pulse.leave.notified() => {
                tracing::debug!("a connection is closed: it lay idle, and another one wants its place");
                stop(serving.as_mut());
                // Half a head is no request; one that came in the last moment is answered.
                let ended = tokio::time::timeout(PAUSE, serving.as_mut()).await.is_ok();
                if ended || !pulse.is_working() {
                    return;
                }
            }
        }
    }
}
