//! Whom requests may be for.

/// The hosts that are served.
#[derive(Debug)]
pub(super) struct Hosts {
    allowed: Vec<String>,
}

// === impl Hosts ===

impl Hosts {
    pub(super) fn new(allowed: &[String]) -> Self {
        let allowed = allowed
            .iter()
            .map(|host| host.to_ascii_lowercase())
            .collect();
        Self { allowed }
    }

    /// Whether `host`, a `Host` header's value, is served: a loopback name with any port, or one
    /// that was allowed, by itself or with its port.
    pub(super) fn allow(&self, host: &str) -> bool {
        let name = without_port(host);
        is_loopback(name)
            || self.allowed.iter().any(|allowed| {
                allowed.eq_ignore_ascii_case(host) || allowed.eq_ignore_ascii_case(name)
            })
    }
}

/// Whether a host's name means this machine and nothing else.
pub(super) fn is_loopback(name: &str) -> bool {
    matches!(name, "127.0.0.1" | "[::1]") || name.eq_ignore_ascii_case("localhost")
}

/// A host without its port; an IPv6 address keeps its brackets.
pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() =>
        {
            // `::1` without brackets has no port.
            if name.contains(':') && !name.ends_with(']') {
                host
            } else {
                name
            }
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_passes_with_any_port() {
        let hosts = Hosts::new(&[]);
        for host in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1:8080",
            "[::1]",
            "[::1]:9",
        ] {
            assert!(hosts.allow(host), "{host}");
        }
    }

    #[test]
    fn strangers_do_not() {
        let hosts = Hosts::new(&[]);
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "localhost:80:80",
            "evil.example:127.0.0.1",
            "127.0.0.1@evil.example",
            "0.0.0.0",
        ] {
            assert!(!hosts.allow(host), "{host}");
        }
    }

    #[test]
    fn allowed_ones_pass_by_name_or_with_their_port() {
        let hosts = Hosts::new(&["Tide.example".to_owned(), "gate.example:8080".to_owned()]);
        assert!(hosts.allow("tide.example:443") && hosts.allow("gate.example:8080"));
        assert!(!hosts.allow("gate.example:81") && !hosts.allow("gate.example"));
    }
}
