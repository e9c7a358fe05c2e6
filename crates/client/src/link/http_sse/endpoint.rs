//! The address that messages are posted to, as the stream names it.

use url::Url;

use crate::error::Error;

/// Resolves the data of the event `endpoint` against the address of the stream.
///
/// # Errors
///
/// When it is no address, or one of another origin: messages carry the user's credentials, and a
/// server has no say in where those go.
pub(super) fn resolve(stream: &Url, data: &str) -> Result<Url, Error> {
    let endpoint = stream.join(data.trim()).map_err(|error| {
        Error::answer(format_args!(
            "the server wants messages posted to {data:?}, which is no address"
        ))
        .because(error)
    })?;
    if endpoint.origin() != stream.origin() {
        return Err(Error::answer(format_args!(
            "the server wants messages posted to {}, which is another origin than its own, {}; \
             credentials are not sent there",
            endpoint.origin().ascii_serialization(),
            stream.origin().ascii_serialization(),
        )));
    }
    if !endpoint.username().is_empty() || endpoint.password().is_some() {
        return Err(Error::answer(
            "the server wants messages posted to an address with a name or password in it",
        ));
    }
    Ok(endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(data: &str) -> Result<String, Error> {
        let stream = Url::parse("https://a.example/mcp/sse?x=1").expect("a URL");
        resolve(&stream, data).map(|url| url.to_string())
    }

    #[test]
    fn it_is_resolved_against_the_stream() {
        for (data, expected) in [
            ("/messages?key=7", "https://a.example/messages?key=7"),
            ("messages", "https://a.example/mcp/messages"),
            ("?key=7", "https://a.example/mcp/sse?key=7"),
            (" /messages\n", "https://a.example/messages"),
            ("https://a.example/m", "https://a.example/m"),
            ("https://a.example:443/m", "https://a.example/m"),
            ("https://A.EXAMPLE/m", "https://a.example/m"),
        ] {
            assert_eq!(resolved(data).expect(data), expected);
        }
    }

    #[test]
    fn another_origin_is_refused() {
        for data in [
            "https://b.example/m",
            "http://a.example/m",
            "https://a.example:8443/m",
            "//b.example/m",
            "\\\\b.example/m",
            "https://a.example.b.example/m",
            "https://me:secret@a.example/m",
            "data:text/plain,x",
            "file:///etc/passwd",
        ] {
            let error = resolved(data).expect_err(data);
            assert!(error.is_answer(), "{data}: {error}");
        }
    }
}
