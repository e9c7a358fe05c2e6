//! `[tls]`: encryption by the server itself.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::{Pem, Tls as Served};

use super::{Problem, mirror::Mirrors as _};
use crate::settings::values::{Asked, Count, Place, Span};

/// Encryption by the server itself, of what it says over TCP.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tls {
    /// The server's certificate, and after it those between it and its authority: PEM. Default: none;
    /// only the operator has one that clients trust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<Place>,
    /// The certificate's key: PEM, not encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<Place>,
    /// Use a certificate that is made at each start, for development: nobody knows it, so clients are
    /// told its fingerprint, or not to look.
    pub(crate) self_signed: bool,
    /// The authorities that sign the certificates of clients: PEM. Default: none; clients are asked
    /// for no certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_ca: Option<Place>,
    /// Whether a client has to show a certificate. Whoever names an authority means to keep others
    /// out; `optional` is for those who say otherwise who they are.
    pub(crate) client_certificate: Asked,
    /// How often the files are looked at; new connections get what has changed. Whoever replaces a
    /// certificate sees the new one before wondering.
    pub(crate) reload_every: Span<1_000, 86_400_000>,
    /// How long a handshake may take: it is two round trips, over a satellite too.
    pub(crate) handshake_timeout: Span<100, 3_600_000>,
    /// For how many days browsers should call this host by HTTPS alone, at all its ports. Default:
    /// nothing is said, since it cannot be taken back before it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hsts_days: Option<Count<0, 3650>>,
}

// === impl Tls ===

impl Tls {
    /// Returns the library's settings; none: nothing is encrypted here.
    pub(super) fn served(&self) -> Option<Served> {
        let mut tls = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => Served::files(certificate.as_path(), key.as_path()),
            _ if self.self_signed => Served::self_signed(),
            _ => return None,
        };
        let file = |place: &Place| Pem::File(place.as_path().to_owned());
        tls.client_ca = self.client_ca.as_ref().map(file);
        tls.client_certificate = self.client_certificate.setting();
        tls.reload_every = self.reload_every.held();
        tls.handshake_timeout = self.handshake_timeout.held();
        let day = Duration::from_secs(24 * 60 * 60);
        let days = self.hsts_days.map(|days| u32::try_from(days.get()));
        tls.hsts = days.map(|days| day * days.unwrap_or(u32::MAX));
        Some(tls)
    }

    /// Whether every caller shows a certificate.
    pub(crate) fn requires_certificates(&self) -> bool {
        self.client_ca.is_some() && self.client_certificate == Asked::Required
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        let told = |key, why: &str| Err((key, why.to_owned()));
        match (&self.certificate, &self.key) {
            (Some(_), None) => {
                return told("tls.certificate", "it needs its key: tls.key, --tls-key");
            }
            (None, Some(_)) => {
                return told(
                    "tls.key",
                    "it needs its certificate: tls.certificate, --tls-cert",
                );
            }
            (Some(_), Some(_)) if self.self_signed => {
                let why = "there is a certificate already, tls.certificate: leave one of them out";
                return told("tls.self_signed", why);
            }
            _ => {}
        }
        let encrypts = self.certificate.is_some() || self.self_signed;
        let for_tls = "it is for TLS: add --tls-cert FILE and --tls-key FILE, or --tls-self-signed";
        if self.client_ca.is_some() && !encrypts {
            return told("tls.client_ca", for_tls);
        }
        if self.hsts_days.is_some() && !encrypts {
            return told("tls.hsts_days", for_tls);
        }
        if self.client_certificate == Asked::Optional && self.client_ca.is_none() {
            let why = "clients are asked for no certificate: tls.client_ca says who signs theirs";
            return told("tls.client_certificate", why);
        }
        Ok(())
    }
}

impl Default for Tls {
    fn default() -> Self {
        let base = Served::self_signed();
        Self {
            certificate: None,
            key: None,
            self_signed: false,
            client_ca: None,
            client_certificate: Asked::of(base.client_certificate),
            reload_every: Span::unchecked(base.reload_every),
            handshake_timeout: Span::unchecked(base.handshake_timeout),
            hsts_days: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tidegate::{ClientCertificate, Identity};

    use super::*;

    fn read(value: Value) -> Tls {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn files_and_what_goes_with_them_become_settings() {
        let tls = read(json!({
            "certificate": "c.pem", "key": "k.pem", "client_ca": "ca.pem",
            "client_certificate": "optional", "hsts_days": 2, "reload_every": "1s",
            "handshake_timeout": "3s",
        }));
        assert_eq!(tls.check(), Ok(()));
        assert!(!tls.requires_certificates());
        let tls = tls.served().unwrap();
        assert!(matches!(tls.identity, Identity::Pem { .. }));
        assert!(matches!(tls.client_ca, Some(Pem::File(path)) if path.ends_with("ca.pem")));
        assert_eq!(tls.client_certificate, ClientCertificate::Optional);
        assert_eq!(tls.hsts, Some(Duration::from_secs(2 * 86_400)));
        assert_eq!(tls.reload_every, Duration::from_secs(1));
        assert_eq!(tls.handshake_timeout, Duration::from_secs(3));
        assert!(read(json!({})).served().is_none());
    }

    #[test]
    fn what_makes_no_sense_together_is_refused() {
        for (value, key) in [
            (json!({"certificate": "c.pem"}), "tls.certificate"),
            (json!({"key": "k.pem"}), "tls.key"),
            (
                json!({"certificate": "c.pem", "key": "k.pem", "self_signed": true}),
                "tls.self_signed",
            ),
            (json!({"client_ca": "ca.pem"}), "tls.client_ca"),
            (json!({"hsts_days": 365}), "tls.hsts_days"),
            (
                json!({"self_signed": true, "client_certificate": "optional"}),
                "tls.client_certificate",
            ),
        ] {
            assert_eq!(read(value).check().unwrap_err().0, key);
        }
        let tls = read(json!({"self_signed": true, "client_ca": "ca.pem", "hsts_days": 1}));
        assert!(tls.check().is_ok() && tls.requires_certificates());
    }
}
