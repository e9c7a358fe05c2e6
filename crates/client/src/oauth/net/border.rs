//! Which addresses an authorization server may have: a server names them, and must not lead a client to
//! what only the client can reach (2026-07-28 security best practices §SSRF).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::{
    error::{BoxError, Error},
    link::is_loopback,
};

/// What lies beyond is not asked.
#[derive(Clone, Debug)]
pub(crate) struct Border {
    /// The host of the MCP server, which its user has named.
    server: String,
    /// How near that host is, if its name says so.
    zone: Zone,
    /// Whether private networks are open to servers that are not in one.
    private: bool,
}

/// How near an address is, the farthest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Zone {
    /// Anybody reaches it.
    Public,
    /// Whoever is in the same network reaches it.
    Private,
    /// This machine alone.
    Loopback,
    /// Nothing that serves a login: this link, everybody, nobody, a cloud's own metadata.
    Never,
}

// === impl Border ===

impl Border {
    pub(crate) fn new(server: &Url, private: bool) -> Self {
        let zone = match server.host() {
            Some(Host::Ipv4(address)) => zone(address.into()),
            Some(Host::Ipv6(address)) => zone(address.into()),
            _ if is_loopback(server) => Zone::Loopback,
            _ => Zone::Public,
        };
        Self {
            server: server.host_str().unwrap_or_default().to_ascii_lowercase(),
            zone,
            private,
        }
    }

    /// Checks what a URL says by itself; names are checked when they are resolved.
    ///
    /// # Errors
    ///
    /// When it is no place to send a secret to, or to be led to.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Error> {
        let refuse = |why: &str| {
            Err(Error::auth(format_args!(
                "{} is not asked: {why}",
                shown(url)
            )))
        };
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(url) => {}
            _ => return refuse("a login goes over https, or over http on this machine alone"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("there is a name or password in it");
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) if is_loopback(url) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Some(Host::Domain(_)) => return Ok(()),
            None => return refuse("it names no host"),
        };
        let host = url.host_str().unwrap_or_default();
        match self.refuses(host, address) {
            None => Ok(()),
            Some(why) => refuse(why),
        }
    }

    /// Returns why an address is not asked, if it is not.
    fn refuses(&self, host: &str, address: IpAddr) -> Option<&'static str> {
        if host.eq_ignore_ascii_case(&self.server) {
            return None;
        }
        match zone(address) {
            Zone::Public => None,
            Zone::Private if self.private || self.zone >= Zone::Private => None,
            Zone::Private => Some(
                "it is in a private network, and the server is not; \
                 OAuth::private_networks(true) allows that",
            ),
            Zone::Loopback if self.zone == Zone::Loopback => None,
            Zone::Loopback => Some("it is this machine, and the server is another"),
            Zone::Never => Some("nobody logs in at such an address"),
        }
    }

    async fn resolve(&self, name: &str) -> Result<Vec<SocketAddr>, BoxError> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        let mut refused = None;
        let allowed: Vec<SocketAddr> = found
            .filter(|address| match self.refuses(name, address.ip()) {
                None => true,
                Some(why) => {
                    refused = Some(why);
                    false
                }
            })
            .collect();
        match refused {
            Some(why) if allowed.is_empty() => Err(format!("{name}: {why}").into()),
            _ => Ok(allowed),
        }
    }
}

