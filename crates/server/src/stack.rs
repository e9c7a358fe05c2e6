//! The whole walk on one screen.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response, StatusCode, request::Parts};
use http_body::Body;
use tidegate_era::{Head, Reject};

use crate::{
    access::{self, Entry},
    audit::Refused,
    connection::Connection,
    endpoint,
    guard::{self, Visitor},
    respond::{self, ResponseBody},
    routes::{self, Route},
    state::State,
};

/// Answers one request, at the path it is for or at the endpoint. If it comes from a page that may
/// call, whatever the answer is, the page may read it.
pub(crate) async fn answer<B>(
    state: &Arc<State>,
    connection: &Connection,
    by_path: bool,
    mut parts: Box<Parts>,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    let found = if by_path {
        routes::find(&state.config, parts.uri.path())
    } else {
        Some(Route::Endpoint)
    };
    let page = state.guard.page(&parts.headers);
    let client = state.guard.client(connection, &parts.headers).address;
    let methods = || match found {
        Some(front) => Some(routes::methods(front)),
        None => state.callers.document(parts.uri.path()).map(|_| "GET"),
    };
    let preflight = page.as_ref();
    let preflight = preflight.and_then(|page| state.guard.preflight(page, methods(), &parts));
    let entry = Entry::of_request(client, routes::name(found), &mut parts);
    let mut answer = match preflight {
        Some(answer) => answer,
        None => route(state, connection, found, parts, body).await,
    };
    if let Some(page) = page {
        page.sign(answer.headers_mut());
    }
    if let Some(refused) = answer.extensions_mut().remove::<Refused>() {
        let (front, status) = (routes::name(found), answer.status());
        let who = entry.as_ref().and_then(|entry| entry.who());
        let audit = &state.audit;
        audit.refused(&refused, who.as_deref(), client, front, status);
    }
    if let Some(entry) = entry {
        entry.answered(answer.status());
        answer.body_mut().enter(entry);
    }
    answer
}

/// Answers one request at the front it is for.
async fn route<B>(
    state: &Arc<State>,
    connection: &Connection,
    found: Option<Route>,
    parts: Box<Parts>,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    if let Err(reject) = guard::count(&parts.headers) {
        return respond::refuse(&reject);
    }
    match found {
        Some(Route::Endpoint) => walk(state, connection, parts, body).await,
        Some(Route::WebSocket) => Box::pin(websocket(state, connection, parts)).await,
        // Apart and boxed, so that a connection's room for a request stays small.
        Some(front) => Box::pin(beside(state, connection, front, parts, body)).await,
        None => nothing(state, connection, &parts).await,
    }
}

/// Answers one request to the endpoint.
async fn walk<B>(
    state: &Arc<State>,
    connection: &Connection,
    parts: Box<Parts>,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    // Strangers are judged first, by their headers alone …
    let is_post = parts.method == Method::POST;
    let fits = |head: &Head<'_>| if is_post { head.check_post() } else { Ok(()) };
    let admitted = admit(state, connection, &parts, fits).await;
    let answer = match (admitted, &parts.method) {
        (Err(reject), _) => Err(reject),
        // … then the door that fits the method reads the message, decides its era, and hands
        // it to the one place that calls the handler …
        (Ok(visitor), &Method::POST) => endpoint::post(state, &visitor, parts, body).await,
        (Ok(visitor), &Method::GET) => endpoint::get(state, &visitor, &parts).await,
        (Ok(visitor), &Method::DELETE) => endpoint::delete(state, &visitor, &parts),
        (Ok(_), _) => Err(Reject::guard(
            StatusCode::METHOD_NOT_ALLOWED,
            "messages are sent by POST",
        )),
    };
    // … and what comes back, answer or refusal, becomes HTTP in one place.
    answer.unwrap_or_else(|reject| respond::refuse(&reject))
}

/// Answers one request to a front that stands beside the endpoint.
async fn beside<B>(
    state: &Arc<State>,
    connection: &Connection,
    front: Route,
    parts: Box<Parts>,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    let visitor = match admit(state, connection, &parts, |_| Ok(())).await {
        Ok(visitor) => visitor,
        Err(reject) => return respond::refuse(&reject),
    };
    let answer = match front {
        Route::Sse => Ok(endpoint::sse::open(state, &visitor, &parts)),
        Route::Messages => Ok(endpoint::sse::post(state, &visitor, &parts, body).await),
        Route::Streams => endpoint::streams(state, &parts),
        Route::Tool => endpoint::plain::tool(state, &visitor, parts, body).await,
        Route::Sample(sample) => endpoint::plain::sample(state, &visitor, sample, &parts),
        // They are walked to otherwise.
        Route::Endpoint | Route::WebSocket => Err(nothing_there(&state.config.path)),
    };
    answer.unwrap_or_else(|reject| respond::refuse(&reject))
}

/// Answers a handshake: the same strangers are judged as strictly before a connection is theirs.
async fn websocket(
    state: &Arc<State>,
    connection: &Connection,
    mut parts: Box<Parts>,
) -> Response<ResponseBody> {
    let admitted = admit(state, connection, &parts, |_| Ok(())).await;
    admitted
        .and_then(|visitor| endpoint::websocket::answer(state, &visitor, &mut parts))
        .unwrap_or_else(|reject| endpoint::websocket::refuse(&reject))
}

/// Judges a stranger by where it comes from.
fn judge<'a>(state: &State, parts: &'a Parts) -> Result<Head<'a>, Reject> {
    let head = Head::read(&parts.headers)?;
    state.guard.check(&head, &parts.uri)?;
    Ok(head)
}

/// Judges a stranger by where it comes from, and finds out who it is; whoever passes, and whose
/// request `fits`, may be read.
async fn admit<'a>(
    state: &State,
    connection: &'a Connection,
    parts: &Parts,
    fits: impl Fn(&Head<'_>) -> Result<(), Reject>,
) -> Result<Visitor<'a>, Reject> {
    let head = judge(state, parts)?;
    let fits = fits(&head);
    let principal = state.callers.identify(connection, parts).await?;
    if let Some(principal) = &principal {
        access::who(parts, principal);
    }
    fits?;
    Ok(Visitor {
        connection,
        client: state.guard.client(connection, &parts.headers).address,
        principal,
    })
}

/// Answers a request for a path without a front.
async fn nothing(state: &State, connection: &Connection, parts: &Parts) -> Response<ResponseBody> {
    let answer = match state.callers.document(parts.uri.path()) {
        // Who does not know yet where to get a token may read where …
        Some(document) => judge(state, parts).and_then(|_| endpoint::document(parts, document)),
        // … and whoever may not call is not told what is here either.
        None => {
            let admitted = admit(state, connection, parts, |_| Ok(())).await;
            admitted.and_then(|_| Err(nothing_there(&state.config.path)))
        }
    };
    answer.unwrap_or_else(|reject| respond::refuse(&reject))
}

fn nothing_there(endpoint: &str) -> Reject {
    Reject::guard(
        StatusCode::NOT_FOUND,
        format!("nothing is served at this path; the endpoint is {endpoint}"),
    )
}
