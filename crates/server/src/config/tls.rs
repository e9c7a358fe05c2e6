//! How connections are encrypted, by whose certificate, and whether clients show theirs.

use std::{fmt, path::PathBuf, time::Duration};

/// TLS, on the TCP address that a server listens at: 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN.
///
/// ```no_run
/// use tidegate_server::{Server, Tls};
///
/// # async fn run() -> Result<(), tidegate_server::Error> {
/// Server::new("files", "1.0.0")
///     .tls(Tls::files("/etc/tidegate/chain.pem", "/etc/tidegate/key.pem"))
///     .listen("127.0.0.1:8443")
///     .await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Tls {
    /// The server's certificate and its key. No default: only its operator has one that clients
    /// trust.
    pub identity: Identity,
    /// Who signs the certificates of clients, as PEM: one authority or several. Default: nobody;
    /// clients are asked for none.
    pub client_ca: Option<Pem>,
    /// Whether a client has to show a certificate, where `client_ca` says who signs them. Default
    /// [`ClientCertificate::Required`]: whoever names an authority means to keep others out.
    pub client_certificate: ClientCertificate,
    /// How often the files are looked at; when what they hold has changed, new connections get the
    /// new certificate, and those that are open go on. Default 10 s: a few small files cost nothing,
    /// and whoever replaces a certificate sees the new one before wondering.
    pub reload_every: Duration,
    /// How long a handshake may take. Default 10 s: it is two round trips, over a satellite too.
    pub handshake_timeout: Duration,
    /// For how long browsers should call this host by HTTPS alone: the header
    /// `Strict-Transport-Security`. Default: nothing is said, since it concerns all that is served
    /// under the host's name, at other ports too, and cannot be taken back before it is over.
    pub hsts: Option<Duration>,
}

/// A server's certificate and its key.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Made elsewhere.
    Pem {
        /// The certificate, and those between it and the authority that clients know.
        certificate: Pem,
        /// Its private key: PKCS#8, PKCS#1 or SEC1, not encrypted.
        key: Pem,
    },
    /// Made at each start, for development: for loopback names, the host that is listened at, and
    /// [`Config::allow_hosts`](crate::Config::allow_hosts). Nobody knows it, so clients have to be
    /// told its fingerprint, or not to look.
    SelfSigned,
}

/// Certificates or a key, in the form that files have.
#[derive(Clone)]
pub enum Pem {
    /// The file is read now, and looked at again from time to time.
    File(PathBuf),
    /// The text itself; it does not change.
    Text(String),
}

/// Whether a client has to show a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientCertificate {
    /// A client without one does not get through the handshake.
    #[default]
    Required,
    /// A client may come without one, and say otherwise who it is.
    Optional,
}

// === impl Tls ===

impl Tls {
    /// Returns TLS by a certificate chain and a key in files of PEM.
    pub fn files(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::by(Identity::Pem {
            certificate: Pem::File(certificate.into()),
            key: Pem::File(key.into()),
        })
    }

    /// Returns TLS by a certificate chain and a key that are PEM already.
    pub fn pem(certificate: impl Into<String>, key: impl Into<String>) -> Self {
        Self::by(Identity::Pem {
            certificate: Pem::Text(certificate.into()),
            key: Pem::Text(key.into()),
        })
    }

    /// Returns TLS by a certificate that the server makes for itself, for development.
    #[must_use]
    pub const fn self_signed() -> Self {
        Self::by(Identity::SelfSigned)
    }

    /// Returns whether any of it is read from a file, which may change.
    pub(crate) const fn names_files(&self) -> bool {
        matches!(
            self.identity,
            Identity::Pem {
                certificate: Pem::File(_),
                ..
            } | Identity::Pem {
                key: Pem::File(_),
                ..
            }
        ) || matches!(self.client_ca, Some(Pem::File(_)))
    }

    const fn by(identity: Identity) -> Self {
        Self {
            identity,
            client_ca: None,
            client_certificate: ClientCertificate::Required,
            reload_every: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(10),
            hsts: None,
        }
    }

    /// Sets who signs the certificates of clients.
    #[must_use]
    pub fn client_ca(mut self, authorities: Pem) -> Self {
        self.client_ca = Some(authorities);
        self
    }
}

// === impl Pem ===

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            // It may be a key.
            Self::Text(_) => f.write_str("Text(****)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text_need_not_be_looked_at_again() {
        let text = || Pem::Text(String::new());
        let file = || Pem::File("file.pem".into());
        for tls in [Tls::self_signed(), Tls::pem("a", "b").client_ca(text())] {
            assert!(!tls.names_files());
        }
        for tls in [Tls::files("a", "b"), Tls::self_signed().client_ca(file())] {
            assert!(tls.names_files());
        }
    }

    #[test]
    fn a_key_is_not_printed() {
        let tls = Tls::pem("the certificate", "the key").client_ca(Pem::File("ca.pem".into()));
        let printed = format!("{tls:?}");
        assert!(printed.contains("ca.pem"), "{printed}");
        assert!(!printed.contains("the key"), "{printed}");
    }
}
