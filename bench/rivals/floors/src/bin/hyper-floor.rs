//! The floor below the floor: the same parse and answer on bare hyper, without a router.

use std::convert::Infallible;
use std::error::Error;
use std::io;

use bytes::Bytes;
use clap::Parser;
use floors::{Call, Reply, Request, decode, event};
use futures_util::stream;
use http_body_util::{BodyExt, Either, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response};
use hyper_util::rt::TokioIo;
use tidegate_bench_common::{Flags, Respond, bind, run, terminated};
use tokio::net::{TcpListener, TcpStream};

type Frames =
    std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<Frame<Bytes>, Infallible>> + Send>>;
type Body = Either<Full<Bytes>, StreamBody<Frames>>;
type Fault = Box<dyn Error + Send + Sync>;

fn main() -> io::Result<()> {
    let flags = Flags::parse();
    run(flags.workers, async move {
        let listener = bind(&flags.listen).await?;
        tokio::select! {
            end = accept(listener, flags.respond) => end,
            end = terminated() => end,
        }
    })
}

async fn accept(listener: TcpListener, respond: Respond) -> io::Result<()> {
    loop {
        let (socket, _) = listener.accept().await?;
        let _ = socket.set_nodelay(true); // a socket that is gone already shows itself at the first read
        tokio::spawn(converse(socket, respond));
    }
}

/// Serves one connection to its end.
async fn converse(socket: TcpStream, respond: Respond) {
    let service = service_fn(|request| answer(request, respond));
    if let Err(error) = http1::Builder::new()
        .serve_connection(TokioIo::new(socket), service)
        .await
        && !error.is_incomplete_message()
    {
        eprintln!("connection: {error}");
    }
}

/// Answers a call; a GET opens a stream on which nothing ever comes.
async fn answer(
    request: hyper::Request<Incoming>,
    respond: Respond,
) -> Result<Response<Body>, Fault> {
    if request.method() == Method::GET {
        return Ok(event_stream(Box::pin(stream::pending())));
    }
    let body = request.into_body().collect().await?.to_bytes();
    let request: Request = serde_json::from_slice(&body)?;
    let Call::Text { text, modern } = decode(request.params)? else {
        return Err("count is measured on the axum floor".into());
    };
    let reply = Reply::text(request.id, &text, modern);
    if respond == Respond::Sse {
        let mut out = Vec::with_capacity(256);
        event(&mut out, &reply)?;
        return Ok(event_stream(Box::pin(stream::iter([Ok(Frame::data(
            Bytes::from(out),
        ))]))));
    }
    let mut response = Response::new(Either::Left(Full::from(serde_json::to_vec(&reply)?)));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

fn event_stream(frames: Frames) -> Response<Body> {
    let mut response = Response::new(Either::Right(StreamBody::new(frames)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
