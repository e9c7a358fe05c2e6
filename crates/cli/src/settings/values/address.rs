//! Where to listen, as a whole and in its parts.

use std::{
    borrow::Cow,
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::forms;

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// On TCP.
    Tcp {
        /// A name or an address, as it stands before the port: IPv6 in brackets.
        host: Endpoint,
        port: u16,
    },
    /// On a Unix socket, at this path.
    Unix(String),
}

/// A host to listen on; IPv6 in brackets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Endpoint(String);

// === impl Address ===

impl Address {
    pub(crate) const PORT: u16 = 8080;

    /// On loopback: nobody but this machine reaches it.
    pub(crate) fn standard() -> Self {
        Self::Tcp {
            host: Endpoint::standard(),
            port: Self::PORT,
        }
    }

    /// Returns the URL of whatever listens here, if it is on loopback and its port is known.
    pub(crate) fn on_loopback(&self, scheme: &str) -> Option<String> {
        let Self::Tcp { host, port } = self else {
            return None;
        };
        let name = host.0.trim_start_matches('[').trim_end_matches(']');
        let address = name.parse::<IpAddr>();
        let is_loopback = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
        (is_loopback && *port > 0).then(|| format!("{scheme}://{}:{port}", host.0))
    }

    fn read(text: &str) -> Result<Self, String> {
        let text = forms::address(text)?;
        if let Some(path) = text.strip_prefix("unix:") {
            return Ok(Self::Unix(path.to_owned()));
        }
        let parts = text.rsplit_once(':');
        let parts = parts.and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)));
        let (host, port) = parts.expect("an address has a host and a port");
        Ok(Self::Tcp {
            host: Endpoint(host),
            port,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } => write!(f, "{}:{port}", host.0),
            Self::Unix(path) => write!(f, "unix:{path}"),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).map_err(|form| de::Error::custom(format!("`{text}` does not go: {form}")))
    }
}

impl JsonSchema for Address {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(unix:.+|.+:[0-9]{1,5})$",
            "x-form": "HOST:PORT or unix:/PATH",
        })
    }
}

// === impl Endpoint ===

impl Endpoint {
    /// Loopback.
    pub(crate) fn standard() -> Self {
        Self("127.0.0.1".to_owned())
    }
}

impl<'de> Deserialize<'de> for Endpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // `::1` is written by itself where no port follows.
        let host = match text.parse::<Ipv6Addr>() {
            Ok(_) => format!("[{text}]"),
            Err(_) => text,
        };
        let has_port = host
            .rsplit_once(':')
            .is_some_and(|(_, port)| !port.ends_with(']'));
        match forms::address(&format!("{host}:1")) {
            Ok(_) if !has_port && !host.contains('/') => Ok(Self(host)),
            _ => Err(de::Error::custom(format!(
                "`{host}` does not go: write a host by itself, as 127.0.0.1, ::1 or localhost"
            ))),
        }
    }
}

impl JsonSchema for Endpoint {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Endpoint".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "x-form": "host"})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn an_address_is_written_back_as_it_was() {
        for text in [
            "127.0.0.1:8080",
            "[::1]:0",
            "localhost:80",
            "unix:/run/t.sock",
        ] {
            let address: Address = from_value(json!(text)).unwrap();
            assert_eq!(json!(address), json!(text));
        }
        let why = from_value::<Address>(json!("8080"))
            .unwrap_err()
            .to_string();
        assert!(
            why.contains("`8080`") && why.contains("127.0.0.1:8080"),
            "{why}"
        );
    }

    #[test]
    fn a_host_has_no_port() {
        for (text, host) in [
            ("0.0.0.0", "0.0.0.0"),
            ("::1", "[::1]"),
            ("[::]", "[::]"),
            ("a.b", "a.b"),
        ] {
            let read: Endpoint = from_value(json!(text)).unwrap();
            assert_eq!(read.0, host);
        }
        for text in ["", "a:80", "[::1]:80", "http://a", "unix:/a"] {
            let why = from_value::<Endpoint>(json!(text)).unwrap_err().to_string();
            assert!(why.contains("127.0.0.1, ::1 or localhost"), "{text}: {why}");
        }
    }
}
