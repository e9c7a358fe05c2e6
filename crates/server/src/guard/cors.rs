//! What the browser of a page elsewhere must be told, so that the page may ask, and may read what it
//! is answered (CORS).
//!
//! ```text
//!   OPTIONS, Origin, Access-Control-Request-Method ─▶ 204: what may be sent here (preflight)
//!   anything else with an allowed Origin ─▶ its answer, whatever it is, signed for that page
//!   no Origin ─▶ nothing is looked at
//! ```
//!
//! A refusal is signed too: a page that could not read a 401 or a 404 would not know that it has to
//! log in, or to send `initialize` again. Credentials that a browser adds by itself, as cookies, are
//! never allowed: whoever calls from a page says who it is in a header of its own.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header, request::Parts};
use tidegate_era::Head;

use super::Guard;
use crate::respond::{self, ResponseBody};

/// A page elsewhere that may call.
#[derive(Debug)]
pub(crate) struct Page {
    /// Copied: the header's own bytes would hold on to the whole buffer they were read into.
    origin: HeaderValue,
    /// It was allowed by name; else it is one of this machine.
    by_name: bool,
}

/// What a page may read of an answer's head, beside what every page may.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "mcp-session-id, mcp-protocol-version, www-authenticate, retry-after, allow, deprecation, sunset",
);

/// What a page may send in a request's head: all that any front reads. `mcp-param-*` cannot be
/// written as a family, so those that are asked for follow.
const SENT: &str = "content-type, accept, authorization, x-api-key, mcp-session-id, \
                    mcp-protocol-version, mcp-method, mcp-name, last-event-id, traceparent, \
                    tracestate";

/// The beginning of what mirrors an argument (2026-07-28 tools §x-mcp-header).
const PARAM: &str = "mcp-param-";

/// How many names of that family one preflight is answered: a tool that mirrors more arguments than
/// this has few that it does not.
const PARAMS: usize = 64;

/// How long a browser may keep a preflight's answer, in seconds: two hours, the most that Chromium
/// grants. What it says changes only when the server starts anew.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// What a preflight's answer depends on.
const PREFLIGHT_VARIES: HeaderValue = HeaderValue::from_static(
    "origin, access-control-request-method, access-control-request-headers, \
     access-control-request-private-network",
);

/// Asked where a page of the wide network calls a server of a private one (Private Network Access).
const PRIVATE_ASKED: HeaderName = HeaderName::from_static("access-control-request-private-network");

/// And allowed.
const PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

// === impl Guard ===

impl Guard {
    /// Returns the page that a request comes from, if it names one and that one may call.
    pub(crate) fn page(&self, headers: &HeaderMap) -> Option<Box<Page>> {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let (origin, None) = (origins.next()?, origins.next()) else {
            return None;
        };
        let text = origin.to_str().ok()?;
        if !self.origins.allow(text) {
            return None;
        }
        Some(Box::new(Page {
            origin: HeaderValue::from_str(text).ok()?,
            by_name: self.origins.names(text),
        }))
    }

    /// Answers a page's preflight: which `methods` the path has, and what may be sent with them.
    /// `None`: it is something else, or is refused as everything from there would be.
    ///
    /// It comes before authentication, since a browser sends no credentials with it.
    pub(crate) fn preflight(
        &self,
        page: &Page,
        methods: Option<&'static str>,
        parts: &Parts,
    ) -> Option<Response<ResponseBody>> {
        if parts.method != Method::OPTIONS
            || !parts
                .headers
                .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        {
            return None;
        }
        let head = Head::read(&parts.headers).ok()?;
        self.check(&head, &parts.uri).ok()?;
        let methods = methods?;
        let mut response = respond::ended();
        let headers = response.headers_mut();
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static(methods),
        );
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, sent(&parts.headers)?);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        headers.insert(header::VARY, PREFLIGHT_VARIES);
        let is_private = parts.headers.get(PRIVATE_ASKED);
        if page.by_name && is_private.is_some_and(|asked| asked == "true") {
            headers.insert(PRIVATE, HeaderValue::from_static("true"));
        }
        Some(response)
    }
}

// === impl Page ===

impl Page {
    /// Lets the page read an answer.
    pub(crate) fn sign(&self, headers: &mut HeaderMap) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, self.origin.clone());
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        // A preflight's answer says so already, and what anyone may keep.
        if !headers.contains_key(header::VARY) {
            headers.append(header::VARY, HeaderValue::from_static("origin"));
        }
    }
}

/// What may be sent, with what is asked for of the family that has no end.
fn sent(headers: &HeaderMap) -> Option<HeaderValue> {
    let lines = headers.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let asked = lines
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .filter(|name| name.as_str().len() > PARAM.len() && name.as_str().starts_with(PARAM));
    let mut all = SENT.to_owned();
    for name in asked.take(PARAMS) {
        all.push_str(", ");
        all.push_str(name.as_str());
    }
    HeaderValue::try_from(all).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(asked: &str) -> String {
        let mut headers = HeaderMap::new();
        let asked = HeaderValue::from_str(asked).expect("a value");
        headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, asked);
        let sent = sent(&headers).expect("a value");
        let sent = sent.to_str().expect("ASCII").to_owned();
        let reflected = sent.strip_prefix(SENT).expect("all that is always sent");
        reflected.trim_start_matches(", ").to_owned()
    }

    #[test]
    fn what_mirrors_an_argument_is_named_as_it_was_asked_for() {
        for (asked, reflected) in [
            ("", ""),
            ("content-type,authorization,x-evil", ""),
            (
                "Mcp-Param-Region, mcp-param-tenant",
                "mcp-param-region, mcp-param-tenant",
            ),
            ("mcp-param-", ""),
            ("mcp-param-a b,mcp-param-c\"d,mcp-param-\u{e9}", ""),
            ("xmcp-param-a", ""),
        ] {
            assert_eq!(answered(asked), reflected, "{asked}");
        }
    }

    #[test]
    fn no_more_are_named_than_a_tool_can_have() {
        let many: Vec<_> = (0..PARAMS * 3).map(|n| format!("mcp-param-{n}")).collect();
        assert_eq!(answered(&many.join(",")).split(',').count(), PARAMS);
    }
}
