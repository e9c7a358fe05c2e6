//! A client over a service in this process instead of a socket.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::json;
use tidegate_client::{Client, Event, Revision};

use crate::fake::{Answer, Body, Piece, Seen, log, modern, respond};

#[derive(Clone)]
struct InProcess;

fn answer(seen: &Seen) -> Answer {
    if seen.method() != "tools/call" {
        return modern(seen);
    }
    let text = json!({"content": [{"type": "text", "text": seen.header("host")}]});
    Answer::events(vec![
        Piece::Event(log("warning", "careful")),
        Piece::Event(seen.response(text)),
    ])
}

impl tower_service::Service<Request<Full<Bytes>>> for InProcess {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        use http_body_util::BodyExt;

        let (parts, mut body) = request.into_parts();
        let frame = futures_util::FutureExt::now_or_never(body.frame()).flatten();
        let bytes = frame
            .and_then(Result::ok)
            .and_then(|frame| frame.into_data().ok());
        ready(Ok(respond(
            Request::from_parts(parts, bytes.unwrap_or_default()),
            answer,
        )))
    }
}

#[tokio::test]
async fn a_service_is_called_without_a_socket() {
    let client = Client::over(InProcess).connect().await.expect("connects");
    assert_eq!(client.server().revision, Revision::V2026_07_28);
    let mut call = client.call("work").start().await.expect("starts");
    let Some(Event::Log(log)) = call.next().await else {
        panic!("a log message comes first")
    };
    assert_eq!(log.text(), "careful");
    assert_eq!(call.result().await.expect("a result").text(), "localhost");
}
