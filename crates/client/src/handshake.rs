//! Opening a session, and opening it anew when the server has forgotten it (legacy).

use std::sync::Arc;

use http::{StatusCode, header::HeaderValue};
use serde_json::json;
use tidegate_era::{Revision, SESSION_ID};
use tidegate_model::{Id, Level};
use tokio::time::timeout;

use crate::{
    endpoint::{
        Outgoing, Session,
        legacy::{self, Current, DEFAULT_LEVEL},
    },
    error::Error,
    exchange::{Answer, Exchange},
    info::{Introduction, ServerInfo},
    wire::{Deadlines, Wire},
};

/// Opens a session, asking for `revision`; the server may settle on another.
pub(crate) async fn open(
    wire: &Arc<Wire>,
    revision: Revision,
) -> Result<(Arc<Session>, ServerInfo), Error> {
    let (current, info) = initialize(wire, revision).await?;
    let session = Arc::new(Session::new(current, info.capabilities.logging.is_some()));
    if let Some(level) = wire.log_level.filter(|level| *level != DEFAULT_LEVEL) {
        set_level(wire, &session, level).await;
    }
    Ok((session, info))
}

/// Opens the session anew, unless another call has done so since `ended` was read.
pub(crate) async fn renew(
    wire: &Arc<Wire>,
    session: &Arc<Session>,
    ended: &Current,
) -> Result<(), Error> {
    let _one_at_a_time = session.renewing.lock().await;
    if session.current().id != ended.id {
        return Ok(());
    }
    tracing::info!("the server has forgotten the session; it is opened anew");
    let (current, _) = initialize(wire, ended.revision).await?;
    session.replace(current);
    if ended.level != DEFAULT_LEVEL {
        set_level(wire, session, ended.level).await;
    }
    for uri in session.watching.wanted() {
        watch(wire, session, &uri).await;
    }
    session.renewed();
    wire.missed();
    Ok(())
}

/// Subscribes to a resource again. A server that refuses it now tells no changes of it; the others
/// are still to be had.
async fn watch(wire: &Arc<Wire>, session: &Arc<Session>, uri: &str) {
    let id = wire.id();
    let outgoing = Outgoing::new("resources/subscribe", None).field("uri", json!(uri));
    let request = session.current().request(wire, &id, &outgoing);
    if let Err(error) = ask(wire, id, request).await {
        tracing::warn!(uri, %error, "the server does not tell of a resource any more");
    }
}

/// Makes sure that the session gets log messages from `level` on. Levels are the session's, so
/// it is only ever lowered here; each call leaves aside what it did not ask for.
pub(crate) async fn lower_level(wire: &Arc<Wire>, session: &Arc<Session>, level: Option<Level>) {
    if let Some(level) = level.filter(|level| *level < session.current().level) {
        set_level(wire, session, level).await;
    }
}

/// Sends a request that no session needs, and returns its answer.
pub(crate) async fn ask(
    wire: &Arc<Wire>,
    id: Id,
    request: http::Request<bytes::Bytes>,
) -> Result<Answer, Error> {
    exchange(wire, id, request).answer().await
}

fn exchange(wire: &Arc<Wire>, id: Id, request: http::Request<bytes::Bytes>) -> Exchange {
    let deadlines = Deadlines {
        total: Some(wire.limits.handshake),
        idle: None,
    };
    let sender = wire.clone();
    Exchange::begin(
        wire.clone(),
        id,
        async move { sender.send(request).await },
        deadlines,
    )
}

async fn initialize(wire: &Arc<Wire>, asked: Revision) -> Result<(Current, ServerInfo), Error> {
    let id = wire.id();
    let request = legacy::initialize(wire, asked, &id);
    let answer = ask(wire, id, request).await?;
    let introduction = Introduction::read("initialize", &answer.result)?;
    let revision = settled(introduction.protocol_version.as_deref())?;
    let current = Current {
        id: answer.headers.get(SESSION_ID).cloned().map(sensitive),
        revision,
        level: DEFAULT_LEVEL,
    };
    confirm(wire, &current).await?;
    Ok((current, introduction.into_info(revision)))
}

/// Which revision the server settled on.
fn settled(name: Option<&str>) -> Result<Revision, Error> {
    let known = name
        .and_then(Revision::read)
        .filter(|revision| !revision.is_modern());
    known.ok_or_else(|| {
        Error::era(format_args!(
            "the server answered initialize with the protocol version {}, which this client does not speak",
            name.unwrap_or("(none)")
        ))
    })
}

/// Tells the server that the handshake is done.
async fn confirm(wire: &Wire, current: &Current) -> Result<(), Error> {
    let within = wire.limits.handshake;
    let sent = timeout(within, wire.send(current.initialized(wire))).await;
    let receive = sent.map_err(|_| {
        Error::timeout("the server did not take notifications/initialized", within)
    })??;
    match receive.status() {
        status if status.is_success() => Ok(()),
        StatusCode::NOT_FOUND if current.id.is_some() => {
            Err(Error::lost("the session ended as soon as it was open"))
        }
        status => Err(Error::refused(status, "notifications/initialized")),
    }
}

/// Asks for log messages from `level` on. Who has none, or refuses, is not worth a failed call.
async fn set_level(wire: &Arc<Wire>, session: &Arc<Session>, level: Level) {
    if !session.logs {
        return;
    }
    let id = wire.id();
    let outgoing = Outgoing::new("logging/setLevel", None).field("level", json!(level));
    let request = session.current().request(wire, &id, &outgoing);
    let exchange = exchange(wire, id, request).within(Some(session.clone()), wire.log_level);
    match exchange.answer().await {
        Ok(_) => session.set_level(level),
        Err(error) => tracing::warn!(%level, %error, "the server does not set the log level"),
    }
}

/// A session's id opens the session to whoever has it: debug output hides it.
fn sensitive(mut id: HeaderValue) -> HeaderValue {
    id.set_sensitive(true);
    id
}
