//! The certificate that a client showed, as far as it says who the client is.

use std::{
    fmt::{self, Write},
    time::SystemTime,
};

use sha2::{Digest, Sha256};
use x509_cert::{
    Certificate,
    der::Decode,
    ext::pkix::{SubjectAltName, name::GeneralName},
};

/// A client's certificate, which an authority that the operator trusts has signed, and whose key the
/// client has proved to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PeerCertificate {
    /// Which certificate it is.
    pub(crate) fingerprint: Fingerprint,
    /// Whose it is, as RFC 4514 writes it: `CN=alice,O=Tide`; may be empty.
    pub(crate) subject: String,
    /// Its alternative names that are hosts.
    pub(crate) dns: Vec<String>,
    /// Its alternative names that are URIs, as `spiffe://tide.example/agent`.
    pub(crate) uris: Vec<String>,
    /// Its alternative names that are mail addresses.
    pub(crate) emails: Vec<String>,
    /// Until when it is good: a connection may last longer.
    pub(crate) expires: Option<SystemTime>,
}

/// The SHA-256 of a certificate's DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

/// How many names of a kind are kept: each connection holds them.
const NAMES: usize = 32;

// === impl PeerCertificate ===

impl PeerCertificate {
    /// Reads a certificate that was verified. What cannot be read of it stays empty: the fingerprint
    /// still says which one it is.
    pub(crate) fn read(der: &[u8]) -> Self {
        let mut peer = Self {
            fingerprint: Fingerprint::of(der),
            subject: String::new(),
            dns: Vec::new(),
            uris: Vec::new(),
            emails: Vec::new(),
            expires: None,
        };
        let Ok(certificate) = Certificate::from_der(der) else {
            return peer;
        };
        let facts = certificate.tbs_certificate();
        if write!(peer.subject, "{}", facts.subject()).is_err() {
            peer.subject.clear();
        }
        peer.expires =
            SystemTime::UNIX_EPOCH.checked_add(facts.validity().not_after.to_unix_duration());
        let names = facts.get_extension::<SubjectAltName>();
        let names = names.ok().flatten().map(|(_, names)| names.0);
        for name in names.unwrap_or_default() {
            let (kind, name) = match &name {
                GeneralName::DnsName(name) => (&mut peer.dns, name),
                GeneralName::UniformResourceIdentifier(name) => (&mut peer.uris, name),
                GeneralName::Rfc822Name(name) => (&mut peer.emails, name),
                _ => continue,
            };
            if kind.len() < NAMES {
                kind.push(name.to_string());
            }
        }
        peer
    }
}

// === impl Fingerprint ===

impl Fingerprint {
    /// Returns its bytes.
    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the fingerprint of a certificate.
    pub(crate) fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl fmt::Display for Fingerprint {
    /// As `openssl x509 -fingerprint -sha256` and browsers write it: `AB:CD:…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let colon = if at == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    fn certificate(names: Vec<SanType>) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "alice");
        params
            .distinguished_name
            .push(DnType::OrganizationName, "Tide, Gate");
        params.subject_alt_names = names;
        let key = KeyPair::generate().expect("a key");
        params.self_signed(&key).expect("signed").der().to_vec()
    }

    #[test]
    fn a_certificate_says_whose_it_is() {
        let name = |text: &str| text.try_into().expect("ASCII");
        let der = certificate(vec![
            SanType::DnsName(name("agent.tide.example")),
            SanType::URI(name("spiffe://tide.example/agent")),
            SanType::Rfc822Name(name("alice@tide.example")),
            SanType::IpAddress([10, 0, 0, 7].into()),
        ]);
        let peer = PeerCertificate::read(&der);
        assert_eq!(peer.subject, r"O=Tide\, Gate,CN=alice");
        assert_eq!(peer.dns, ["agent.tide.example"]);
        assert_eq!(peer.uris, ["spiffe://tide.example/agent"]);
        assert_eq!(peer.emails, ["alice@tide.example"]);
        assert_eq!(peer.fingerprint, Fingerprint::of(&der));
        let expires = peer.expires.expect("it has an end");
        assert!(expires > SystemTime::now());
    }

    #[test]
    fn names_are_kept_to_a_limit() {
        let names = (0..NAMES + 5).map(|number| {
            let name = format!("{number}.example");
            SanType::DnsName(name.try_into().expect("ASCII"))
        });
        let peer = PeerCertificate::read(&certificate(names.collect()));
        assert_eq!(peer.dns.len(), NAMES);
    }

    #[test]
    fn what_cannot_be_read_has_a_fingerprint_all_the_same() {
        let peer = PeerCertificate::read(b"no certificate");
        assert_eq!((peer.subject.as_str(), peer.dns.len()), ("", 0));
        assert_eq!(peer.expires, None);
        let printed = peer.fingerprint.to_string();
        assert_eq!(printed.len(), 32 * 3 - 1);
        assert!(
            printed
                .bytes()
                .all(|byte| b"0123456789ABCDEF:".contains(&byte))
        );
    }
}
