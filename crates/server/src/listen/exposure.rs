//! Whether a server may listen where others than this machine reach it.

use crate::config::Config;

/// What a server lacks that others may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lacks {
    /// Anyone could call.
    Authentication,
    /// What callers show could be read on its way, and shown by others.
    Encryption,
    /// Both.
    Everything,
}

/// Returns what a server with this configuration lacks to listen beyond loopback: its callers have to
/// be known, and what they show to be known is encrypted on its way, here or by a proxy; or its
/// operator has said that anyone may call.
pub(super) const fn lacks(config: &Config, knows_callers: bool) -> Option<Lacks> {
    let is_encrypted = config.tls.is_some() || !config.behind_proxy.is_empty();
    match (knows_callers, is_encrypted) {
        _ if config.insecure_no_auth => None,
        (true, true) => None,
        (true, false) => Some(Lacks::Encryption),
        (false, true) => Some(Lacks::Authentication),
        (false, false) => Some(Lacks::Everything),
    }
}

// === impl Lacks ===

impl Lacks {
    /// Says what could happen, and how to mend it.
    pub(crate) const fn mended(self) -> &'static str {
        match self {
            Self::Everything => {
                "anyone could call: listen at 127.0.0.1; or have callers authenticate (--auth-keys \
                 FILE) over TLS (--tls-cert FILE and --tls-key FILE, or --tls-self-signed) or behind \
                 a proxy that ends it (--behind-proxy ADDRESS); or say --insecure-no-auth if anyone \
                 may call"
            }
            Self::Authentication => {
                "anyone could call: have callers authenticate (--auth-keys FILE, or --tls-client-ca \
                 FILE); or listen at 127.0.0.1; or say --insecure-no-auth if anyone may call"
            }
            Self::Encryption => {
                "what callers show to be known would not be encrypted on its way: use TLS \
                 (--tls-cert FILE and --tls-key FILE, or --tls-self-signed), or name the proxy that \
                 ends it (--behind-proxy ADDRESS); or listen at 127.0.0.1"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Tls;

    #[test]
    fn callers_are_known_and_encrypted_or_the_operator_says_otherwise() {
        let tls = Some(Tls::self_signed());
        let proxy = vec!["10.0.0.7".parse().expect("a proxy")];
        for (tls, proxies, knows, insecure, lacking) in [
            (None, vec![], false, false, Some(Lacks::Everything)),
            (None, vec![], true, false, Some(Lacks::Encryption)),
            (
                tls.clone(),
                vec![],
                false,
                false,
                Some(Lacks::Authentication),
            ),
            (
                None,
                proxy.clone(),
                false,
                false,
                Some(Lacks::Authentication),
            ),
            (tls, vec![], true, false, None),
            (None, proxy, true, false, None),
            (None, vec![], false, true, None),
        ] {
            let config = Config {
                tls,
                behind_proxy: proxies,
                insecure_no_auth: insecure,
                ..Config::default()
            };
            assert_eq!(lacks(&config, knows), lacking, "{config:?} {knows}");
        }
    }
}
