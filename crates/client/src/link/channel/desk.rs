//! Where a channel takes requests in: each HTTP verb means what it means to an MCP endpoint.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use tidegate_era::{Body, Envelope, Kind, SESSION_ID};
use tokio::{
    runtime::Handle,
    sync::Mutex,
    time::{Instant, sleep_until},
};

use super::{
    Open,
    connection::{Connection, Unsent, one_line},
    fault::{Broken, NotOpened},
    mailbox::Inbox,
    restarts::Restarts,
};
use crate::{error::BoxError, link::LinkBody};

/// A channel: its connection, and what opens the next.
pub(super) struct Desk {
    open: Open,
    runtime: Handle,
    /// Held while a connection is opened, so that one does it for all.
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    connection: Option<Arc<Connection>>,
    generation: u64,
    restarts: Restarts,
}

// === impl Desk ===

impl Desk {
    pub(super) fn new(open: Open, runtime: Handle) -> Self {
        Self {
            open,
            runtime,
            line: Mutex::default(),
        }
    }

    /// Takes a request in and answers it.
    pub(super) async fn exchange(
        self: Arc<Self>,
        request: Request<Bytes>,
    ) -> Result<Response<LinkBody>, BoxError> {
        let (parts, body) = request.into_parts();
        match parts.method {
            Method::POST => self.post(&parts.headers, body).await,
            Method::GET => Ok(self.get(&parts.headers).await),
            Method::DELETE => Ok(self.delete(&parts.headers).await),
            _ => Ok(status(StatusCode::METHOD_NOT_ALLOWED)),
        }
    }

    async fn post(&self, headers: &HeaderMap, body: Bytes) -> Result<Response<LinkBody>, BoxError> {
        let message = one_line(body.clone());
        let Ok(Body::One(envelope)) = Body::read(&body) else {
            return Ok(refused("what was to be sent is no JSON-RPC message"));
        };
        // A message that a dying connection did not take was not sent: the next one takes it.
        for _ in 0..2 {
            let connection = match headers.get(SESSION_ID) {
                Some(session) => match self.connection_of(session).await {
                    Some(connection) => connection,
                    None => return Ok(status(StatusCode::NOT_FOUND)),
                },
                None => self.connection().await?,
            };
            if let Ok(answer) = put(&connection, &envelope, message.clone()).await {
                return Ok(answer);
            }
        }
        Err(Broken::because("the connection ended before the request was sent").into())
    }

    async fn get(&self, headers: &HeaderMap) -> Response<LinkBody> {
        let Some(session) = headers.get(SESSION_ID) else {
            return status(StatusCode::BAD_REQUEST);
        };
        let connection = self.connection_of(session).await;
        match connection.map(|connection| connection.stand()) {
            Some(Ok(inbox)) => stream(inbox),
            Some(Err(Unsent)) | None => status(StatusCode::NOT_FOUND),
        }
    }

    /// Closes the connection, and waits until the server has ended.
    async fn delete(&self, headers: &HeaderMap) -> Response<LinkBody> {
        let mut line = self.line.lock().await;
        let named = |connection: &mut Arc<Connection>| match headers.get(SESSION_ID) {
            Some(session) => names(session, connection),
            None => true,
        };
        let Some(connection) = line.connection.take_if(named) else {
            return status(StatusCode::NOT_FOUND);
        };
        drop(line);
        connection.close().await;
        status(StatusCode::OK)
    }

    /// Returns the connection that a session lives on, if it lives.
    async fn connection_of(&self, session: &HeaderValue) -> Option<Arc<Connection>> {
        let line = self.line.lock().await;
        let connection = line.connection.as_ref()?;
        (connection.is_open() && names(session, connection)).then(|| connection.clone())
    }

    /// Returns the connection, opened if there is none.
    ///
    /// # Cancel safety
    ///
    /// Dropped while it waits or opens, it leaves no connection; the next caller opens one.
    async fn connection(&self) -> Result<Arc<Connection>, BoxError> {
        let mut line = self.line.lock().await;
        if let Some(connection) = line.connection.take() {
            if connection.is_open() {
                line.connection = Some(connection.clone());
                return Ok(connection);
            }
            line.restarts.broke(connection.lived(), Instant::now());
        }
        let next = line.restarts.next(Instant::now()).map_err(|left| {
            let why = format!(
                "it broke again and again as soon as it was there; the next try is in {left:.0?}"
            );
            NotOpened(why.into())
        })?;
        sleep_until(next).await;
        let duplex = (self.open)().await.map_err(NotOpened)?;
        line.generation += 1;
        let connection = Connection::new(duplex, line.generation, &self.runtime);
        line.connection = Some(connection.clone());
        Ok(connection)
    }
}

/// Sends what a POST holds.
async fn put(
    connection: &Arc<Connection>,
    envelope: &Envelope,
    message: Bytes,
) -> Result<Response<LinkBody>, Unsent> {
    match (envelope.kind(), &envelope.id) {
        (Kind::Request, Some(id)) => {
            let mut answer = stream(connection.ask(id, envelope, message).await?);
            if envelope
                .method
                .as_ref()
                .is_some_and(|name| name.as_str() == "initialize")
            {
                let session = HeaderValue::from(connection.generation);
                answer.headers_mut().insert(SESSION_ID, session);
            }
            Ok(answer)
        }
        (Kind::Response, id) => {
            connection.reply(id.as_ref(), message).await?;
            Ok(status(StatusCode::ACCEPTED))
        }
        _ => {
            connection.tell(message).await?;
            Ok(status(StatusCode::ACCEPTED))
        }
    }
}

fn names(session: &HeaderValue, connection: &Connection) -> bool {
    *session == HeaderValue::from(connection.generation)
}

fn stream(inbox: Inbox) -> Response<LinkBody> {
    let mut answer = Response::new(inbox.boxed_unsync());
    let events = HeaderValue::from_static("text/event-stream");
    answer.headers_mut().insert(header::CONTENT_TYPE, events);
    answer
}

fn status(status: StatusCode) -> Response<LinkBody> {
    let mut answer = whole("");
    *answer.status_mut() = status;
    answer
}

fn refused(why: &'static str) -> Response<LinkBody> {
    let mut answer = whole(why);
    *answer.status_mut() = StatusCode::BAD_REQUEST;
    answer
}

fn whole(text: &'static str) -> Response<LinkBody> {
    let body = Full::from(text).map_err(|never| match never {});
    Response::new(body.boxed_unsync())
}
