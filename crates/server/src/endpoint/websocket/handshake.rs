//! The opening handshake (RFC 6455 §4.2): what a client must send, and what it is answered.

use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{self, HeaderName},
    request::Parts,
};
use tidegate_era::Reject;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::respond::{self, ResponseBody};

/// A handshake that was understood.
#[derive(Debug)]
pub(super) struct Handshake {
    /// What proves that the key was read.
    accept: HeaderValue,
    /// Whether the client named its subprotocols, `mcp` among them.
    named: bool,
}

/// The version of the protocol, the only one there ever was.
pub(super) const VERSION: &str = "13";

/// The subprotocol: what MCP's SDKs offer.
const MCP: &str = "mcp";

/// How many characters a key has: 16 bytes in Base64.
const KEY: usize = 24;

// === impl Handshake ===

impl Handshake {
    /// Reads a client's handshake.
    ///
    /// A client that names no subprotocol is served: nothing but MCP is spoken at this path, and
    /// tools such as `websocat` name none. One that names others alone means to speak something
    /// else: it is told so now, since a browser would fail an answer without any of them.
    pub(super) fn read(parts: &Parts) -> Result<Self, Reject> {
        let headers = &parts.headers;
        if parts.method != Method::GET {
            return Err(Reject::guard(
                StatusCode::METHOD_NOT_ALLOWED,
                "a WebSocket is opened by GET",
            ));
        }
        if !has(headers, &header::UPGRADE, "websocket")
            || !has(headers, &header::CONNECTION, "upgrade")
        {
            return Err(Reject::guard(
                StatusCode::UPGRADE_REQUIRED,
                "this is a WebSocket: send Connection: Upgrade and Upgrade: websocket, over \
                 HTTP/1.1; a proxy between may have to be told to pass them on",
            ));
        }
        if one(headers, &header::SEC_WEBSOCKET_VERSION)? != Some(VERSION.as_bytes()) {
            return Err(Reject::guard(
                StatusCode::UPGRADE_REQUIRED,
                "version 13 of WebSocket is spoken here: send Sec-WebSocket-Version: 13",
            ));
        }
        let key = one(headers, &header::SEC_WEBSOCKET_KEY)?.filter(|key| is_key(key));
        let Some(key) = key else {
            return Err(bad("Sec-WebSocket-Key must be 16 bytes in Base64"));
        };
        let named = headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL);
        if named && !names(headers, &header::SEC_WEBSOCKET_PROTOCOL).any(|name| name == MCP) {
            return Err(bad(
                "the subprotocol spoken here is mcp: offer it in Sec-WebSocket-Protocol, or none",
            ));
        }
        let accept = HeaderValue::try_from(derive_accept_key(key)).expect("Base64 is ASCII");
        Ok(Self { accept, named })
    }

    /// Answers that the connection is a WebSocket from now on.
    pub(super) fn accept(self) -> Response<ResponseBody> {
        let mut response = respond::switching();
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        if self.named {
            headers.insert(
                header::SEC_WEBSOCKET_PROTOCOL,
                HeaderValue::from_static(MCP),
            );
        }
        response
    }
}

/// Returns the members of a header that is a list, over all its lines.
fn names<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(',').map(str::trim))
}

fn has(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    names(headers, name).any(|member| member.eq_ignore_ascii_case(token))
}

/// Returns the value of a header that may stand once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a [u8]>, Reject> {
    let mut values = headers.get_all(name).into_iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(bad("a header of the handshake was sent twice"));
    }
    Ok(first.map(|value| value.as_bytes().trim_ascii()))
}

/// Whether this is the Base64 of 16 bytes: 22 characters, and what fills the last group.
fn is_key(key: &[u8]) -> bool {
    let Some(text) = key.strip_suffix(b"==") else {
        return false;
    };
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    key.len() == KEY && text.iter().all(fits)
}

fn bad(message: &'static str) -> Reject {
    Reject::guard(StatusCode::BAD_REQUEST, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sixteen_bytes_in_base64() {
        for (key, holds) in [
            ("dGhlIHNhbXBsZSBub25jZQ==", true),
            ("++++++++++////////////==", true),
            ("dGhlIHNhbXBsZSBub25jZQ", false),
            ("dGhlIHNhbXBsZSBub25jZT0=", false),
            ("dGhlIHNhbXBsZSBub25jZ===", false),
            ("dGhlIHNhbXBsZSBub25\u{e9}==", false),
            ("==", false),
            ("", false),
        ] {
            assert_eq!(is_key(key.as_bytes()), holds, "{key}");
        }
    }

    #[test]
    fn the_sample_of_the_standard_is_answered_as_it_says() {
        let request = http::Request::get("/ws")
            .header("upgrade", "WebSocket")
            .header("connection", "keep-alive, Upgrade")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-websocket-protocol", "chat")
            .header("sec-websocket-protocol", "other,mcp");
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let response = Handshake::read(&parts).expect("a handshake").accept();
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        let accept = &response.headers()["sec-websocket-accept"];
        assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(response.headers()["sec-websocket-protocol"], "mcp");
    }
}
