//! What a handshake tells the requests behind it.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use rustls_pki_types::{PrivatePkcs8KeyDer, ServerName};
use tokio::net::TcpListener;
use tokio_rustls::TlsConnector;

use super::*;
use crate::config::{ClientCertificate, Pem};

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("an authority")
}

/// Lets a client connect, with a certificate or without, and returns what the server knows of it.
async fn handshake(shows: bool, hsts: Option<Duration>) -> (Encrypted, Option<Vec<u8>>) {
    let authority = authority();
    let mut tls = Tls::self_signed().client_ca(Pem::Text(authority.pem()));
    tls.client_certificate = ClientCertificate::Optional;
    tls.hsts = hsts;
    let config = Config {
        tls: Some(tls),
        ..Config::default()
    };
    let secure = Secure::read(&config, "127.0.0.1:0").expect("it can be served");
    let secure = secure.expect("it is TLS");

    let mut roots = RootCertStore::empty();
    let own = secure.own.as_ref().expect("made at the start");
    roots.add(own.chain[0].clone()).expect("a certificate");
    let client = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    let mut shown = None;
    let client = if shows {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "alice");
        let name = "spiffe://tide.example/alice".try_into().expect("ASCII");
        params.subject_alt_names = vec![SanType::URI(name)];
        let key = KeyPair::generate().expect("a key");
        let signed = params.signed_by(&key, &authority).expect("signed");
        shown = Some(signed.der().to_vec());
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let chain = vec![signed.der().clone()];
        client.with_client_auth_cert(chain, key).expect("a pair")
    } else {
        client.with_no_client_auth()
    };

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let connecting = async {
        let socket = TcpStream::connect(address).await.expect("it listens");
        let name = ServerName::try_from("localhost").expect("a name");
        let connector = TlsConnector::from(Arc::new(client));
        connector.connect(name, socket).await.expect("a handshake")
    };
    let opening = async {
        let (socket, _) = listener.accept().await.expect("a connection");
        secure.open(socket, &Arc::default()).await
    };
    let (_client, opened) = tokio::join!(connecting, opening);
    (opened.expect("a handshake"), shown)
}

#[tokio::test]
async fn requests_learn_whose_certificate_was_shown() {
    let (opened, shown) = handshake(true, None).await;
    let certificate = opened.secured.certificate.expect("it was shown");
    assert_eq!(certificate.subject, "CN=alice");
    assert_eq!(certificate.uris, ["spiffe://tide.example/alice"]);
    let shown = shown.expect("a certificate");
    assert_eq!(certificate.fingerprint, Fingerprint::of(&shown));
    assert_eq!(opened.secured.hsts, None);
}

#[tokio::test]
async fn where_none_was_shown_there_is_none() {
    let (opened, _) = handshake(false, Some(Duration::from_secs(60))).await;
    assert!(opened.secured.certificate.is_none());
    let hsts = opened.secured.hsts.expect("it was wanted");
    assert_eq!(hsts, "max-age=60");
}
