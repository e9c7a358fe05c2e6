//! Whom a request comes from, where a proxy stands between: what the proxy says is believed if it was
//! declared, and nobody else's word is.
//!
//! ```text
//!   client ──▶ proxy ──▶ proxy ──▶ us
//!   X-Forwarded-For: what the client said, the client, the first proxy
//!                    (anything)            ◀── read from here, up to the first that is no proxy
//! ```

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header};

use crate::{config::Proxy, connection::Connection};

/// The proxies that are believed.
#[derive(Debug)]
pub(super) struct Proxies(Vec<Proxy>);

/// Whom a request comes from, as far as it can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    /// The client's address, or the nearest that is known on the way to it; none on a Unix socket
    /// and inside another program's server.
    pub(crate) address: Option<IpAddr>,
    /// Whether the client spoke HTTPS, to us or to a proxy.
    pub(crate) https: bool,
}

/// What one family of headers says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Said {
    address: Option<IpAddr>,
    https: Option<bool>,
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// How many proxies in a row are followed. Few stand behind more than three; a client that writes the
/// addresses of proxies into the header costs no more than this.
const HOPS: usize = 16;

// === impl Proxies ===

impl Proxies {
    pub(super) fn new(declared: &[Proxy]) -> Self {
        Self(declared.to_vec())
    }

    /// Returns whom a request comes from.
    ///
    /// Proxies write one of the two families and may pass the other on as their client sent it. So
    /// where both are there and differ, neither is believed.
    pub(super) fn client(&self, connection: &Connection, headers: &HeaderMap) -> Client {
        let known = Client {
            address: connection.peer(),
            https: connection.is_tls(),
        };
        if !self.are_at(known.address) {
            return known;
        }
        let said = match (self.by_forwarded(headers), self.by_x_forwarded(headers)) {
            (Some(one), Some(other)) if one != other => Said {
                address: None,
                https: Some(false),
            },
            (Some(said), _) | (None, Some(said)) => said,
            (None, None) => return known,
        };
        Client {
            address: said.address.or(known.address),
            https: said.https.unwrap_or(known.https),
        }
    }

    /// Reads `X-Forwarded-For` and `X-Forwarded-Proto`, if there is either.
    fn by_x_forwarded(&self, headers: &HeaderMap) -> Option<Said> {
        let [nodes, protocols] = [X_FORWARDED_FOR, X_FORWARDED_PROTO];
        if !headers.contains_key(&nodes) && !headers.contains_key(&protocols) {
            return None;
        }
        let mut https = None;
        for protocol in from_the_right(headers, &protocols) {
            https = all(
                https,
                protocol.map(|text| text.eq_ignore_ascii_case("https")),
            );
        }
        let nodes = from_the_right(headers, &nodes).map(|node| node.and_then(address));
        Some(Said {
            address: self.walk(nodes),
            https,
        })
    }

    /// Reads `Forwarded` (RFC 7239), if there is any.
    fn by_forwarded(&self, headers: &HeaderMap) -> Option<Said> {
        if !headers.contains_key(header::FORWARDED) {
            return None;
        }
        let elements = || from_the_right(headers, &header::FORWARDED).map(|text| element(text?));
        let mut https = None;
        for element in elements().take(HOPS) {
            match element {
                Some(Element { https: None, .. }) => {}
                Some(Element {
                    https: Some(said), ..
                }) => https = all(https, Some(said)),
                None => https = Some(false),
            }
        }
        let nodes = elements().map(|element| element?.node);
        Some(Said {
            address: self.walk(nodes),
            https,
        })
    }

    /// Walks from the nearest hop to the first that is no proxy of ours. One that is unknown ends the
    /// walk at the proxy that says so.
    fn walk(&self, nodes: impl Iterator<Item = Option<IpAddr>>) -> Option<IpAddr> {
        let mut nearest = None;
        for node in nodes.take(HOPS) {
            let Some(address) = node else {
                break;
            };
            nearest = Some(address);
            if !self.are_at(nearest) {
                break;
            }
        }
        nearest
    }

    pub(super) fn are_at(&self, place: Option<IpAddr>) -> bool {
        self.0.iter().any(|proxy| proxy.is_at(place))
    }
}

/// Returns what the fields of a name list, the last first; none for what is no text.
fn from_the_right<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = Option<&'a str>> {
    let fields = headers.get_all(name).into_iter().rev();
    fields.flat_map(|field| {
        let text = field.to_str().ok();
        let items = text.into_iter().flat_map(|text| text.rsplit(','));
        let unreadable = text.is_none().then_some(None);
        items.map(|item| Some(item.trim())).chain(unreadable)
    })
}

/// Whether all said so: a hop can only make it worse.
fn all(so_far: Option<bool>, next: Option<bool>) -> Option<bool> {
    Some(so_far.unwrap_or(true) && next.unwrap_or(false))
}

/// Reads a node: an address with a port or without. `unknown`, and names that hide it, are none.
fn address(node: &str) -> Option<IpAddr> {
    let bare = node
        .strip_prefix('[')
        .and_then(|node| node.strip_suffix(']'));
    let found = match bare {
        Some(bare) => bare.parse().ok().filter(IpAddr::is_ipv6),
        None => node
            .parse()
            .or_else(|_| node.parse().map(|node: SocketAddr| node.ip()))
            .ok(),
    };
    found.map(|address| address.to_canonical())
}

/// One hop of `Forwarded`.
struct Element {
    node: Option<IpAddr>,
    https: Option<bool>,
}

/// Reads `for=192.0.2.43;proto=https`; none if any part of it is not well-formed. What a client put
/// into a quoted part, with a comma in it, comes here in pieces, and a piece has half the quotes.
fn element(text: &str) -> Option<Element> {
    let (mut node, mut https) = (None, None);
    for pair in text.split(';') {
        let (name, value) = pair.trim().split_once('=')?;
        let value = match value.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"')?,
            None => value,
        };
        if value.is_empty() || value.contains(['"', '\\']) {
            return None;
        }
        let twice = match name.to_ascii_lowercase().as_str() {
            "for" => node.replace(address(value)).is_some(),
            "proto" => https.replace(value.eq_ignore_ascii_case("https")).is_some(),
            _ => false,
        };
        if twice {
            return None;
        }
    }
    Some(Element {
        node: node.flatten(),
        https,
    })
}

#[cfg(test)]
mod tests;
