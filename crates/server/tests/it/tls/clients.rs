//! Clients that show a certificate, and those that do not.

use tidegate_server::{ClientCertificate, Pem, Tls};
use tidegate_testkit::{Run, Running, call};

use super::{authority::Authority, caller::Caller};
use crate::faults::tools::{echo, say, text};

async fn serving(ours: &Authority, clients: &Authority, which: ClientCertificate) -> Running {
    let own = ours.server();
    let mut tls = Tls::pem(own.certificate, own.key).client_ca(Pem::Text(clients.certificate()));
    tls.client_certificate = which;
    let server = tidegate_testkit::server().tool("echo", echo);
    server.tls(tls).run().await
}

async fn is_served(caller: &Caller, server: &Running) {
    let answer = caller.open(server).await.send(call("echo", say("hello")));
    assert_eq!(text(&answer.await.result().await), "hello");
}

#[tokio::test]
async fn where_one_is_required_nobody_comes_without() {
    let [ours, clients, others] = ["ours", "clients", "others"].map(Authority::new);
    let server = serving(&ours, &clients, ClientCertificate::Required).await;
    let caller = || Caller::trusting(&ours);
    let why = caller().is_refused(&server).await;
    assert!(why.contains("CertificateRequired"), "{why}");
    let stranger = caller().showing(&others.client("alice"));
    let why = stranger.is_refused(&server).await;
    assert!(why.contains("UnknownCA"), "{why}");
    // A certificate for servers is none for clients, whoever signed it.
    let server_as_client = caller().showing(&clients.server());
    server_as_client.is_refused(&server).await;
    is_served(&caller().showing(&clients.client("alice")), &server).await;
    server.stop().await;
}

#[tokio::test]
async fn where_it_is_optional_a_false_one_is_still_refused() {
    let [ours, clients, others] = ["ours", "clients", "others"].map(Authority::new);
    let server = serving(&ours, &clients, ClientCertificate::Optional).await;
    let caller = || Caller::trusting(&ours);
    is_served(&caller(), &server).await;
    is_served(&caller().showing(&clients.client("alice")), &server).await;
    let stranger = caller().showing(&others.client("alice"));
    stranger.is_refused(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn every_connection_shows_it_again() {
    use rustls::HandshakeKind;

    let [ours, clients] = ["ours", "clients"].map(Authority::new);
    let server = serving(&ours, &clients, ClientCertificate::Required).await;
    let caller = Caller::trusting(&ours).showing(&clients.client("alice"));
    for _ in 0..3 {
        let stream = caller.connect(&server).await;
        let kind = stream.get_ref().1.handshake_kind();
        assert!(
            matches!(
                kind,
                Some(HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest)
            ),
            "{kind:?}"
        );
        let connection = tidegate_testkit::Connection::over(stream);
        assert_eq!(connection.send(call("echo", say("a"))).await.status, 200);
    }
    server.stop().await;
}
