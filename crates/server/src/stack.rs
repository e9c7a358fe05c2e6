//! The whole walk on one screen.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{Method, Response, StatusCode, request::Parts};
use http_body::Body;
use tidegate_era::{Head, Reject};
use tidegate_model::Principal;

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

/// Who sends a request, once that is known: for whoever writes down that it was turned away.
type Who = OnceLock<Arc<Principal>>;

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
    let who = Who::new();
    let mut answer = match preflight {
        Some(answer) => answer,
        None => route(state, connection, &who, found, parts, body).await,
    };
    if let Some(page) = page {
        page.sign(answer.headers_mut());
    }
    if let Some(refused) = answer.extensions_mut().remove::<Refused>() {
        let (front, status) = (routes::name(found), answer.status());
        let who = who.get().map(|principal| principal.name());
        state.audit.refused(&refused, who, client, front, status);
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
    who: &Who,
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
        Some(Route::Endpoint) => walk(state, connection, who, parts, body).await,
        Some(Route::WebSocket) => Box::pin(websocket(state, connection, who, parts)).await,
        // Apart and boxed, so that a connection's room for a request stays small.
        Some(front) => Box::pin(beside(state, connection, who, front, parts, body)).await,
        None => nothing(state, connection, who, &parts).await,
    }
}

/// Answers one request to the endpoint.
async fn walk<B>(
    state: &Arc<State>,
    connection: &Connection,
    who: &Who,
    parts: Box<Parts>,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    // Strangers are judged first, by their headers alone …
    let is_post = parts.method == Method::POST;
    let fits = |head: &Head<'_>| if is_post { head.check_post() } else { Ok(()) };
    let admitted = admit(state, connection, who, &parts, fits).await;
    let answer = match (admitted, &parts.method) {
        (Err(reject), _) => Err(reject),
        // … then the door that fits the method reads the message, decides its era, and hands
        // it to the one place that calls the handler …
        (Ok(visitor), &Method::POST) => endpoint::post(state, &visitor, parts, body).await,
        (Ok(visitor), &Method::GET) => match enough(state, &visitor) {
            Ok(()) => endpoint::get(state, &visitor, &parts).await,
            Err(reject) => Err(reject),
        },
        (Ok(visitor), &Method::DELETE) => {
            enough(state, &visitor).and_then(|()| endpoint::delete(state, &visitor, &parts))
        }
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
    who: &Who,
    front: Route,
    parts: Box<Parts>,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    let admitted = admit(state, connection, who, &parts, |_| Ok(())).await;
    // A call says by itself what it needs.
    let is_call = matches!(front, Route::Tool | Route::Messages);
    let admitted = admitted.and_then(|visitor| match is_call {
        true => Ok(visitor),
        false => enough(state, &visitor).map(|()| visitor),
    });
    let visitor = match admitted {
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
    who: &Who,
    mut parts: Box<Parts>,
) -> Response<ResponseBody> {
    let admitted = admit(state, connection, who, &parts, |_| Ok(())).await;
    admitted
        .and_then(|visitor| {
            enough(state, &visitor)?;
            endpoint::websocket::answer(state, &visitor, &mut parts)
        })
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
    who: &Who,
    parts: &Parts,
    fits: impl Fn(&Head<'_>) -> Result<(), Reject>,
) -> Result<Visitor<'a>, Reject> {
    let head = judge(state, parts)?;
    let fits = fits(&head);
    let principal = state.callers.identify(connection, parts).await?;
    if let Some(principal) = &principal {
        access::who(parts, principal);
        let _ = who.set(Arc::clone(principal));
    }
    fits?;
    Ok(Visitor {
        connection,
        client: state.guard.client(connection, &parts.headers).address,
        principal,
    })
}

/// Judges whether a caller has the scopes that everything needs.
fn enough(state: &State, visitor: &Visitor<'_>) -> Result<(), Reject> {
    state.callers.may_come_in(visitor.principal.as_deref())
}

/// Answers a request for a path without a front.
async fn nothing(
    state: &State,
    connection: &Connection,
    who: &Who,
    parts: &Parts,
) -> Response<ResponseBody> {
    let answer = match state.callers.document(parts.uri.path()) {
        // Who does not know yet where to get a token may read where …
        Some(document) => judge(state, parts).and_then(|_| endpoint::document(parts, document)),
        // … and whoever may not call is not told what is here either.
        None => {
            let admitted = admit(state, connection, who, parts, |_| Ok(())).await;
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
