//! Strangers are judged by their headers, before a byte of their message is read.

mod callers;
mod cors;
mod forwarded;
mod host;
mod origin;
mod scopes;

use std::net::IpAddr;

use http::{HeaderMap, StatusCode, Uri};
use tidegate_era::{Head, Reject};

pub(crate) use self::{
    callers::{Access, Callers, Recognised, Visitor},
    forwarded::Client,
    host::without_port,
};
use crate::{config::Config, connection::Connection, error::Error};

/// Judges requests by where they came from and whom they are for.
#[derive(Debug)]
pub(crate) struct Guard {
    hosts: host::Hosts,
    origins: origin::Origins,
    proxies: forwarded::Proxies,
    /// Who comes past the proxies is turned away.
    only_by_proxy: bool,
}

// === impl Guard ===

impl Guard {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        Ok(Self {
            hosts: host::Hosts::new(&config.allow_hosts)?,
            origins: origin::Origins::new(&config.allow_origins)?,
            proxies: forwarded::Proxies::new(&config.behind_proxy),
            only_by_proxy: !config.behind_proxy.is_empty()
                && config.tls.is_none()
                && !config.insecure_no_auth,
        })
    }

    /// Returns whether `peer` may connect at all: past a declared proxy that ends TLS, nobody sends
    /// credentials over the network in the clear. On this machine nobody listens in.
    pub(crate) fn may_connect(&self, peer: Option<IpAddr>) -> bool {
        let is_here = peer.is_none_or(|peer| peer.to_canonical().is_loopback());
        !self.only_by_proxy || is_here || self.proxies.are_at(peer)
    }

    /// Returns whom a request comes from, by the word of the proxies that were declared.
    pub(crate) fn client(&self, connection: &Connection, headers: &HeaderMap) -> Client {
        self.proxies.client(connection, headers)
    }

    /// Lets a request through, or says why not.
    ///
    /// A page on any site can make a browser send requests here, and a name it controls can be
    /// made to point here (DNS rebinding): so both are checked on every request (2026-07-28
    /// streamable-http §Security).
    pub(crate) fn check(&self, head: &Head<'_>, uri: &Uri) -> Result<(), Reject> {
        // HTTP/2 carries the host in the request's target, and so may what is sent through a proxy.
        let target = uri.authority().map(http::uri::Authority::as_str);
        let host = match (head.host, target) {
            (Some(host), None) => host.to_str().ok(),
            (None, target) => target,
            // Of two hosts, somebody on the way has looked at the other one.
            (Some(host), Some(target)) => {
                if !host.as_bytes().eq_ignore_ascii_case(target.as_bytes()) {
                    return Err(two_hosts());
                }
                Some(target)
            }
        };
        if !host.is_some_and(|host| self.hosts.allow(host)) {
            return Err(Reject::guard(
                StatusCode::FORBIDDEN,
                "this Host is not served here; --allow-host names those that are",
            ));
        }
        if let Some(origin) = head.origin {
            if !origin
                .to_str()
                .is_ok_and(|origin| self.origins.allow(origin))
            {
                return Err(Reject::guard(
                    StatusCode::FORBIDDEN,
                    "pages of this Origin may not call here; --allow-origin names those that may",
                ));
            }
            return Ok(());
        }
        // An image or a form sends no Origin, but the browser says where it stands.
        let site = head.fetch_site.map(http::HeaderValue::as_bytes);
        if matches!(site, Some(b"cross-site" | b"same-site")) {
            return Err(Reject::guard(
                StatusCode::FORBIDDEN,
                "another site's page may not call here without an allowed Origin",
            ));
        }
        Ok(())
    }
}

/// How many headers a request may have, over every version of HTTP. Default 100, which is what the
/// parser of HTTP/1 takes; HTTP/2 has no number of its own, and each costs more than its bytes.
const HEADERS: usize = 100;

/// Turns away a request with too many headers, before any is looked at.
pub(crate) fn count(headers: &HeaderMap) -> Result<(), Reject> {
    if headers.len() <= HEADERS {
        return Ok(());
    }
    Err(Reject::guard(
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        format!("a request may have {HEADERS} headers"),
    ))
}

fn two_hosts() -> Reject {
    Reject::header_mismatch(
        "the request's target names another host than its Host header; name one",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Tls;

    #[test]
    fn past_a_declared_proxy_nobody_connects_in_the_clear() {
        let behind = |config: Config| {
            let guard = Guard::new(&Config {
                behind_proxy: vec!["10.0.0.0/8".parse().expect("a network")],
                ..config
            });
            let guard = guard.expect("good settings");
            [
                "10.1.2.3",
                "192.0.2.1",
                "127.0.0.1",
                "::1",
                "::ffff:10.1.2.3",
            ]
            .map(|peer| guard.may_connect(peer.parse().ok()))
        };
        assert_eq!(behind(Config::default()), [true, false, true, true, true]);
        let encrypted = Config {
            tls: Some(Tls::self_signed()),
            ..Config::default()
        };
        let anyone = Config {
            insecure_no_auth: true,
            ..Config::default()
        };
        for config in [encrypted, anyone] {
            assert_eq!(behind(config), [true; 5]);
        }
        let guard = Guard::new(&Config::default()).expect("good settings");
        assert!(guard.may_connect("192.0.2.1".parse().ok()) && guard.may_connect(None));
    }
}
