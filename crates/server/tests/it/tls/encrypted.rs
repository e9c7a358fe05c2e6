//! What holds on any connection holds on an encrypted one.

use std::{sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use rustls::{
    ClientConfig, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::aws_lc_rs,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tidegate_handler::Context;
use tidegate_server::{Config, Tls};
use tidegate_testkit::{Door, Request, Run, Session, call, soon};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

use super::{authority::Authority, caller::Caller};
use crate::faults::tools::{Nothing, echo, say, server_with, telling, text};

const SHORT: Duration = Duration::from_secs(1);

fn tls(authority: &Authority) -> Tls {
    let own = authority.server();
    Tls::pem(own.certificate, own.key)
}

/// Connects to a server whose certificate nobody has signed, checks that it is for `name` all the
/// same, and returns its fingerprint as programs write it.
pub(super) async fn pinned(door: &Door, name: &'static str) -> (TlsStream<TcpStream>, String) {
    let shown = shown(door).await;
    let mut roots = RootCertStore::empty();
    roots.add(shown.clone()).expect("a certificate");
    let provider = Arc::new(aws_lc_rs::default_provider());
    let name = ServerName::try_from(name).expect("a name");
    let verifier =
        WebPkiServerVerifier::builder_with_provider(roots.clone().into(), provider.clone());
    let verifier = verifier.build().expect("a verifier");
    let verified = verifier.verify_server_cert(&shown, &[], &name, &[], UnixTime::now());
    verified.unwrap_or_else(|error| panic!("{name:?}: {error}"));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = TcpStream::connect(door.addr()).await.expect("it listens");
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, socket)
        .await;
    let hex: Vec<_> = Sha256::digest(&shown)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    (stream.expect("a handshake"), hex.join(":"))
}

/// The certificate that a server shows, before anybody trusts it.
async fn shown(door: &Door) -> CertificateDer<'static> {
    #[derive(Debug)]
    struct Looks(
        Arc<dyn ServerCertVerifier>,
        parking_lot::Mutex<Option<CertificateDer<'static>>>,
    );

    impl ServerCertVerifier for Looks {
        fn verify_server_cert(
            &self,
            shown: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
            *self.1.lock() = Some(shown.clone().into_owned());
            Err(rustls::Error::General("seen".to_owned()))
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            shown: &CertificateDer<'_>,
            signed: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            self.0.verify_tls12_signature(message, shown, signed)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            shown: &CertificateDer<'_>,
            signed: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            self.0.verify_tls13_signature(message, shown, signed)
        }

        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            self.0.supported_verify_schemes()
        }
    }

    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots
        .add(Authority::new("any").der())
        .expect("an authority");
    let inner = WebPkiServerVerifier::builder_with_provider(roots.into(), provider.clone());
    let looks = Arc::new(Looks(inner.build().expect("a verifier"), None.into()));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(looks.clone())
        .with_no_client_auth();
    let socket = TcpStream::connect(door.addr()).await.expect("it listens");
    let name = ServerName::try_from("localhost").expect("a name");
    let ended = TlsConnector::from(Arc::new(config))
        .connect(name, socket)
        .await;
    ended.expect_err("it is not trusted");
    looks.1.lock().take().expect("a certificate")
}

#[tokio::test]
async fn a_websocket_is_opened_and_spoken_over() {
    let authority = Authority::new("ours");
    let server = tidegate_testkit::server().tool("echo", echo);
    let server = server.tls(tls(&authority)).run().await;
    let stream = Caller::trusting(&authority)
        .speaking(&["http/1.1"])
        .connect(&server)
        .await;
    let mut request = "wss://localhost/ws"
        .into_client_request()
        .expect("a request");
    let mcp = http::HeaderValue::from_static("mcp");
    request.headers_mut().insert("sec-websocket-protocol", mcp);
    let opened = soon(
        "a handshake",
        tokio_tungstenite::client_async(request, stream),
    )
    .await;
    let (mut socket, _) = opened.expect("a handshake");
    let called = call("echo", say("hello")).message().to_string();
    socket.send(Message::text(called)).await.expect("it reads");
    let answer = soon("an answer", socket.next())
        .await
        .expect("a frame")
        .expect("a frame");
    let answer: Value = serde_json::from_str(answer.to_text().expect("text")).expect("JSON");
    assert_eq!(text(&answer["result"]), "hello");
    drop(socket);
    server.stop().await;
}

