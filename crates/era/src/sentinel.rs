//! How a value that headers cannot hold travels in one: `=?base64?…?=` (2026-07-28 streamable-http
//! §Value Encoding).

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};

const OPEN: &str = "=?base64?";
const CLOSE: &str = "?=";

/// Writes `value` so that a header can hold it: as it is, or in Base64 between the markers.
#[must_use]
pub fn encode(value: &str) -> Cow<'_, str> {
    let plain = value.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
        && !value.starts_with(' ')
        && !value.ends_with(' ')
        && inner(value).is_none();
    if plain {
        return Cow::Borrowed(value);
    }
    Cow::Owned(format!("{OPEN}{}{CLOSE}", STANDARD.encode(value)))
}

/// Reads a header's value back. A value without exact markers is itself.
///
/// Returns `None` when the markers hold no padded Base64 of UTF-8.
#[must_use]
pub fn decode(value: &str) -> Option<Cow<'_, str>> {
    let Some(inner) = inner(value) else {
        return Some(Cow::Borrowed(value));
    };
    let bytes = STANDARD.decode(inner).ok()?;
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// What stands between the markers. `=?base64?=` starts and ends right but is too short for both.
fn inner(value: &str) -> Option<&str> {
    value.strip_prefix(OPEN)?.strip_suffix(CLOSE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn vectors() {
        for (value, header) in [
            ("naïve-name", "=?base64?bmHDr3ZlLW5hbWU=?="),
            ("München", "=?base64?TcO8bmNoZW4=?="),
            ("a\tb", "=?base64?YQli?="),
            ("=?base64?x?=", "=?base64?PT9iYXNlNjQ/eD89?="),
            ("two words", "two words"),
            (" led", "=?base64?IGxlZA==?="),
            ("", ""),
        ] {
            assert_eq!(encode(value), header);
            assert_eq!(decode(header).as_deref(), Some(value));
        }
    }

    #[test]
    fn only_exact_markers_are_markers() {
        assert_eq!(
            decode("=?BASE64?bmE=?=").as_deref(),
            Some("=?BASE64?bmE=?=")
        );
        assert_eq!(decode("=?base64?bmE=").as_deref(), Some("=?base64?bmE="));
        assert_eq!(decode("=?base64?=").as_deref(), Some("=?base64?="));
        assert_eq!(decode("=?base64??=").as_deref(), Some(""));
    }

    #[test]
    fn bad_base64_is_refused() {
        for header in [
            "=?base64?bmHDr3ZlLW5hbWU?=",
            "=?base64?SGVs!!!bG8=?=",
            "=?base64?/w==?=",
        ] {
            assert_eq!(decode(header), None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in ".*") {
            let header = encode(&text);
            let back = decode(&header);
            prop_assert_eq!(back.as_deref(), Some(text.as_str()));
        }
    }
}
