//! What `tidegate serve` is told of transport security: certificates, and proxies before it.

use std::{path::PathBuf, time::Duration};

use tidegate::{ClientCertificate, Config, Pem, Proxy, Tls};

/// Transport security.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Transport security")]
#[group(skip)]
pub(super) struct Transport {
    /// Serve over TLS with this certificate: PEM, and after it those between it and its authority
    ///
    /// The files are looked at every ten seconds: whoever asks then sees the new certificate, and open
    /// connections go on.
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        conflicts_with = "stdio"
    )]
    tls_cert: Option<PathBuf>,

    /// The certificate's key: PEM, not encrypted
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Serve over TLS with a certificate made at each start, for development; its fingerprint is said
    #[arg(long, conflicts_with_all = ["tls_cert", "stdio"])]
    tls_self_signed: bool,

    /// Let in clients alone whose certificates these authorities have signed: PEM
    #[arg(long, value_name = "FILE", conflicts_with = "stdio")]
    tls_client_ca: Option<PathBuf>,

    /// Let in clients without a certificate too
    #[arg(long, requires = "tls_client_ca")]
    tls_client_optional: bool,

    /// Tell browsers to call this host by HTTPS alone, for so many days; it cannot be taken back
    #[arg(long, value_name = "DAYS", value_parser = days, conflicts_with = "stdio")]
    hsts: Option<Duration>,

    /// Believe this proxy, an address or a network, what it says of its clients; may be given again
    ///
    /// That is Forwarded, X-Forwarded-For and X-Forwarded-Proto, which nobody else is believed. As in
    /// 10.0.0.7, 10.0.0.0/8, fd00::/8, or unix for whoever connects to the server's Unix socket.
    #[arg(long, value_name = "NET", conflicts_with = "stdio")]
    behind_proxy: Vec<Proxy>,
}

// === impl Transport ===

impl Transport {
    /// Says why what was given makes no sense together.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let needs_tls = self.tls_client_ca.is_some() || self.hsts.is_some();
        (needs_tls && self.tls().is_none()).then_some(
            "--tls-client-ca and --hsts are for TLS: add --tls-cert FILE and --tls-key FILE, or \
             --tls-self-signed",
        )
    }

    /// Puts what was given into a configuration.
    pub(super) fn set(&self, config: &mut Config) {
        config.tls = self.tls();
        config.behind_proxy.clone_from(&self.behind_proxy);
    }

    /// Returns whether the server's certificate is one that no client can know.
    pub(super) const fn is_self_signed(&self) -> bool {
        self.tls_self_signed
    }

    fn tls(&self) -> Option<Tls> {
        let mut tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Tls::files(certificate, key),
            _ if self.tls_self_signed => Tls::self_signed(),
            _ => return None,
        };
        tls.client_ca = self.tls_client_ca.clone().map(Pem::File);
        if self.tls_client_optional {
            tls.client_certificate = ClientCertificate::Optional;
        }
        tls.hsts = self.hsts;
        Some(tls)
    }
}

/// Reads a number of days.
fn days(text: &str) -> Result<Duration, String> {
    let days: u32 = text
        .parse()
        .map_err(|_| "write a whole number of days: 365".to_owned())?;
    Ok(Duration::from_secs(u64::from(days) * 24 * 60 * 60))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use tidegate::Identity;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[arg(long)]
        stdio: bool,
        #[command(flatten)]
        transport: Transport,
    }

    fn read(words: &[&str]) -> Result<Transport, clap::Error> {
        let line = Line::try_parse_from([&["serve"], words].concat())?;
        assert!(!line.stdio || words.contains(&"--stdio"));
        Ok(line.transport)
    }

    #[test]
    fn files_and_what_goes_with_them_become_settings() {
        let words = [
            "--tls-cert=c.pem",
            "--tls-key=k.pem",
            "--tls-client-ca=ca.pem",
            "--tls-client-optional",
            "--hsts=2",
            "--behind-proxy=10.0.0.0/8",
            "--behind-proxy=unix",
        ];
        let transport = read(&words).unwrap();
        assert_eq!(transport.problem(), None);
        let mut config = Config::default();
        transport.set(&mut config);
        assert_eq!(config.behind_proxy.len(), 2);
        let tls = config.tls.unwrap();
        assert!(matches!(tls.identity, Identity::Pem { .. }));
        assert!(matches!(tls.client_ca, Some(Pem::File(path)) if path.ends_with("ca.pem")));
        assert_eq!(tls.client_certificate, ClientCertificate::Optional);
        assert_eq!(tls.hsts, Some(Duration::from_secs(2 * 86_400)));
    }

    #[test]
    fn nothing_said_is_nothing_set() {
        let mut config = Config::default();
        read(&[]).unwrap().set(&mut config);
        assert!(config.tls.is_none() && config.behind_proxy.is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for words in [
            &["--tls-cert=c.pem"][..],
            &["--tls-key=k.pem"],
            &["--tls-self-signed", "--tls-cert=c.pem", "--tls-key=k.pem"],
            &["--tls-self-signed", "--tls-client-optional"],
            &["--tls-self-signed", "--stdio"],
            &["--tls-self-signed", "--hsts=soon"],
            &["--behind-proxy=10.0.0.7/8"],
            &["--behind-proxy=proxy.example"],
        ] {
            assert!(read(words).is_err(), "{words:?}");
        }
        for words in ["--tls-client-ca=ca.pem", "--hsts=365"] {
            let problem = read(&[words]).unwrap().problem();
            assert!(problem.unwrap().contains("--tls-self-signed"), "{words}");
        }
    }
}
