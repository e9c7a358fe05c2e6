use tokio::net::TcpListener;
use tokio_tungstenite::accept_async;

use super::*;

/// Connects to a server that does with the connection what `serve` says, and takes `silence` for dead.
async fn connected<F>(
    silence: Duration,
    serve: impl FnOnce(WebSocketStream<tokio::net::TcpStream>) -> F + Send + 'static,
) -> Duplex
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(accept_async(stream).await.unwrap()).await;
    });
    let within = Duration::from_secs(5);
    let mut socket = WebSocket::new(
        &url.parse().unwrap(),
        &Options::default(),
        HeaderMap::new(),
        1 << 20,
        within,
    )
    .unwrap();
    socket.silence = silence;
    socket.connect().await.unwrap()
}

#[tokio::test]
async fn a_dead_peer_is_noticed() {
    // It never reads, so it never answers a ping.
    let silent = async |socket| {
        std::future::pending::<()>().await;
        drop(socket);
    };
    let silence = Duration::from_millis(100);
    let mut duplex = connected(silence, silent).await;
    let heard = timeout(Duration::from_secs(5), duplex.incoming.recv()).await;
    let error = heard.expect("in time").expect("a reason").unwrap_err();
    assert!(error.to_string().contains("ping"), "{error}");
}

#[tokio::test]
async fn a_silent_peer_that_answers_pings_lives() {
    let reading = async |mut socket: WebSocketStream<_>| {
        while let Some(Ok(_)) = socket.next().await {}
    };
    let silence = Duration::from_millis(100);
    let mut duplex = connected(silence, reading).await;
    let heard = timeout(silence * 10, duplex.incoming.recv()).await;
    assert!(heard.is_err(), "{heard:?}");
}

#[tokio::test]
async fn ten_thousand_messages_keep_their_order() {
    let echo = async |mut socket: WebSocketStream<_>| {
        while let Some(Ok(message)) = socket.next().await {
            if message.is_text() {
                socket.send(message).await.unwrap();
            }
        }
    };
    let Duplex {
        outgoing,
        mut incoming,
    } = connected(SILENCE, echo).await;
    tokio::spawn(async move {
        for nth in 0..10_000 {
            outgoing.send(nth.to_string().into()).await.unwrap();
        }
        // The connection is ours until the last one is back.
        outgoing.closed().await;
    });
    for nth in 0..10_000 {
        let heard = timeout(Duration::from_secs(30), incoming.recv()).await;
        let message = heard.expect("in time").expect("more").unwrap();
        assert_eq!(message, nth.to_string());
    }
}
