//! A client that speaks TLS, and sees what the server shows.

use std::{io, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    version::{TLS12, TLS13},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use tidegate_testkit::{Connection, Door, PATIENCE};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::authority::{Authority, Signed};

/// How a client connects.
pub(super) struct Caller {
    roots: RootCertStore,
    own: Option<Signed>,
    alpn: Vec<Vec<u8>>,
    versions: Vec<&'static SupportedProtocolVersion>,
}

// === impl Caller ===

impl Caller {
    /// A client that trusts an authority, and nothing else is said.
    pub(super) fn trusting(authority: &Authority) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der()).expect("an authority");
        Self {
            roots,
            own: None,
            alpn: Vec::new(),
            versions: vec![&TLS13, &TLS12],
        }
    }

    pub(super) fn showing(mut self, own: &Signed) -> Self {
        self.own = Some(own.clone());
        self
    }

    pub(super) fn speaking(mut self, protocols: &[&str]) -> Self {
        self.alpn = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        self
    }

    pub(super) fn version(mut self, version: &'static SupportedProtocolVersion) -> Self {
        self.versions = vec![version];
        self
    }

    fn config(&self) -> ClientConfig {
        let builder = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_protocol_versions(&self.versions)
            .expect("versions")
            .with_root_certificates(self.roots.clone());
        let mut config = match &self.own {
            Some(own) => {
                let key = PrivateKeyDer::from_pem_slice(own.key.as_bytes()).expect("a key");
                let chain = vec![own.der.clone()];
                builder.with_client_auth_cert(chain, key).expect("a pair")
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols.clone_from(&self.alpn);
        config
    }

    /// Gets through the handshake, as far as the client can tell.
    pub(super) async fn try_connect(&self, door: &Door) -> io::Result<TlsStream<TcpStream>> {
        let socket = TcpStream::connect(door.addr()).await?;
        let name = ServerName::try_from("localhost").expect("a name");
        let connecting = TlsConnector::from(Arc::new(self.config())).connect(name, socket);
        timeout(PATIENCE, connecting)
            .await
            .expect("a handshake ends")
    }

    pub(super) async fn connect(&self, door: &Door) -> TlsStream<TcpStream> {
        self.try_connect(door).await.expect("a handshake")
    }

    /// Opens a connection for requests that are written by hand.
    pub(super) async fn open(&self, door: &Door) -> Connection {
        Connection::over(self.connect(door).await)
    }

    /// Returns the certificate that a new connection sees.
    pub(super) async fn sees(&self, door: &Door) -> CertificateDer<'static> {
        let stream = self.connect(door).await;
        let shown = stream.get_ref().1.peer_certificates().expect("a chain");
        shown[0].clone()
    }

    /// Returns why the server does not let it in; in TLS 1.3 the client learns of it when it reads.
    pub(super) async fn is_refused(&self, door: &Door) -> String {
        use tokio::io::AsyncReadExt;

        let refused = async {
            let mut stream = self.try_connect(door).await?;
            stream.write_all(b"GET /mcp HTTP/1.1\r\n").await?;
            stream.read_u8().await
        };
        let refused = timeout(PATIENCE, refused).await.expect("a refusal");
        refused.expect_err("it is let in").to_string()
    }
}
