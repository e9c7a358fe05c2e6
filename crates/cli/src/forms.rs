//! The forms of what `tidegate serve` is told: a value that could never serve or match is refused
//! before anything starts, with the form that it should have.

use tidegate::Proxy;
use tidegate_auth::{Certificates, Hierarchy};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};
use url::{Host, Url};

/// Checks the form of an address; whether it can be listened at shows itself later.
pub(crate) fn address(text: &str) -> Result<String, String> {
    let well_formed = match (text.strip_prefix("unix:"), text.rsplit_once(':')) {
        (Some(path), _) => !path.is_empty(),
        (None, Some((host, port))) => !host.is_empty() && port.parse::<u16>().is_ok(),
        (None, None) => false,
    };
    if well_formed {
        return Ok(text.to_owned());
    }
    Err("write it as 127.0.0.1:8080, [::1]:8080, localhost:0 or unix:/run/tidegate.sock".to_owned())
}

/// Reads a host, with a port or without, into what clients send in `Host`.
pub(crate) fn host(text: &str) -> Result<String, String> {
    let (name, port) = match text.rsplit_once(':') {
        // The colons of an IPv6 address are within its brackets.
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (text, None),
    };
    let port = port.map(str::parse::<u16>).transpose();
    match (Host::parse(name), port) {
        (Ok(host), Ok(port)) if !text.contains('*') => Ok(match port {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        }),
        _ => Err(
            "write a host by itself, without http:// or *: example.org, example.org:8080 or [fd00::1]"
                .to_owned(),
        ),
    }
}

/// Reads an origin into what browsers send in `Origin`. `null`, which sandboxed pages send, is one.
pub(crate) fn origin(text: &str) -> Result<String, String> {
    let read = match text.split_once("://") {
        _ if text == "null" => Some(text.to_owned()),
        _ if text.contains('*') => None,
        Some(("http" | "https", _)) => web_origin(text),
        // As an extension's pages have: the scheme and a name, which nobody normalises.
        Some((scheme, name)) => {
            let well_formed = !scheme.is_empty()
                && scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
                && !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && !b"/?#@".contains(&byte));
            well_formed.then(|| text.to_owned())
        }
        None => None,
    };
    read.ok_or_else(|| {
        "write an origin as a scheme and a host, without a path or *: https://example.org or http://example.org:3000"
            .to_owned()
    })
}

/// Returns the origin that a URL is, if it is nothing more: without the scheme's own port.
fn web_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    bare.then(|| url.origin().ascii_serialization())
}

/// Checks what to log. A word by itself that is no level would be taken for a part of the program,
/// and all the others would fall silent.
pub(crate) fn filter(text: &str) -> Result<String, String> {
    const FORM: &str = "write info, debug, or warn,tidegate_server=trace";

    if let Err(error) = EnvFilter::try_new(text) {
        return Err(format!("{error}; {FORM}"));
    }
    let slip = text.split(',').find(|directive| {
        !directive.contains(['=', '[']) && directive.parse::<LevelFilter>().is_err()
    });
    match slip {
        None => Ok(text.to_owned()),
        Some(word) => Err(format!(
            "`{word}` is no level: there are off, error, warn, info, debug and trace; {FORM}"
        )),
    }
}

/// Checks the path of an endpoint, or what stands before it.
pub(crate) fn path(text: &str) -> Result<String, String> {
    let well_formed = text.starts_with('/')
        && !text.ends_with('/')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"?#\"\\".contains(&byte));
    if well_formed {
        return Ok(text.to_owned());
    }
    Err("write a path that begins with / and ends without: /mcp or /tools/mcp".to_owned())
}

/// Checks where a proxy's connections come from.
pub(crate) fn net(text: &str) -> Result<String, String> {
    let net: Proxy = text.parse().map_err(|form| format!("{form}"))?;
    Ok(net.to_string())
}

/// Checks a scope.
pub(crate) fn scope(text: &str) -> Result<String, String> {
    match Hierarchy::new([(text, [""; 0])]) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => {
            Err("write a word such as files:read, without spaces, quotes or backslashes".to_owned())
        }
    }
}

/// Checks a name that is shown.
pub(crate) fn name(text: &str) -> Result<String, String> {
    match Certificates::new().known(&"0".repeat(64), text, &[]) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("write 1 to 128 printable letters".to_owned()),
    }
}

/// Checks the SHA-256 of a certificate.
pub(crate) fn fingerprint(text: &str) -> Result<String, String> {
    match Certificates::new().known(text, "somebody", &[]) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(
            "write the 64 hexadecimal digits that `openssl x509 -noout -fingerprint -sha256 -in FILE` \
             prints, with colons or without"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_a_port_or_is_a_socket() {
        for text in [
            "127.0.0.1:8080",
            "[::1]:0",
            "localhost:80",
            "unix:/run/t.sock",
        ] {
            assert_eq!(address(text).as_deref(), Ok(text));
        }
        for text in ["8080", ":8080", "127.0.0.1", "127.0.0.1:99999", "unix:", ""] {
            assert!(
                address(text).unwrap_err().contains("127.0.0.1:8080"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_host_is_what_clients_send() {
        for (text, sent) in [
            ("example.org", "example.org"),
            ("Files.Example.org:8080", "files.example.org:8080"),
            ("my_service", "my_service"),
            ("192.0.2.7:80", "192.0.2.7:80"),
            ("[fd00::1]", "[fd00::1]"),
            ("[FD00:0::1]:9", "[fd00::1]:9"),
            ("bücher.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(sent), "{text}");
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
            "a b",
            "me@a.example",
        ] {
            assert!(
                host(text).unwrap_err().contains("example.org:8080"),
                "{text}"
            );
        }
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        for (text, sent) in [
            ("https://example.org", "https://example.org"),
            ("https://Example.org:443/", "https://example.org"),
            ("http://example.org:3000", "http://example.org:3000"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("chrome-extension://abc", "chrome-extension://abc"),
            ("null", "null"),
        ] {
            assert_eq!(origin(text).as_deref(), Ok(sent), "{text}");
        }
        for text in [
            "",
            "*",
            "example.org",
            "example.org:443",
            "https://",
            "https://*.example.org",
            "https://example.org/path",
            "https://example.org?q",
            "https://example.org/#",
            "https://me@example.org",
            "https:example.org",
            "file://",
            "app://name/path",
            "://example.org",
        ] {
            let why = origin(text).unwrap_err();
            assert!(why.contains("https://example.org"), "{text}");
        }
    }

    #[test]
    fn a_filter_that_would_not_do_what_it_says_is_refused() {
        for text in [
            "info",
            "WARN",
            "off",
            "warn,tidegate_server=trace",
            "warn,tidegate_server[call{id}]=trace",
        ] {
            assert_eq!(filter(text).as_deref(), Ok(text));
        }
        for text in ["tidegate=loudly", "loud", "info,loud", "tidegate_server"] {
            assert!(filter(text).unwrap_err().contains("debug"), "{text}");
        }
    }

    #[test]
    fn a_path_begins_with_a_slash_and_ends_without() {
        for text in ["/mcp", "/tools/mcp", "/m%20p"] {
            assert_eq!(path(text).as_deref(), Ok(text));
        }
        for text in [
            "", "/", "mcp", "/mcp/", "/mcp?a", "/mcp#a", "/m p", "/\u{e9}",
        ] {
            assert!(path(text).unwrap_err().contains("/tools/mcp"), "{text}");
        }
    }
}
