//! What a server is told of TLS that cannot be.

use std::error::Error as _;

use tidegate_server::{Error, Pem, Tls};
use tidegate_testkit::{Run, call};

use super::authority::{Authority, Signed};
use crate::faults::tools::{echo, say};

async fn refused(tls: Tls) -> Error {
    let server = tidegate_testkit::server().tls(tls);
    let refused = server.bind("127.0.0.1:0").await;
    refused.expect_err("it cannot be served")
}

fn pem(certificate: &str, key: &str) -> Tls {
    Tls::pem(certificate, key)
}

#[tokio::test]
async fn what_cannot_be_served_is_said_before_anything_starts() {
    let authority = Authority::new("ours");
    let Signed {
        certificate, key, ..
    } = authority.server();
    let good = || pem(&certificate, &key);
    let missing = Pem::File("/none/such.pem".into());
    let locked = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    for (tls, says) in [
        (
            Tls::files("/none/such.pem", "/none/key.pem"),
            "/none/such.pem cannot be read",
        ),
        (pem("", &key), "holds no certificate"),
        (pem(&key, &key), "holds no certificate"),
        (pem(&certificate, &certificate), "holds no private key"),
        (pem(&certificate, &locked), "holds no private key"),
        (pem(&certificate, &authority.server().key), "another's"),
        (pem(&certificate[..100], &key), "PEM"),
        (good().client_ca(missing), "/none/such.pem cannot be read"),
        (
            good().client_ca(Pem::Text(String::new())),
            "holds no certificate",
        ),
        (Tls::files("/dev/zero", "/dev/zero"), "cannot be read"),
    ] {
        let error = refused(tls).await;
        assert!(error.is_tls(), "{error}");
        let source = error.source().expect("it says why").to_string();
        assert!(source.contains(says), "{says:?} is not in {source:?}");
    }
}

#[tokio::test]
async fn a_unix_socket_has_no_use_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("unix:{}", folder.path().join("t.sock").display());
    let server = tidegate_testkit::server().tls(Tls::self_signed());
    let error = server.bind(&address).await.expect_err("it makes no sense");
    assert!(error.to_string().contains("Unix socket"), "{error}");
}

#[tokio::test]
async fn a_certificate_of_its_own_is_for_its_address_and_says_its_fingerprint() {
    let server = tidegate_testkit::server()
        .tool("echo", echo)
        .allow_host("files.tide.example:8443")
        .allow_host("_not_a_dns_name")
        .tls(Tls::self_signed());
    let bound = server.bind("127.0.0.1:0").await.expect("it is served");
    assert!(bound.url().starts_with("https://127.0.0.1:"), "{bound:?}");
    let said = bound.fingerprint().expect("it has a certificate");

    let address = bound.addr();
    tokio::spawn(bound.run());
    let door = tidegate_testkit::Door::Tcp(address);
    for name in ["localhost", "127.0.0.1", "::1", "files.tide.example"] {
        let (stream, seen) = super::encrypted::pinned(&door, name).await;
        assert_eq!(seen, said);
        let connection = tidegate_testkit::Connection::over(stream);
        assert_eq!(connection.send(call("echo", say("a"))).await.status, 200);
    }
}

#[tokio::test]
async fn without_tls_nothing_is_said_of_it() {
    let bound = tidegate_testkit::server().bind("127.0.0.1:0").await;
    let bound = bound.expect("a free port");
    assert_eq!(bound.fingerprint(), None);
    assert!(bound.url().starts_with("http://"));
    drop(bound);
    let server = tidegate_testkit::server().tool("echo", echo).run().await;
    let answer = server.ask(call("echo", say("a"))).await;
    assert_eq!(answer.header("strict-transport-security"), None);
    server.stop().await;
}
