//! Which versions of TLS, and which protocol above it, a connection speaks.

use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::version::{TLS12, TLS13};
use tidegate_server::Tls;
use tidegate_testkit::{Run, Running, call, soon};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{authority::Authority, caller::Caller};
use crate::faults::tools::{echo, say, text};

async fn serving(authority: &Authority) -> Running {
    let own = authority.server();
    let server = tidegate_testkit::server().tool("echo", echo);
    server.tls(Tls::pem(own.certificate, own.key)).run().await
}

#[tokio::test]
async fn http_1_is_spoken_if_it_is_agreed_on_or_nothing_is() {
    let authority = Authority::new("ours");
    let server = serving(&authority).await;
    for protocols in [&["http/1.1"][..], &["other", "http/1.1"], &[]] {
        let caller = Caller::trusting(&authority).speaking(protocols);
        let stream = caller.connect(&server).await;
        let agreed = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        let wanted = (!protocols.is_empty()).then(|| b"http/1.1".to_vec());
        assert_eq!(agreed, wanted);
        let connection = tidegate_testkit::Connection::over(stream);
        let result = connection.send(call("echo", say("hello"))).await.result();
        assert_eq!(text(&result.await), "hello");
    }
    server.stop().await;
}

#[tokio::test]
async fn http_2_is_spoken_if_it_is_agreed_on_and_preferred() {
    let authority = Authority::new("ours");
    let server = serving(&authority).await;
    let caller = Caller::trusting(&authority).speaking(&["http/1.1", "h2"]);
    let stream = caller.connect(&server).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let io = TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io)
        .await
        .expect("HTTP/2");
    tokio::spawn(connection);
    let request = call("echo", say("hello"));
    let mut asked = http::Request::post("https://localhost/mcp");
    for (name, value) in request.headers().iter().filter(|(name, _)| name != "host") {
        asked = asked.header(name, value);
    }
    let body = Full::<bytes::Bytes>::from(request.message().to_string());
    let answer = sender.send_request(asked.body(body).expect("a request"));
    let answer = soon("an answer", answer).await.expect("an answer");
    assert_eq!(answer.version(), http::Version::HTTP_2);
    let body = answer.into_body().collect().await.expect("a body");
    let message: serde_json::Value = serde_json::from_slice(&body.to_bytes()).expect("JSON");
    assert_eq!(text(&message["result"]), "hello");
    drop(sender);
    server.stop().await;
}

#[tokio::test]
async fn a_protocol_that_is_not_http_is_refused() {
    let authority = Authority::new("ours");
    let server = serving(&authority).await;
    let caller = Caller::trusting(&authority).speaking(&["smtp"]);
    let why = caller.is_refused(&server).await;
    assert!(why.contains("NoApplicationProtocol"), "{why}");
    server.stop().await;
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken() {
    let authority = Authority::new("ours");
    let server = serving(&authority).await;
    for version in [&TLS12, &TLS13] {
        let caller = Caller::trusting(&authority).version(version);
        let stream = caller.connect(&server).await;
        let spoken = stream.get_ref().1.protocol_version();
        assert_eq!(spoken, Some(version.version));
        let connection = tidegate_testkit::Connection::over(stream);
        let answer = connection.send(call("echo", say("hello"))).await;
        assert_eq!(answer.status, 200);
    }
    server.stop().await;
}

/// A client's first message that offers no more than this version of TLS, and the suites of both.
fn hello(minor: u8) -> Vec<u8> {
    let mut extensions: Vec<u8> = Vec::new();
    // Groups: P-256. Points: uncompressed. Signatures: ECDSA with SHA-256.
    extensions.extend([0, 10, 0, 4, 0, 2, 0, 23]);
    extensions.extend([0, 11, 0, 2, 1, 0]);
    extensions.extend([0, 13, 0, 4, 0, 2, 4, 3]);
    let mut body = vec![3, minor];
    body.extend([7; 32]);
    // No session; ECDHE-ECDSA with AES-GCM (1.2) and with AES-CBC (1.1); no compression.
    body.extend([0, 0, 4, 0xC0, 0x2B, 0xC0, 0x09, 1, 0]);
    body.extend([0, u8::try_from(extensions.len()).expect("few")]);
    body.extend(extensions);
    let size = u8::try_from(body.len()).expect("few");
    let mut record = vec![22, 3, 1, 0, size + 4, 1, 0, 0, size];
    record.extend(body);
    record
}

#[tokio::test]
async fn tls_1_1_is_refused() {
    const ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 70]; // fatal: protocol_version
    const HANDSHAKE: u8 = 22;

    let authority = Authority::new("ours");
    let server = serving(&authority).await;
    for (minor, is_served) in [(1, false), (2, false), (3, true)] {
        let mut socket = TcpStream::connect(server.addr()).await.expect("it listens");
        socket.write_all(&hello(minor)).await.expect("it reads");
        let mut answer = [0; ALERT.len()];
        let read = soon("an answer", socket.read_exact(&mut answer)).await;
        read.expect("an answer");
        if is_served {
            assert_eq!(answer[0], HANDSHAKE);
        } else {
            assert_eq!(answer, ALERT, "minor version {minor}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn whoever_forgets_the_s_of_https_is_told() {
    let authority = Authority::new("ours");
    let server = serving(&authority).await;
    // Longer than what a socket is read by at a time.
    let request = call("echo", say(&"x".repeat(20_000)));
    let mut answer = server.connect().await.send(request).await;
    assert_eq!(answer.status, 400);
    let body = answer.body().await;
    assert!(answer.is_whole());
    assert!(std::str::from_utf8(&body).expect("text").contains("https"));
    server.stop().await;
}
