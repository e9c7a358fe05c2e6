//! Certificates and keys, read and put together to what a handshake needs.

use std::{
    borrow::Cow,
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::{NoServerSessionStorage, WebPkiClientVerifier, danger::ClientCertVerifier},
    version::{TLS12, TLS13},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use crate::config::{ClientCertificate, Identity, Pem, Tls};

/// A certificate with those above it, and its key.
pub(super) struct Pair {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// All that is read for TLS.
pub(super) struct Material {
    pair: Pair,
    /// Who signs the certificates of clients, if they are asked for any.
    authorities: Option<Vec<CertificateDer<'static>>>,
}

/// How many bytes a file of certificates or keys may have: a system's whole list of authorities is a
/// quarter of it, and a device or a pipe has no end.
const MOST_BYTES: u64 = 1024 * 1024;

/// The protocols that are spoken, the better one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

// === impl Pair ===

impl Pair {
    fn read(certificate: &Pem, key: &Pem) -> Result<Self, Fault> {
        let chain = certificates(certificate)?;
        let text = bytes(key)?;
        let key = PrivateKeyDer::from_pem_slice(&text).map_err(|error| {
            let kinds = "PKCS#8, PKCS#1 or SEC1, not encrypted";
            Fault::by(
                format!("{} holds no private key ({kinds})", Named(key)),
                error,
            )
        })?;
        Ok(Self { chain, key })
    }
}

impl Clone for Pair {
    fn clone(&self) -> Self {
        Self {
            chain: self.chain.clone(),
            key: self.key.clone_key(),
        }
    }
}

// === impl Material ===

impl Material {
    /// Reads what `tls` names; `own` is the certificate that the server made for itself.
    pub(super) fn read(tls: &Tls, own: Option<&Pair>) -> Result<Self, Fault> {
        let pair = match (&tls.identity, own) {
            (Identity::Pem { certificate, key }, _) => Pair::read(certificate, key)?,
            (Identity::SelfSigned, Some(own)) => own.clone(),
            (Identity::SelfSigned, None) => {
                return Err(Fault::new("no certificate was made at the start"));
            }
        };
        let authorities = tls.client_ca.as_ref().map(certificates).transpose()?;
        Ok(Self { pair, authorities })
    }

    /// Returns what tells it from other material.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        let authorities = self.authorities.iter().flatten();
        for certificate in self.pair.chain.iter().chain(authorities) {
            digest.update(Sha256::digest(certificate));
        }
        digest.update(Sha256::digest(self.pair.key.secret_der()));
        digest.finalize().into()
    }

    /// Returns the server's own certificate, which there is: no chain is empty.
    pub(super) fn leaf(&self) -> &CertificateDer<'static> {
        &self.pair.chain[0]
    }

    /// Puts it together to what a handshake needs.
    pub(super) fn config(self, clients: ClientCertificate) -> Result<ServerConfig, Fault> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| Fault::by("the versions of TLS cannot be chosen", error))?;
        let knows_clients = self.authorities.is_some();
        let builder = match self.authorities {
            Some(authorities) => {
                builder.with_client_cert_verifier(verifier(authorities, clients, provider)?)
            }
            None => builder.with_no_client_auth(),
        };
        let Pair { chain, key } = self.pair;
        let mut config = builder.with_single_cert(chain, key).map_err(|error| {
            let why = "the certificate cannot be served with its key, which may be another's";
            Fault::by(why, error)
        })?;
        config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
        if knows_clients {
            // Whoever resumes a session shows no certificate: one that has expired since, or whose
            // authority is no longer trusted, would still open the door.
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        } else {
            config.ticketer = aws_lc_rs::Ticketer::new()
                .map_err(|error| Fault::by("there are no random bytes for tickets", error))?;
        }
        Ok(config)
    }
}

fn verifier(
    authorities: Vec<CertificateDer<'static>>,
    clients: ClientCertificate,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, Fault> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority).map_err(|error| {
            Fault::by(
                "an authority that signs clients' certificates is none",
                error,
            )
        })?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let verifier = match clients {
        ClientCertificate::Required => verifier,
        ClientCertificate::Optional => verifier.allow_unauthenticated(),
    };
    verifier
        .build()
        .map_err(|error| Fault::by("the certificates of clients cannot be verified", error))
}

/// Returns all certificates of `pem`, of which there is at least one.
fn certificates(pem: &Pem) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let text = bytes(pem)?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let read = read.map_err(|error| Fault::by(format!("{} is no PEM", Named(pem)), error))?;
    if read.is_empty() {
        return Err(Fault::new(format!("{} holds no certificate", Named(pem))));
    }
    Ok(read)
}

fn bytes(pem: &Pem) -> Result<Cow<'_, [u8]>, Fault> {
    match pem {
        Pem::Text(text) => Ok(text.as_bytes().into()),
        Pem::File(path) => match read(path) {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) => Err(Fault::by(format!("{} cannot be read", Named(pem)), error)),
        },
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let size = File::open(path)?
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if size as u64 > MOST_BYTES {
        return Err(io::Error::other("it has more than 1 MiB"));
    }
    Ok(bytes)
}

/// What an error calls the place where PEM was.
struct Named<'a>(&'a Pem);

// === impl Named ===

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Pem::File(path) => path.display().fmt(f),
            Pem::Text(_) => f.write_str("the text that was given"),
        }
    }
}
