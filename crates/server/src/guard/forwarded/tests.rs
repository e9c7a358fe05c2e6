//! Headers that proxies write, and those that clients write to be taken for somebody else.

use std::sync::Arc;

use http::HeaderValue;

use super::*;
use crate::connection::Secured;

const PROXY: &str = "10.0.0.7";
const CLIENT: &str = "203.0.113.9";

fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
        headers.append(*name, value);
    }
    headers
}

/// What is known of a request from `peer` with these headers, behind 10.0.0.0/8.
#[track_caller]
fn client(peer: &str, fields: &[(&'static str, &str)]) -> (String, bool) {
    let peer = Some(peer.parse().expect("an address"));
    let connection = Connection::new(Arc::default(), peer, None);
    let proxies = Proxies::new(&["10.0.0.0/8".parse().expect("a proxy")]);
    let client = proxies.client(&connection, &headers(fields));
    let address = client.address.expect("it has a peer");
    (address.to_string(), client.https)
}

/// The address behind one value of `X-Forwarded-For`.
#[track_caller]
fn listed(value: &str) -> String {
    client(PROXY, &[("x-forwarded-for", value)]).0
}

#[test]
fn a_stranger_is_not_believed() {
    let fields = [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=127.0.0.1;proto=https"),
    ];
    assert_eq!(client(CLIENT, &fields), (CLIENT.to_owned(), false));
}

#[test]
fn a_proxy_is_and_says_nothing_if_it_says_nothing() {
    let fields = [("x-forwarded-for", CLIENT), ("x-forwarded-proto", "https")];
    assert_eq!(client(PROXY, &fields), (CLIENT.to_owned(), true));
    assert_eq!(client(PROXY, &[]), (PROXY.to_owned(), false));
}

#[test]
fn nodes_come_with_ports_and_brackets_and_without() {
    for (node, found) in [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
    ] {
        assert_eq!(listed(node), found, "{node}");
    }
    for node in [
        "",
        "unknown",
        "_hidden",
        "_SEVKISEK",
        "localhost",
        "[192.0.2.1]",
        "192.0.2.1:",
        "192.0.2.1:port",
        "192.0.2.1:99999",
        "[2001:db8::1",
        "2001:db8::1]",
        "192.0.2.256",
        "192.0.2.1 127.0.0.1",
        "\"192.0.2.1\"",
        "é",
    ] {
        assert_eq!(listed(node), PROXY, "{node}");
    }
}

#[test]
fn the_nearest_that_is_no_proxy_is_the_client() {
    for (list, found) in [
        // What a client wrote itself stands to the left of what its proxy saw.
        ("127.0.0.1, 203.0.113.9", CLIENT),
        ("203.0.113.9, 10.0.0.8", CLIENT),
        ("127.0.0.1, 203.0.113.9, 10.0.0.8, 10.0.0.9:80", CLIENT),
        // Nobody but proxies: the first of them asked.
        ("10.0.0.8, 10.0.0.9", "10.0.0.8"),
        // Behind what is unknown, all is hearsay.
        ("203.0.113.9, unknown", PROXY),
        ("203.0.113.9, _hidden, 10.0.0.8", "10.0.0.8"),
        ("203.0.113.9,,10.0.0.8", "10.0.0.8"),
        ("203.0.113.9,", PROXY),
    ] {
        assert_eq!(listed(list), found, "{list}");
    }
}

#[test]
fn several_headers_are_one_list() {
    let fields = [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-for", "203.0.113.9, 10.0.0.8"),
        ("x-forwarded-for", "10.0.0.9"),
    ];
    assert_eq!(client(PROXY, &fields).0, CLIENT);
    let fields = [
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-for", "\u{ff}"),
    ];
    assert_eq!(client(PROXY, &fields).0, PROXY, "one that is no text");
}

#[test]
fn a_long_list_is_followed_to_a_limit() {
    let bomb = format!("203.0.113.9{}", ", 10.0.0.8".repeat(1_000));
    assert_eq!(listed(&bomb), "10.0.0.8");
    assert_eq!(listed(&"x".repeat(60_000)), PROXY);
    let row = format!("203.0.113.9{}", ", 10.0.0.8".repeat(HOPS - 1));
    assert_eq!(listed(&row), CLIENT);
}

#[test]
fn https_is_what_all_say() {
    let by = |fields: &[(&'static str, &str)]| client(PROXY, fields).1;
    for (fields, https) in [
        (&[("x-forwarded-proto", "https")][..], true),
        (&[("x-forwarded-proto", "HTTPS")], true),
        (&[("x-forwarded-proto", "http")], false),
        (&[("x-forwarded-proto", "")], false),
        (&[("x-forwarded-proto", "httpsx")], false),
        (&[("x-forwarded-proto", "https, http")], false),
        (&[("x-forwarded-proto", "http, https")], false),
        (&[("x-forwarded-proto", "https, https")], true),
        (
            &[
                ("x-forwarded-proto", "http"),
                ("x-forwarded-proto", "https"),
            ],
            false,
        ),
        (&[("forwarded", "for=203.0.113.9;proto=https")], true),
        (
            &[("forwarded", "for=a;proto=http, for=b;proto=https")],
            false,
        ),
        (&[("forwarded", "for=203.0.113.9")], false),
        (&[("forwarded", "proto=https, nonsense")], false),
        (&[], false),
    ] {
        assert_eq!(by(fields), https, "{fields:?}");
    }
}

#[test]
fn a_proxy_that_encrypts_may_have_met_a_client_that_did_not() {
    let peer = Some(PROXY.parse().expect("an address"));
    let connection = Connection::new(Arc::default(), peer, Some(Secured::default()));
    let proxies = Proxies::new(&["10.0.0.0/8".parse().expect("a proxy")]);
    let https = |fields| proxies.client(&connection, &headers(fields)).https;
    assert!(https(&[]) && https(&[("x-forwarded-for", CLIENT)]));
    assert!(!https(&[("x-forwarded-proto", "http")]));
}

#[test]
fn forwarded_is_read_as_it_is_written() {
    let by = |value: &str| client(PROXY, &[("forwarded", value)]).0;
    for (value, found) in [
        ("for=203.0.113.9", CLIENT),
        ("For=203.0.113.9; Proto=https ;by=10.0.0.7", CLIENT),
        ("for=\"203.0.113.9:4711\"", CLIENT),
        ("for=\"[2001:db8::1]:4711\"", "2001:db8::1"),
        ("for=\"[2001:db8::1]\";host=example.org", "2001:db8::1"),
        ("for=127.0.0.1, for=203.0.113.9, for=10.0.0.8", CLIENT),
        ("for=unknown", PROXY),
        ("for=_hidden, for=10.0.0.8", "10.0.0.8"),
        ("proto=https", PROXY),
        // A quote that the client opened does not reach what its proxy wrote.
        ("for=\"127.0.0.1, for=203.0.113.9", CLIENT),
        // What a client wrote into its Host, which its proxy quoted, is no hop.
        ("for=203.0.113.9;host=\"a,for=127.0.0.1\"", PROXY),
        ("for=203.0.113.9;host=\"a,for=127.0.0.1;x=\"", PROXY),
        (r#"for=203.0.113.9;host="a,for=127.0.0.1;x=\"""#, PROXY),
        ("for=203.0.113.9;for=127.0.0.1", PROXY),
        ("for=203.0.113.9;proto=http;proto=https", PROXY),
        ("203.0.113.9", PROXY),
        ("for=", PROXY),
        ("for=203.0.113.9;", PROXY),
        ("", PROXY),
    ] {
        assert_eq!(by(value), found, "{value}");
    }
}

#[test]
fn where_both_are_there_they_have_to_agree() {
    let both = |forwarded: &'static str, listed: &'static str, proto: &'static str| {
        let fields = [
            ("forwarded", forwarded),
            ("x-forwarded-for", listed),
            ("x-forwarded-proto", proto),
        ];
        client(PROXY, &fields)
    };
    let agreed = both("for=203.0.113.9;proto=https", CLIENT, "https");
    assert_eq!(agreed, (CLIENT.to_owned(), true));
    let neither = (PROXY.to_owned(), false);
    assert_eq!(both("for=127.0.0.1;proto=https", CLIENT, "https"), neither);
    assert_eq!(both("for=203.0.113.9;proto=https", CLIENT, "http"), neither);
}

#[test]
fn a_unix_socket_has_no_address_but_may_be_a_proxys() {
    let connection = Connection::new(Arc::default(), None, None);
    let fields = headers(&[("x-forwarded-for", CLIENT)]);
    let by = |proxy: &str| {
        let proxies = Proxies::new(&[proxy.parse().expect("a proxy")]);
        proxies.client(&connection, &fields).address
    };
    assert_eq!(by("unix"), CLIENT.parse().ok());
    assert_eq!(by("0.0.0.0/0"), None);
}
