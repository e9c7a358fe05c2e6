//! Proxies that a server stands behind, whose word on clients it takes.

use std::{fmt, net::IpAddr, str::FromStr};

/// A proxy in front of a server, by where its connections come from: `10.0.0.7`, `10.0.0.0/8`,
/// `fd00::/8`, or `unix` for whoever connects to the server's Unix socket.
///
/// What it says in `Forwarded` and `X-Forwarded-*` is believed; others' is not.
///
/// ```
/// use tidegate_server::Proxy;
///
/// let proxy: Proxy = "10.0.0.0/8".parse().unwrap();
/// assert_eq!(proxy.to_string(), "10.0.0.0/8");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxy(Place);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Network { address: IpAddr, prefix: u8 },
    Unix,
}

/// What is no proxy's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAProxy(());

// === impl Proxy ===

impl Proxy {
    /// Returns whether connections from `peer` are its; none: from a Unix socket.
    #[must_use]
    pub fn is_at(&self, peer: Option<IpAddr>) -> bool {
        match (self.0, peer) {
            (Place::Unix, None) => true,
            (Place::Network { address, prefix }, Some(peer)) => {
                within(address, prefix, peer.to_canonical())
            }
            (Place::Unix, Some(_)) | (Place::Network { .. }, None) => false,
        }
    }
}

impl FromStr for Proxy {
    type Err = NotAProxy;

    fn from_str(text: &str) -> Result<Self, NotAProxy> {
        if text == "unix" {
            return Ok(Self(Place::Unix));
        }
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotAProxy(()))?;
        let prefix = match prefix {
            // `+8` is a number to Rust, and a slip here.
            Some(prefix) if !prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(NotAProxy(()));
            }
            Some(prefix) => prefix.parse().map_err(|_| NotAProxy(()))?,
            None => bits(address),
        };
        // `10.0.0.7/8` may mean the one or the many: whoever is believed has to be certain.
        if prefix > bits(address) || masked(address, prefix) != address {
            return Err(NotAProxy(()));
        }
        Ok(Self(Place::Network { address, prefix }))
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Place::Unix => f.write_str("unix"),
            Place::Network { address, prefix } if prefix == bits(address) => address.fmt(f),
            Place::Network { address, prefix } => write!(f, "{address}/{prefix}"),
        }
    }
}

/// Whether `peer` is in the network of `address`; the two families have nothing in common.
fn within(address: IpAddr, prefix: u8, peer: IpAddr) -> bool {
    address.is_ipv4() == peer.is_ipv4() && masked(peer, prefix) == address
}

const fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Returns the address with no more than its first bits.
fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    let cut = u32::from(bits(address) - prefix);
    match address {
        IpAddr::V4(v4) => {
            IpAddr::V4((v4.to_bits() & u32::MAX.checked_shl(cut).unwrap_or(0)).into())
        }
        IpAddr::V6(v6) => {
            IpAddr::V6((v6.to_bits() & u128::MAX.checked_shl(cut).unwrap_or(0)).into())
        }
    }
}

// === impl NotAProxy ===

impl fmt::Display for NotAProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "write a proxy's address, its network with no bits beyond the prefix, or unix: \
             10.0.0.7, 10.0.0.0/8, fd00::/8",
        )
    }
}

impl std::error::Error for NotAProxy {}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_at(proxy: &str, peer: &str) -> bool {
        let proxy: Proxy = proxy.parse().expect(proxy);
        proxy.is_at(Some(peer.parse().expect(peer)))
    }

    #[test]
    fn a_proxy_is_in_its_network_and_nowhere_else() {
        for (proxy, peer) in [
            ("10.0.0.7", "10.0.0.7"),
            ("10.0.0.7", "::ffff:10.0.0.7"),
            ("10.0.0.0/8", "10.255.0.1"),
            ("192.0.2.128/25", "192.0.2.200"),
            ("0.0.0.0/0", "203.0.113.9"),
            ("fd00::/8", "fd12::1"),
            ("::/0", "2001:db8::1"),
            ("::1", "::1"),
        ] {
            assert!(is_at(proxy, peer), "{proxy} {peer}");
        }
        for (proxy, peer) in [
            ("10.0.0.7", "10.0.0.8"),
            ("10.0.0.0/8", "11.0.0.0"),
            ("192.0.2.128/25", "192.0.2.127"),
            ("0.0.0.0/0", "2001:db8::1"),
            ("::/0", "10.0.0.7"),
            ("fd00::/8", "fe00::1"),
        ] {
            assert!(!is_at(proxy, peer), "{proxy} {peer}");
        }
    }

    #[test]
    fn a_unix_socket_is_a_place_by_itself() {
        let unix: Proxy = "unix".parse().expect("a proxy");
        assert!(unix.is_at(None) && !unix.is_at(Some([10, 0, 0, 7].into())));
        let network: Proxy = "0.0.0.0/0".parse().expect("a proxy");
        assert!(!network.is_at(None));
    }

    #[test]
    fn what_is_unclear_is_refused() {
        for text in [
            "",
            "10.0.0.7/8",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "10.0.0",
            "proxy.example",
            "*",
            "fd00::1/8",
            "[fd00::]/8",
            "10.0.0.7:80",
        ] {
            let refused = text.parse::<Proxy>().expect_err(text);
            assert!(refused.to_string().contains("10.0.0.0/8"));
        }
        for text in ["10.0.0.7", "10.0.0.0/8", "unix", "fd00::/8"] {
            assert_eq!(text.parse::<Proxy>().expect(text).to_string(), text);
        }
    }
}
