//! Whose pages may call.

use super::host;
use crate::error::Error;

/// The origins whose pages may call.
#[derive(Debug)]
pub(super) struct Origins {
    allowed: Vec<String>,
}

// === impl Origins ===

impl Origins {
    /// # Errors
    ///
    /// When one is written so that no browser would ever send it.
    pub(super) fn new(allowed: &[String]) -> Result<Self, Error> {
        let read = allowed.iter().map(|origin| {
            read(origin).ok_or_else(|| {
                Error::setting(
                    "allow_origins",
                    format!(
                        "`{origin}` is no origin; write a scheme and a host, in ASCII, without a path \
                         or *: https://example.org or http://example.org:3000"
                    ),
                )
            })
        });
        let allowed = read.collect::<Result<_, _>>()?;
        Ok(Self { allowed })
    }

    /// Whether a page of `origin` may call: one on this machine, or one that was allowed. `null`,
    /// which any sandboxed page can send, only if it was allowed.
    pub(super) fn allow(&self, origin: &str) -> bool {
        let local = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"))
            .is_some_and(|host| host::is_loopback(host::without_port(host)));
        local || self.names(origin)
    }

    /// Whether `origin` was allowed by name.
    pub(super) fn names(&self, origin: &str) -> bool {
        self.allowed
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }
}

/// Reads an origin into what browsers send. `null`, which sandboxed pages send, is one.
fn read(text: &str) -> Option<String> {
    if text == "null" {
        return Some(text.to_owned());
    }
    let (scheme, rest) = text.split_once("://")?;
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        // As an extension's pages have: a scheme and a name, which nobody normalises.
        _ => {
            let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
            let in_name = |byte: u8| byte.is_ascii_graphic() && !b"/?#@*".contains(&byte);
            let is_origin = !scheme.is_empty()
                && scheme.bytes().all(in_scheme)
                && !rest.is_empty()
                && rest.bytes().all(in_name);
            return is_origin.then(|| text.to_owned());
        }
    };
    let host = host::read(rest.strip_suffix('/').unwrap_or(rest))?;
    // Browsers leave out the scheme's own port.
    let host = host.strip_suffix(default_port).unwrap_or(&host);
    Some(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_machine_and_allowed_ones_may_call() {
        let origins = Origins::new(&["https://tide.example/".to_owned()]).expect("an origin");
        for origin in [
            "http://localhost:3000",
            "https://127.0.0.1",
            "http://[::1]:5",
            "https://tide.example",
        ] {
            assert!(origins.allow(origin), "{origin}");
        }
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://localhost.evil.example",
            "http://tide.example",
            "file://localhost",
        ] {
            assert!(!origins.allow(origin), "{origin}");
        }
    }

    #[test]
    fn what_no_browser_would_send_is_refused_or_mended() {
        for (text, sent) in [
            ("https://Example.org:443/", "https://example.org"),
            ("http://example.org:80", "http://example.org"),
            ("http://example.org:3000", "http://example.org:3000"),
            ("http://[fd00::1]:80", "http://[fd00::1]"),
            ("chrome-extension://abc", "chrome-extension://abc"),
            ("null", "null"),
        ] {
            assert_eq!(read(text).as_deref(), Some(sent));
        }
        for text in [
            "",
            "*",
            "example.org",
            "https://",
            "https://*.example.org",
            "https://example.org/path",
            "https://example.org?q",
            "https://example.org/#",
            "https://me@example.org",
            "https://b\u{fc}cher.example",
            "https:example.org",
            "file://",
            "app://name/path",
            "://example.org",
        ] {
            let error = Origins::new(&[text.to_owned()])
                .expect_err(text)
                .to_string();
            assert!(error.contains("allow_origins"), "{error}");
        }
    }
}
