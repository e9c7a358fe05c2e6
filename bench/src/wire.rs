//! The requests as bytes: both eras, id and message different in every one.

use std::fmt::Display;
use std::io::Write;
use std::net::SocketAddr;

/// The modern revision that is measured.
pub const MODERN: &str = "2026-07-28";
/// The legacy revision that is measured.
pub const LEGACY: &str = "2025-06-18";

/// Which tool is called, and with what beside the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Returns its message; serde enforces all that its schema says.
    Echo,
    /// Returns its message; its schema has a range, which serde does not enforce.
    Checked,
    /// Sends that many notifications.
    Count(u32),
}

/// How one client speaks to one server: what is the same in all its requests.
#[derive(Debug, Clone)]
pub struct Talk {
    addr: SocketAddr,
    era: Era,
    token: Option<String>,
}

#[derive(Debug, Clone)]
enum Era {
    Modern,
    Legacy { session: Option<String> },
}

// === impl Tool ===

impl Tool {
    /// Returns the tool's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Checked => "checked",
            Self::Count(_) => "count",
        }
    }

    fn arguments(self, id: u64) -> String {
        match self {
            Self::Echo => format!(r#"{{"message":"m-{id}"}}"#),
            Self::Checked => format!(r#"{{"message":"m-{id}","priority":{}}}"#, id % 5 + 1),
            Self::Count(n) => format!(r#"{{"n":{n}}}"#),
        }
    }
}

// === impl Talk ===

impl Talk {
    /// Speaks the modern era.
    #[must_use]
    pub const fn modern(addr: SocketAddr) -> Self {
        Self {
            addr,
            era: Era::Modern,
            token: None,
        }
    }

    /// Speaks the legacy era, before there is a session.
    #[must_use]
    pub const fn legacy(addr: SocketAddr) -> Self {
        Self {
            addr,
            era: Era::Legacy { session: None },
            token: None,
        }
    }

    /// Speaks the legacy era in a session.
    #[must_use]
    pub const fn in_session(addr: SocketAddr, session: String) -> Self {
        Self {
            addr,
            era: Era::Legacy {
                session: Some(session),
            },
            token: None,
        }
    }

    /// Shows this token with each request.
    #[must_use]
    pub fn showing(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Returns the address spoken to.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Writes a `tools/call` to `out`.
    pub fn call(&self, id: u64, tool: Tool, out: &mut Vec<u8>) {
        let (name, arguments) = (tool.name(), tool.arguments(id));
        let token = match tool {
            Tool::Count(_) => format!(r#""progressToken":"p-{id}""#),
            Tool::Echo | Tool::Checked => String::new(),
        };
        let meta = match (&self.era, token.as_str()) {
            (Era::Modern, "") => format!(r#","_meta":{{{}}}"#, claim()),
            (Era::Modern, token) => format!(r#","_meta":{{{},{token}}}"#, claim()),
            (Era::Legacy { .. }, "") => String::new(),
            (Era::Legacy { .. }, token) => format!(r#","_meta":{{{token}}}"#),
        };
        let params = format!(r#"{{"name":"{name}","arguments":{arguments}{meta}}}"#);
        self.request(Some(id), "tools/call", name, &params, out);
    }

    /// Writes the request that opens a legacy session.
    pub fn initialize(&self, id: u64, out: &mut Vec<u8>) {
        let params = format!(
            r#"{{"protocolVersion":"{LEGACY}","capabilities":{{}},"clientInfo":{{"name":"bench","version":"1"}}}}"#
        );
        self.request(Some(id), "initialize", "", &params, out);
    }

    /// Writes the notification that ends the handshake.
    pub fn initialized(&self, out: &mut Vec<u8>) {
        self.request(None, "notifications/initialized", "", "{}", out);
    }

    /// Writes the request that gives a session state.
    pub fn set_level(&self, id: u64, out: &mut Vec<u8>) {
        self.request(
            Some(id),
            "logging/setLevel",
            "",
            r#"{"level":"warning"}"#,
            out,
        );
    }

    /// Writes the GET that opens a stream.
    pub fn open_stream(&self, out: &mut Vec<u8>) {
        put(
            out,
            format_args!(
                "GET /mcp HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\n",
                self.addr
            ),
        );
        self.headers("", "", out);
        put(out, "\r\n");
    }

    fn request(&self, id: Option<u64>, method: &str, name: &str, params: &str, out: &mut Vec<u8>) {
        let id = id.map_or_else(String::new, |id| format!(r#""id":{id},"#));
        let body = format!(r#"{{"jsonrpc":"2.0",{id}"method":"{method}","params":{params}}}"#);
        put(
            out,
            format_args!(
                "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
                 Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n",
                self.addr,
                body.len()
            ),
        );
        self.headers(method, name, out);
        put(out, format_args!("\r\n{body}"));
    }

    /// Writes the headers that belong to the era.
    fn headers(&self, method: &str, name: &str, out: &mut Vec<u8>) {
        if let Some(token) = &self.token {
            put(out, format_args!("Authorization: Bearer {token}\r\n"));
        }
        match &self.era {
            Era::Modern => {
                put(
                    out,
                    format_args!(
                        "MCP-Protocol-Version: {MODERN}\r\nMcp-Method: {method}\r\nMcp-Name: {name}\r\n"
                    ),
                );
            }
            Era::Legacy {
                session: Some(session),
            } => {
                put(
                    out,
                    format_args!("MCP-Protocol-Version: {LEGACY}\r\nMcp-Session-Id: {session}\r\n"),
                );
            }
            Era::Legacy { session: None } => {}
        }
    }
}

/// Returns what a modern request says of itself in `_meta`.
fn claim() -> String {
    format!(
        r#""io.modelcontextprotocol/protocolVersion":"{MODERN}","io.modelcontextprotocol/clientInfo":{{"name":"bench","version":"1"}},"io.modelcontextprotocol/clientCapabilities":{{}}"#
    )
}

fn put(out: &mut Vec<u8>, text: impl Display) {
    write!(out, "{text}").expect("a Vec takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn body_of(bytes: &[u8]) -> Value {
        let text = std::str::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .unwrap();
        assert_eq!(length.parse::<usize>().unwrap(), body.len());
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn every_request_has_its_own_id_message_and_token() {
        let talk = Talk::modern("127.0.0.1:1".parse().unwrap());
        let mut out = Vec::new();
        talk.call(7, Tool::Checked, &mut out);
        let body = body_of(&out);
        assert_eq!(body["id"], 7);
        assert_eq!(body["params"]["arguments"]["message"], "m-7");
        assert_eq!(
            body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"],
            MODERN
        );

        out.clear();
        talk.call(8, Tool::Count(3), &mut out);
        assert_eq!(body_of(&out)["params"]["_meta"]["progressToken"], "p-8");
        assert!(
            std::str::from_utf8(&out)
                .unwrap()
                .contains("\r\nMcp-Name: count\r\n")
        );
    }

    #[test]
    fn a_legacy_call_names_its_session_and_claims_nothing() {
        let talk = Talk::in_session("127.0.0.1:1".parse().unwrap(), "s1".to_owned());
        let mut out = Vec::new();
        talk.call(9, Tool::Echo, &mut out);
        assert!(body_of(&out)["params"].get("_meta").is_none());
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\r\nMcp-Session-Id: s1\r\n") && !text.contains("Mcp-Method"));
    }
}
