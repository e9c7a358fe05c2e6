//! Whom requests may be for.

use std::net::Ipv6Addr;

use crate::error::Error;

/// The hosts that are served.
#[derive(Debug)]
pub(super) struct Hosts {
    allowed: Vec<String>,
}

// === impl Hosts ===

impl Hosts {
    /// # Errors
    ///
    /// When one is written so that no request could ever name it.
    pub(super) fn new(allowed: &[String]) -> Result<Self, Error> {
        let read = allowed.iter().map(|host| {
            read(host).ok_or_else(|| {
                Error::setting(
                    "allow_hosts",
                    format!(
                        "`{host}` is no host; write it by itself, without http:// or *, and in \
                         ASCII: example.org, example.org:8080 or [fd00::1]"
                    ),
                )
            })
        });
        let allowed = read.collect::<Result<_, _>>()?;
        Ok(Self { allowed })
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

/// Reads a host, with a port or without, as requests name it.
pub(super) fn read(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let name = without_port(&text);
    let port = text.strip_prefix(name)?.strip_prefix(':');
    let is_name = match name.strip_prefix('[') {
        Some(address) => address.strip_suffix(']')?.parse::<Ipv6Addr>().is_ok(),
        None => {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            !name.is_empty() && name.bytes().all(fits)
        }
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    (is_name && is_port).then_some(text)
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
        let hosts = Hosts::new(&[]).expect("no host is wrong");
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
        let hosts = Hosts::new(&[]).expect("no host is wrong");
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
        let allowed = ["Tide.example".to_owned(), "gate.example:8080".to_owned()];
        let hosts = Hosts::new(&allowed).expect("both are hosts");
        assert!(hosts.allow("tide.example:443") && hosts.allow("gate.example:8080"));
        assert!(!hosts.allow("gate.example:81") && !hosts.allow("gate.example"));
    }

    #[test]
    fn what_no_request_could_name_is_refused() {
        for text in [
            "Tide.example",
            "gate.example:8080",
            "my_service",
            "192.0.2.7:80",
            "[FD00:0::1]:9",
            "[fd00::1]",
        ] {
            assert!(Hosts::new(&[text.to_owned()]).is_ok(), "{text}");
        }
        for text in [
            "",
            "*",
            "*.example.org",
            "http://a.example",
            "a.example/mcp",
            "a.example:",
            "a.example:http",
            "a.example:99999",
            ":8080",
            "fd00::1",
            "[fd00::1",
            "[name]",
            "a b",
            "me@a.example",
            "b\u{fc}cher.example",
        ] {
            let error = Hosts::new(&[text.to_owned()]).expect_err(text).to_string();
            assert!(error.contains("allow_hosts"), "{error}");
        }
    }
}