/// What is resolved is what is connected to: no second look that could find another address.
impl Resolve for Border {
    fn resolve(&self, name: Name) -> Resolving {
        let border = Arc::new(self.clone());
        Box::pin(async move {
            let found = border.resolve(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The URL without what follows its path, which may hold secrets.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

fn zone(address: IpAddr) -> Zone {
    match address {
        IpAddr::V4(address) => zone_v4(address),
        IpAddr::V6(address) => inside(address).map_or_else(|| zone_v6(address), zone_v4),
    }
}

fn zone_v4(address: Ipv4Addr) -> Zone {
    let [a, b, c, _] = address.octets();
    // This host, this link, groups and everybody, benchmarks, protocol assignments (RFC 6890).
    let aside = matches!(
        (a, b, c),
        (0 | 224.., ..) | (169, 254, _) | (198, 18 | 19, _) | (192, 0, 0)
    );
    // Shared by a provider's customers (RFC 6598).
    let shared = a == 100 && (64..128).contains(&b);
    match address {
        _ if aside || address.is_documentation() => Zone::Never,
        _ if address.is_loopback() => Zone::Loopback,
        _ if shared || address.is_private() => Zone::Private,
        _ => Zone::Public,
    }
}

fn zone_v6(address: Ipv6Addr) -> Zone {
    let [first, second, ..] = address.segments();
    match first {
        _ if address.is_loopback() => Zone::Loopback,
        _ if address.is_unspecified() || address.is_multicast() => Zone::Never,
        0xfc00..=0xfdff => Zone::Private,
        // This link, and what was once a site's own.
        0xfe80..=0xfeff => Zone::Never,
        // Documents and the discard prefix.
        0x2001 if second == 0xdb8 => Zone::Never,
        0x0100 if second == 0 => Zone::Never,
        _ => Zone::Public,
    }
}

/// Returns the IPv4 address that an IPv6 one carries: mapped, compatible, translated (64:ff9b::/96),
/// 6to4 (2002::/16).
fn inside(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let parts = address.segments();
    let v4 = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match parts {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(v4(high, low))
        }
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn a_server_leads_no_nearer_than_it_is() {
        let near = "https://127.0.0.1/ https://[::1]/ https://[::ffff:127.0.0.1]/ http://localhost/ \
                    https://x.localhost/ https://0x7f.1/ https://017700000001/";
        let private = "https://10.1.2.3/ https://192.168.0.1/ https://172.31.0.1/ https://100.64.0.1/ \
                       https://[fd00::1]/ https://[64:ff9b::a00:1]/ https://[2002:a00:1::]/";
        let never = "https://169.254.169.254/ https://0.0.0.0/ https://[fe80::1]/ https://224.0.0.1/ \
                     https://255.255.255.255/ https://[::]/ https://[ff02::1]/ https://192.0.2.1/ \
                     https://198.18.0.1/ https://[::ffff:169.254.169.254]/";
        let public = "https://as.example/ https://8.8.8.8/ https://[2606:4700::1]/ https://198.20.0.1/ \
                      https://192.0.66.2/ https://203.1.113.1/";
        for (server, open, lists) in [
            ("https://a.example/mcp", false, [false, false, true]),
            ("https://a.example/mcp", true, [false, true, true]),
            ("https://10.0.0.1/mcp", false, [false, true, true]),
            ("http://localhost:8080/mcp", false, [true, true, true]),
        ] {
            let border = Border::new(&url(server), open);
            for (list, expected) in [near, private, public].into_iter().zip(lists) {
                for address in list.split_whitespace() {
                    let allowed = border.check(&url(address)).is_ok();
                    assert_eq!(allowed, expected, "{server} names {address}");
                }
            }
            for address in never.split_whitespace() {
                assert!(
                    border.check(&url(address)).is_err(),
                    "{server} names {address}"
                );
            }
        }
    }

    #[test]
    fn a_login_goes_over_https() {
        let border = Border::new(&url("https://a.example/mcp"), true);
        for address in [
            "http://a.example/",
            "http://10.0.0.1/",
            "ftp://a.example/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://me:secret@a.example/",
        ] {
            let error = border.check(&url(address)).expect_err(address);
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[tokio::test]
    async fn names_are_judged_by_what_they_mean() {
        let border = Border::new(&url("https://a.example/mcp"), false);
        let error = Border::resolve(&border, "localhost").await;
        assert!(
            error
                .expect_err("loopback")
                .to_string()
                .contains("this machine")
        );
        let here = Border::new(&url("http://localhost/mcp"), false);
        assert!(
            !Border::resolve(&here, "localhost")
                .await
                .expect("here")
                .is_empty()
        );
    }
}
