//! The whole walk on one screen.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response, StatusCode, request::Parts};
use http_body::Body;
use tidegate_era::{Head, Reject};

use crate::{
    connection::Connection,
    endpoint,
    respond::{self, ResponseBody},
    routes::{self, Route},
    state::State,
};

/// Answers one request at the path it is for.
pub(crate) async fn route<B>(
    state: &Arc<State>,
    connection: &Connection,
    parts: Box<Parts>,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    match routes::find(&state.config, parts.uri.path()) {
        Some(Route::Endpoint) => walk(state, connection, parts, body).await,
        Some(Route::WebSocket) => websocket(state, parts),
        // Apart and boxed, so that a connection's room for a request stays small.
        Some(front) => Box::pin(beside(state, front, parts, body)).await,
        // Whoever may not call is not told what is here either.
        None => respond::refuse(&match judge(state, &parts) {
            Ok(_) => nothing_there(&state.config.path),
            Err(reject) => reject,
        }),
    }
}

/// Answers one request to the endpoint.
pub(crate) async fn walk<B>(
    state: &Arc<State>,
    connection: &Connection,
    parts: Box<Parts>,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    // Strangers are judged first, by their headers alone …
    let judged = judge(state, &parts).and_then(|head| {
        if parts.method == Method::POST {
            head.check_post()?;
        }
        Ok(())
    });
    let answer = match (judged, &parts.method) {
        (Err(reject), _) => Err(reject),
        // … then the door that fits the method reads the message, decides its era, and hands
        // it to the one place that calls the handler …
        (Ok(()), &Method::POST) => endpoint::post(state, connection, parts, body).await,
        (Ok(()), &Method::GET) => endpoint::get(state, &parts).await,
        (Ok(()), &Method::DELETE) => endpoint::delete(state, &parts),
        (Ok(()), _) => Err(Reject::guard(
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
    front: Route,
    parts: Box<Parts>,
    body: B,
) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    let judged = judge(state, &parts).map(drop);
    let answer = match (judged, front) {
        (Err(reject), _) => Err(reject),
        (Ok(()), Route::Sse) => Ok(endpoint::sse::open(state, &parts)),
        (Ok(()), Route::Messages) => Ok(endpoint::sse::post(state, &parts, body).await),
        (Ok(()), Route::Streams) => endpoint::streams(state, &parts),
        (Ok(()), Route::Tool) => endpoint::plain::tool(state, parts, body).await,
        (Ok(()), Route::Sample(sample)) => endpoint::plain::sample(state, sample, &parts),
        // They are walked to otherwise.
        (Ok(()), Route::Endpoint | Route::WebSocket) => Err(nothing_there(&state.config.path)),
    };
    answer.unwrap_or_else(|reject| respond::refuse(&reject))
}

/// Answers a handshake: the same strangers are judged as strictly before a connection is theirs.
fn websocket(state: &Arc<State>, mut parts: Box<Parts>) -> Response<ResponseBody> {
    let judged = judge(state, &parts).map(drop);
    judged
        .and_then(|()| endpoint::websocket::answer(state, &mut parts))
        .unwrap_or_else(|reject| endpoint::websocket::refuse(&reject))
}

/// Judges a stranger; whoever passes may be read.
fn judge<'a>(state: &State, parts: &'a Parts) -> Result<Head<'a>, Reject> {
    let head = Head::read(&parts.headers)?;
    state.guard.check(&head, &parts.uri)?;
    Ok(head)
}

fn nothing_there(endpoint: &str) -> Reject {
    Reject::guard(
        StatusCode::NOT_FOUND,
        format!("nothing is served at this path; the endpoint is {endpoint}"),
    )
}