#[tokio::test]
async fn every_answer_says_what_browsers_should_hold_to() {
    let authority = Authority::new("ours");
    let mut tls = tls(&authority);
    tls.hsts = Some(Duration::from_secs(3600));
    let server = tidegate_testkit::server()
        .tool("echo", echo)
        .tls(tls)
        .run()
        .await;
    let caller = Caller::trusting(&authority);
    for (request, status) in [
        (call("echo", say("a")), 200),
        (call("echo", say("a")).header("host", "evil.example"), 403),
        (Request::new("GET").at("/none"), 404),
        (Request::new("PATCH"), 405),
    ] {
        let answer = caller.open(&server).await.send(request).await;
        assert_eq!(answer.status, status);
        let said = answer.header("strict-transport-security");
        assert_eq!(said, Some("max-age=3600"));
    }
    server.stop().await;
}

#[tokio::test]
async fn one_that_lies_idle_is_closed() {
    let authority = Authority::new("ours");
    let config = Config {
        idle_timeout: SHORT,
        head_timeout: SHORT,
        ..Config::default()
    };
    let server = tidegate_testkit::server().tool("echo", echo).config(config);
    let server = server.tls(tls(&authority)).run().await;
    let caller = Caller::trusting(&authority);
    caller.open(&server).await.ended().await;
    let answer = caller
        .open(&server)
        .await
        .send(call("echo", say("once")))
        .await;
    let (_, used) = answer.rest().await;
    used.ended().await;
    server.stop().await;
}

#[tokio::test]
async fn one_with_an_open_stream_is_not_idle() {
    let authority = Authority::new("ours");
    let config = Config {
        idle_timeout: SHORT,
        head_timeout: SHORT,
        ..Config::default()
    };
    let nap = |_: Nothing| async {
        tokio::time::sleep(SHORT * 3).await;
        "napped"
    };
    let server = server_with("nap", nap)
        .config(config)
        .tls(tls(&authority))
        .run()
        .await;
    let caller = Caller::trusting(&authority);
    let answer = caller
        .open(&server)
        .await
        .send(call("nap", json!({})))
        .await;
    assert_eq!(text(&answer.result().await), "napped");
    server.stop().await;
}

#[tokio::test]
async fn a_reader_that_never_comes_back_is_let_go_of() {
    let (tell, mut heard) = telling();
    let endless = move |_: Nothing, cx: Context| {
        let tell = tell.clone();
        async move {
            let guard = tell.begun();
            for number in 0..u32::MAX {
                cx.info(number).await;
            }
            guard.end();
            "never"
        }
    };
    let authority = Authority::new("ours");
    let config = Config {
        stall_timeout: SHORT,
        ..Config::default()
    };
    let server = server_with("endless", endless)
        .config(config)
        .tls(tls(&authority))
        .run()
        .await;
    let caller = Caller::trusting(&authority);
    let answer = caller
        .open(&server)
        .await
        .send(call("endless", json!({})).logs("info"))
        .await;
    assert_eq!(heard.recv().await, Some("begun"));
    let end = soon("the end of the call", heard.recv()).await;
    assert_eq!(end, Some("dropped"));
    drop(answer);
    server.stop().await;
}

#[tokio::test]
async fn sessions_live_across_connections() {
    let authority = Authority::new("ours");
    let server = tidegate_testkit::server().tool("echo", echo);
    let server = server.tls(tls(&authority)).run().await;
    let caller = Caller::trusting(&authority);
    let opened = caller
        .open(&server)
        .await
        .send(Session::initialize("2025-11-25"))
        .await;
    let id = opened
        .header("mcp-session-id")
        .expect("a session")
        .to_owned();
    let list = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" });
    let list = Request::post(list).header("mcp-session-id", &id);
    let listed = caller.open(&server).await.send(list).await.result().await;
    assert_eq!(listed["tools"][0]["name"], "echo");
    server.stop().await;
}
