//! Handshakes: what a connection has to get through before its first request.

use std::{
    io,
    sync::Arc,
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use http::HeaderValue;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    counted::Counted,
    fault::Fault,
    material::{Material, Pair},
    self_signed,
};
use crate::{
    config::{Config, Identity, Tls},
    connection::{Fingerprint, PeerCertificate, Pulse, Secured},
};

/// What a server needs for TLS.
pub(crate) struct Secure {
    pub(super) tls: Tls,
    /// The certificate that the server made for itself, if it has no other.
    pub(super) own: Option<Pair>,
    now: ArcSwap<Current>,
    hsts: Option<HeaderValue>,
}

/// What handshakes are done with until something else is read.
struct Current {
    acceptor: TlsAcceptor,
    digest: [u8; 32],
    fingerprint: Fingerprint,
    expires: Option<SystemTime>,
}

/// A connection that got through its handshake.
pub(in crate::listen) struct Encrypted {
    pub(in crate::listen) stream: Box<TlsStream<Counted>>,
    pub(in crate::listen) http2: bool,
    pub(in crate::listen) secured: Secured,
}

/// The first byte of a handshake (RFC 8446 §5.1).
const HANDSHAKE: u8 = 22;

/// What is said to whoever speaks HTTP without TLS, as it can be understood.
const PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 54\r\nConnection: close\r\n\r\n\
    TLS is spoken at this port: the URL begins with https\n";

/// How long, and for how many bytes, what a plain request still sends is read: a socket that is closed
/// over unread bytes takes the answer with it.
const LINGER: (Duration, usize) = (Duration::from_secs(1), 64 * 1024);

// === impl Secure ===

impl Secure {
    /// Reads what `config` says of TLS, if it says anything; `address` is listened at.
    pub(crate) fn read(config: &Config, address: &str) -> Result<Option<Arc<Self>>, Fault> {
        let Some(tls) = config.tls.clone() else {
            return Ok(None);
        };
        let own = match tls.identity {
            Identity::SelfSigned => {
                let hosts = config.allow_hosts.iter().map(String::as_str);
                let hosts: Vec<_> = std::iter::once(address).chain(hosts).collect();
                Some(self_signed::make(&hosts)?)
            }
            Identity::Pem { .. } => None,
        };
        let now = Current::of(Material::read(&tls, own.as_ref())?, &tls)?;
        let hsts = tls.hsts.map(|age| {
            let value = format!("max-age={}", age.as_secs());
            HeaderValue::try_from(value).expect("a number can be a header's")
        });
        Ok(Some(Arc::new(Self {
            tls,
            own,
            now: ArcSwap::from_pointee(now),
            hsts,
        })))
    }

    /// Does new handshakes with what was read; returns whether that is anything new.
    pub(super) fn renew(&self, material: Material) -> Result<bool, Fault> {
        if material.digest() == self.now.load().digest {
            return Ok(false);
        }
        let now = Current::of(material, &self.tls)?;
        self.now.store(Arc::new(now));
        Ok(true)
    }

    /// Returns the fingerprint of the certificate that new connections see.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.now.load().fingerprint
    }

    /// Returns until when that certificate is good, as far as it can be read.
    pub(super) fn expires(&self) -> Option<SystemTime> {
        self.now.load().expires
    }

    /// Gets a connection through its handshake, within the time it has.
    pub(in crate::listen) async fn open(
        &self,
        stream: TcpStream,
        pulse: &Arc<Pulse>,
    ) -> io::Result<Encrypted> {
        let handshake = self.handshake(stream, pulse);
        tokio::time::timeout(self.tls.handshake_timeout, handshake)
            .await
            .unwrap_or_else(|_| {
                let why = "the handshake took too long";
                Err(io::Error::new(io::ErrorKind::TimedOut, why))
            })
    }

    async fn handshake(&self, stream: TcpStream, pulse: &Arc<Pulse>) -> io::Result<Encrypted> {
        let mut first = [0];
        match stream.peek(&mut first).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            _ if first[0] != HANDSHAKE => return Err(refuse_plain(stream).await),
            _ => {}
        }
        let acceptor = self.now.load().acceptor.clone();
        let stream = acceptor
            .accept(Counted::new(stream, Arc::clone(pulse)))
            .await?;
        let (_, session) = stream.get_ref();
        let shown = session.peer_certificates().and_then(<[_]>::first);
        let secured = Secured {
            certificate: shown.map(|leaf| Arc::new(PeerCertificate::read(leaf))),
            hsts: self.hsts.clone(),
        };
        Ok(Encrypted {
            http2: session.alpn_protocol() == Some(b"h2"),
            secured,
            stream: Box::new(stream),
        })
    }
}

/// Tells whoever speaks HTTP without TLS what is wrong, and lets go of others.
async fn refuse_plain(mut stream: TcpStream) -> io::Error {
    let (time, mut bytes) = LINGER;
    let say = async {
        stream.write_all(PLAIN).await?;
        stream.shutdown().await?;
        let mut rest = [0; 4096];
        while bytes > 0 {
            match stream.read(&mut rest).await? {
                0 => break,
                read => bytes = bytes.saturating_sub(read),
            }
        }
        io::Result::Ok(())
    };
    // Whoever does not wait for it is not told.
    let _ = tokio::time::timeout(time, say).await;
    io::Error::new(io::ErrorKind::InvalidData, "it does not speak TLS")
}

// === impl Current ===

impl Current {
    fn of(material: Material, tls: &Tls) -> Result<Self, Fault> {
        let digest = material.digest();
        let certificate = PeerCertificate::read(material.leaf());
        let config: ServerConfig = material.config(tls.client_certificate)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            digest,
            fingerprint: certificate.fingerprint,
            expires: certificate.expires,
        })
    }
}

#[cfg(test)]
mod tests;
