//! How typed events are read: as a server-sent stream, or a line each, by `Accept`.

use http::{HeaderMap, StatusCode, header};
use tidegate_era::{Reject, encode::Typed};

/// How much a form is wanted: its weight in thousandths, then how closely it was named.
type Want = (u16, u8);

/// Chooses the form that a caller wants most. Where it does not care, lines: they are the easier
/// to read by hand.
///
/// # Errors
///
/// 406, when it reads neither.
pub(super) fn choose(headers: &HeaderMap) -> Result<Typed, Reject> {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return Ok(Typed::Ndjson);
    }
    let (mut sse, mut lines): (Want, Want) = ((0, 0), (0, 0));
    for value in values {
        for part in value.as_bytes().split(|byte| *byte == b',') {
            read(part, &mut sse, &mut lines);
        }
    }
    match (sse.0, lines.0) {
        (0, 0) => Err(Reject::guard(
            StatusCode::NOT_ACCEPTABLE,
            "the answer is application/x-ndjson or text/event-stream; accept one of them",
        )),
        _ if sse > lines => Ok(Typed::Sse),
        _ => Ok(Typed::Ndjson),
    }
}

fn read(part: &[u8], sse: &mut Want, lines: &mut Want) {
    let mut fields = part.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let name = fields.next().unwrap_or_default().to_ascii_lowercase();
    let weight = fields.find_map(weight).unwrap_or(1000);
    // What is named closely says more than a wildcard, also where it says no (RFC 9110 §12.5.1).
    let want = |form: &mut Want, closeness: u8| {
        if closeness >= form.1 {
            *form = (weight, closeness);
        }
    };
    match &name[..] {
        b"text/event-stream" => want(sse, 3),
        b"text/*" => want(sse, 2),
        b"application/x-ndjson" | b"application/ndjson" => want(lines, 3),
        b"application/*" => want(lines, 2),
        b"*/*" => {
            want(sse, 1);
            want(lines, 1);
        }
        _ => {}
    }
}

/// Reads `q=0.5` as 500.
fn weight(field: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(field.strip_prefix(b"q=")?).ok()?;
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let rest: u16 = format!("{rest:0<3}").get(..3)?.parse().ok()?;
    let whole: u16 = whole.parse().ok()?;
    Some(whole.saturating_mul(1000).saturating_add(rest).min(1000))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn chosen(accept: &'static str) -> Option<Typed> {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT, HeaderValue::from_static(accept));
        choose(&headers).ok()
    }

    #[test]
    fn lines_unless_events_are_wanted_more() {
        for (accept, form) in [
            ("*/*", Some(Typed::Ndjson)),
            ("application/x-ndjson", Some(Typed::Ndjson)),
            ("application/*", Some(Typed::Ndjson)),
            ("text/event-stream", Some(Typed::Sse)),
            ("TEXT/Event-Stream; charset=utf-8", Some(Typed::Sse)),
            ("text/event-stream, */*", Some(Typed::Sse)),
            ("text/*", Some(Typed::Sse)),
            (
                "application/x-ndjson, text/event-stream",
                Some(Typed::Ndjson),
            ),
            (
                "application/x-ndjson;q=0.5, text/event-stream",
                Some(Typed::Sse),
            ),
            ("text/event-stream;q=0.1, */*;q=0.2", Some(Typed::Ndjson)),
            ("text/event-stream;q=0, */*", Some(Typed::Ndjson)),
            ("text/event-stream;q=0", None),
            ("application/json", None),
            ("text/html", None),
            ("", None),
        ] {
            assert_eq!(chosen(accept), form, "{accept}");
        }
        assert_eq!(choose(&HeaderMap::new()).ok(), Some(Typed::Ndjson));
    }

    #[test]
    fn several_headers_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT, HeaderValue::from_static("text/html"));
        headers.append(
            header::ACCEPT,
            HeaderValue::from_static("text/event-stream"),
        );
        assert_eq!(choose(&headers).ok(), Some(Typed::Sse));
    }
}
