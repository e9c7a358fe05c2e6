//! The floor: what a call costs in a plain axum handler with a typed parse, without MCP.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use bytes::Bytes;
use clap::Parser;
use floors::{Call, Reply, Request, count, decode, event};
use futures_util::stream;
use tidegate_bench_common::{Flags, Respond, Stream, bind, run, terminated};

fn main() -> io::Result<()> {
    let flags = Flags::parse();
    run(flags.workers, serve(flags))
}

async fn serve(flags: Flags) -> io::Result<()> {
    let listener = bind(&flags.listen).await?.tap_io(|socket| {
        let _ = socket.set_nodelay(true); // a socket that is gone already shows itself at the first read
    });
    let app = Router::new()
        .route("/mcp", post(call).get(hold))
        .with_state(Arc::new(flags));
    tokio::select! {
        end = axum::serve(listener, app) => end,
        end = terminated() => end,
    }
}

/// Answers a call.
async fn call(State(flags): State<Arc<Flags>>, Json(request): Json<Request>) -> Response {
    match decode(request.params) {
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
        Ok(Call::Text { text, modern }) => {
            let reply = Reply::text(request.id, &text, modern);
            if flags.respond == Respond::Sse {
                answer_as_stream(&reply)
            } else {
                Json(reply).into_response()
            }
        }
        Ok(Call::Count {
            count,
            token,
            modern,
        }) => {
            let events = count::start(request.id, count, token, modern);
            let body = match flags.stream {
                Stream::Batch => Body::from_stream(count::batched(events)),
                Stream::Channel => Body::from_stream(count::single(events)),
            };
            event_stream(body)
        }
    }
}

/// Opens a stream on which nothing ever comes.
async fn hold() -> Response {
    event_stream(Body::from_stream(stream::pending::<io::Result<Bytes>>()))
}

/// Answers with one event on a stream whose length is not known beforehand.
fn answer_as_stream(reply: &Reply<'_>) -> Response {
    let mut out = Vec::with_capacity(256);
    match event(&mut out, reply) {
        Ok(()) => event_stream(Body::from_stream(stream::iter([io::Result::Ok(
            Bytes::from(out),
        )]))),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn event_stream(body: Body) -> Response {
    (
        [
            (CONTENT_TYPE, "text/event-stream"),
            (CACHE_CONTROL, "no-cache"),
        ],
        body,
    )
        .into_response()
}
