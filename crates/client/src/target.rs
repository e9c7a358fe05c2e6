//! Where a server is, as people write it.

use std::{fmt, str::FromStr};

use url::Url;

use crate::{
    error::Error,
    link::stdio::{Command, SCHEME},
};

/// Where a server is, as people write it.
///
/// | written | means |
/// | --- | --- |
/// | `https://host/mcp` | an endpoint of either era; or HTTP+SSE, if that is what is there |
/// | `sse+https://host/sse` | HTTP+SSE (2024-11-05), and nothing else |
/// | `wss://host/ws` | WebSocket |
/// | `stdio:command argument "another one"` | a command that speaks on its stdin and stdout |
///
/// Each is plain with `http:`, `sse+http:` and `ws:`.
///
/// ```
/// use tidegate_client::{Command, Target};
///
/// let target: Target = "stdio:npx -y 'my server'".parse()?;
/// assert_eq!(target, Target::Stdio(Command::new("npx").args(["-y", "my server"])));
/// assert!("localhost:8080/mcp".parse::<Target>().is_err(), "which protocol?");
/// # Ok::<(), tidegate_client::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// An endpoint over HTTP; which era it speaks, and whether it is HTTP+SSE, is found out.
    Http(Url),
    /// The stream of an HTTP+SSE server.
    HttpSse(Url),
    /// A WebSocket.
    WebSocket(Url),
    /// A command that is started. No shell reads it.
    Stdio(Command),
}

/// What an address may look like, for whoever wrote something else.
const UNDERSTOOD: &str = "write http://127.0.0.1:8080/mcp, https://…, sse+http://… for HTTP+SSE, \
                          ws://… for a WebSocket, or stdio:command arguments";

/// What stands before the URL of an HTTP+SSE server.
const HTTP_SSE: &str = "sse+";

// === impl Target ===

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// When it is none: the error says what is understood.
    pub fn read(text: &str) -> Result<Self, Error> {
        if let Some(line) = text.strip_prefix(SCHEME) {
            return Command::parse(line).map(Self::Stdio);
        }
        let forced = text.strip_prefix(HTTP_SSE);
        let url = url(forced.unwrap_or(text))?;
        match (url.scheme(), forced) {
            ("http" | "https", None) => Ok(Self::Http(url)),
            ("http" | "https", Some(_)) => Ok(Self::HttpSse(url)),
            ("ws" | "wss", None) => Ok(Self::WebSocket(url)),
            (scheme, _) => Err(Error::input(format_args!(
                "{text:?} begins with {}{scheme}:, which this client does not speak; {UNDERSTOOD}",
                if forced.is_some() { HTTP_SSE } else { "" },
            ))),
        }
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::read(text)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(url) | Self::WebSocket(url) => url.fmt(f),
            Self::HttpSse(url) => write!(f, "{HTTP_SSE}{url}"),
            Self::Stdio(command) => write!(f, "{SCHEME}{}", command.line()),
        }
    }
}

/// Reads the address of something that is reached over HTTP alone.
pub(crate) fn http(text: &str) -> Result<Url, Error> {
    match Target::read(text)? {
        Target::Http(url) => Ok(url),
        other => Err(Error::input(format_args!(
            "{other} is no address of plain HTTP; write it like http://127.0.0.1:8080"
        ))),
    }
}

fn url(text: &str) -> Result<Url, Error> {
    let mut url = Url::parse(text).map_err(|error| {
        Error::input(format_args!("{text:?} is no URL; {UNDERSTOOD}")).because(error)
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::input(
            "the URL holds a name or password; send credentials as a token or a header",
        ));
    }
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_writing_one() {
        for (text, shown) in [
            ("http://127.0.0.1:8080/mcp#top", "http://127.0.0.1:8080/mcp"),
            ("https://a.example", "https://a.example/"),
            ("sse+http://[::1]:1/sse?x=1", "sse+http://[::1]:1/sse?x=1"),
            ("sse+https://a.example/sse", "sse+https://a.example/sse"),
            ("ws://a.example/ws", "ws://a.example/ws"),
            ("wss://a.example/ws", "wss://a.example/ws"),
            ("stdio:server  --flag  'a b'", "stdio:server --flag 'a b'"),
            ("stdio:/bin/it \"$HOME\"", "stdio:/bin/it '$HOME'"),
        ] {
            let target = Target::read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(target.to_string(), shown);
            assert_eq!(Target::read(shown).expect("what is shown"), target);
        }
    }

    #[test]
    fn the_kinds_are_told_apart() {
        let read = |text| Target::read(text).expect("an address");
        assert!(matches!(read("http://a/"), Target::Http(_)));
        assert!(matches!(read("sse+http://a/"), Target::HttpSse(_)));
        assert!(matches!(read("wss://a/"), Target::WebSocket(_)));
        assert!(matches!(read("stdio:a"), Target::Stdio(command) if command == Command::new("a")));
    }

    #[test]
    fn whoever_writes_something_else_is_told_what_is_understood() {
        for text in [
            "",
            "localhost:8080/mcp",
            "127.0.0.1:8080",
            "ftp://a/",
            "http://",
            "sse+ws://a/",
            "sse+",
            "npx server",
        ] {
            let error = Target::read(text).expect_err(text);
            assert!(error.is_input());
            assert!(
                error.to_string().contains("http://127.0.0.1:8080/mcp"),
                "{error}"
            );
        }
        for text in ["stdio:", "stdio:   ", "stdio:a 'b", "stdio:''", "stdio:a\0"] {
            let error = Target::read(text).expect_err(text);
            assert!(error.is_input(), "{error}");
        }
        let error = Target::read("http://me:secret@a/").expect_err("a password");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
