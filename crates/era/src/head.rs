//! What the headers of a request say, read in one pass over them.

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::reject::Reject;

/// The headers that the protocol gives a meaning.
#[derive(Clone, Debug, Default)]
pub struct Head<'a> {
    /// `MCP-Protocol-Version`.
    pub version: Option<&'a str>,
    /// `Mcp-Method`.
    pub method: Option<&'a str>,
    /// `Mcp-Name`, not decoded.
    pub name: Option<&'a str>,
    /// `Mcp-Session-Id`.
    pub session: Option<&'a HeaderValue>,
    /// `Last-Event-ID`.
    pub last_event_id: Option<&'a HeaderValue>,
    /// What the caller reads.
    pub accept: Accept,
    /// Whether the body is announced as JSON.
    pub json: bool,
    /// `Origin`, as it came.
    pub origin: Option<&'a HeaderValue>,
    /// `Host`, as it came.
    pub host: Option<&'a HeaderValue>,
    /// `Sec-Fetch-Site`.
    pub fetch_site: Option<&'a HeaderValue>,
    /// Whether there are `Mcp-Param-*` headers.
    pub has_params: bool,
}

/// What a caller reads, by its `Accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accept {
    /// One JSON object.
    pub json: bool,
    /// A stream of events.
    pub sse: bool,
}

/// The header that carries a session's id.
pub const SESSION_ID: &str = "mcp-session-id";

/// The prefix of headers that mirror arguments.
pub(crate) const PARAM_PREFIX: &str = "mcp-param-";

// === impl Head ===

impl<'a> Head<'a> {
    /// Reads the headers.
    ///
    /// # Errors
    ///
    /// When a header that decides something stands twice, or holds what no such header may.
    pub fn read(headers: &'a HeaderMap) -> Result<Self, Reject> {
        let mut head = Self {
            accept: Accept::NOTHING_SAID,
            ..Self::default()
        };
        let mut accepted = None;
        for (name, value) in headers {
            match name.as_str() {
                "host" => once(&mut head.host, value)?,
                "origin" => once(&mut head.origin, value)?,
                "sec-fetch-site" => once(&mut head.fetch_site, value)?,
                "content-type" => head.json = is_json(value),
                "accept" => accepted = Some(Accept::read(accepted, value)),
                "mcp-protocol-version" => once(&mut head.version, text(value)?)?,
                "mcp-method" => once(&mut head.method, text(value)?)?,
                "mcp-name" => once(&mut head.name, text(value)?)?,
                SESSION_ID => once(&mut head.session, value)?,
                "last-event-id" => once(&mut head.last_event_id, value)?,
                other if other.starts_with(PARAM_PREFIX) => head.has_params = true,
                _ => {}
            }
        }
        head.accept = accepted.unwrap_or(Accept::NOTHING_SAID);
        Ok(head)
    }

    /// Checks what a POST must say of its body and of what it reads.
    ///
    /// # Errors
    ///
    /// 415 for a body that is no JSON, 406 for a caller that reads neither JSON nor events.
    pub fn check_post(&self) -> Result<(), Reject> {
        self.check_body()?;
        if !self.accept.json && !self.accept.sse {
            return Err(Reject::guard(
                StatusCode::NOT_ACCEPTABLE,
                "the answer is application/json or text/event-stream; accept both",
            ));
        }
        Ok(())
    }

    /// Checks what a POST must say of its body, where the answer comes elsewhere (HTTP+SSE).
    ///
    /// # Errors
    ///
    /// 415 for a body that is no JSON.
    pub fn check_body(&self) -> Result<(), Reject> {
        if self.json {
            return Ok(());
        }
        Err(Reject::guard(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send the message with Content-Type: application/json",
        ))
    }
}

/// Returns the one value of `name`, for headers outside [`Head`].
pub(crate) fn single<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a HeaderValue>, Reject> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(twice());
    }
    Ok(first)
}

fn once<T>(field: &mut Option<T>, value: T) -> Result<(), Reject> {
    if field.replace(value).is_some() {
        return Err(twice());
    }
    Ok(())
}

fn twice() -> Reject {
    Reject::header_mismatch("a header that decides something was sent twice")
}

/// White space round a value is not part of it (RFC 9110 §5.5).
pub(crate) fn text(value: &HeaderValue) -> Result<&str, Reject> {
    value
        .to_str()
        .map(|text| text.trim_matches([' ', '\t']))
        .map_err(|_| Reject::header_mismatch("a header of MCP holds characters outside ASCII"))
}

fn is_json(value: &HeaderValue) -> bool {
    let value = value.as_bytes();
    let end = value.iter().position(|byte| *byte == b';');
    let essence = &value[..end.unwrap_or(value.len())];
    essence
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/json")
}

// === impl Accept ===

impl Accept {
    /// No `Accept` at all means anything (RFC 9110 §12.5.1).
    pub const NOTHING_SAID: Self = Self {
        json: true,
        sse: true,
    };

    fn read(before: Option<Self>, value: &HeaderValue) -> Self {
        let mut accept = before.unwrap_or(Self {
            json: false,
            sse: false,
        });
        for part in value.as_bytes().split(|byte| *byte == b',') {
            let mut fields = part.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
            let essence = fields.next().unwrap_or_default();
            if fields.any(|field| matches!(field, b"q=0" | b"q=0.0" | b"q=0.00" | b"q=0.000")) {
                continue;
            }
            let is = |name: &[u8]| essence.eq_ignore_ascii_case(name);
            accept.json |= is(b"application/json") || is(b"application/*") || is(b"*/*");
            accept.sse |= is(b"text/event-stream") || is(b"text/*") || is(b"*/*");
        }
        accept
    }
}

impl Default for Accept {
    fn default() -> Self {
        Self::NOTHING_SAID
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn accept_is_read_with_wildcards_and_refusals() {
        for (accept, json, sse) in [
            ("application/json, text/event-stream", true, true),
            ("*/*", true, true),
            ("text/event-stream", false, true),
            ("application/json;q=0.9", true, false),
            ("text/html", false, false),
            ("application/json;q=0, text/event-stream", false, true),
        ] {
            let headers = headers(&[("accept", accept)]);
            let head = Head::read(&headers).expect("reads");
            assert_eq!(head.accept, Accept { json, sse }, "{accept}");
        }
        let nothing = HeaderMap::new();
        assert_eq!(
            Head::read(&nothing).expect("reads").accept,
            Accept::NOTHING_SAID
        );
    }

    #[test]
    fn values_lose_white_space_round_them() {
        let headers = headers(&[("mcp-name", "  note.append  ")]);
        assert_eq!(
            Head::read(&headers).expect("reads").name,
            Some("note.append")
        );
    }

    #[test]
    fn a_deciding_header_stands_once() {
        let headers = headers(&[("mcp-name", "a"), ("mcp-name", "b")]);
        assert_eq!(Head::read(&headers).expect_err("twice").code, -32020);
    }

    #[test]
    fn content_type_may_have_parameters() {
        let json = headers(&[("content-type", "application/json; charset=utf-8")]);
        assert!(Head::read(&json).expect("reads").check_post().is_ok());
        let text = headers(&[("content-type", "text/plain")]);
        let reject = Head::read(&text)
            .expect("reads")
            .check_post()
            .expect_err("no JSON");
        assert_eq!(reject.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
}
