//! What a caller shows, told apart by where and how it shows it.

use http::HeaderValue;

use crate::{Credentials, Refusal};

/// Bytes of a token. Servers that put tokens into headers bound those to 8 KiB too, and decoding
/// more for a stranger is work for nothing.
pub(crate) const TOKEN: usize = 8 * 1024;

/// What a caller shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shown<'a> {
    /// Nothing that could be a credential here.
    Nothing,
    /// `Authorization: Bearer …`.
    Bearer(&'a str),
    /// `X-API-Key: …`.
    ApiKey(&'a str),
    /// A certificate alone.
    Certificate(&'a [u8; 32]),
}

// === impl Shown ===

impl<'a> Shown<'a> {
    /// Reads what there is. Who shows a token and a certificate is known by the token.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is shown in two ways (RFC 6750 §2).
    pub(crate) fn read(credentials: &Credentials<'a>) -> Result<Self, Refusal> {
        let bearer = match credentials.authorization {
            Some(value) => bearer(value)?,
            None => None,
        };
        match (bearer, credentials.api_key) {
            (Some(_), Some(_)) => Err(Refusal::Malformed(
                "there is a bearer token and an X-API-Key: send one of them",
            )),
            (Some(token), None) => Ok(Self::Bearer(token)),
            (None, Some(value)) => {
                let what = "the X-API-Key header is not one word of printable ASCII";
                word(value.as_bytes(), what).map(Self::ApiKey)
            }
            (None, None) => Ok(credentials
                .certificate
                .map_or(Self::Nothing, Self::Certificate)),
        }
    }
}

/// Returns the token, if the scheme is `Bearer`; any other is as good as nothing (RFC 6750 §3.1).
fn bearer(value: &HeaderValue) -> Result<Option<&str>, Refusal> {
    let bytes = value.as_bytes();
    let end = bytes.iter().position(|byte| *byte == b' ');
    let (scheme, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Ok(None);
    }
    let what = "after `Bearer` comes one token of printable ASCII, and nothing else";
    word(rest.trim_ascii(), what).map(Some)
}

fn word<'a>(bytes: &'a [u8], what: &'static str) -> Result<&'a str, Refusal> {
    if bytes.is_empty() || !bytes.iter().all(u8::is_ascii_graphic) {
        return Err(Refusal::Malformed(what));
    }
    if bytes.len() > TOKEN {
        return Err(Refusal::Invalid("the token is longer than 8 KiB"));
    }
    std::str::from_utf8(bytes).map_err(|_| Refusal::Malformed(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> HeaderValue {
        HeaderValue::from_bytes(text.as_bytes()).unwrap()
    }

    #[test]
    fn schemes_and_words() {
        let read = |text: &str| {
            let value = header(text);
            let shown = Credentials {
                authorization: Some(&value),
                ..Credentials::default()
            };
            Shown::read(&shown).map(|shown| match shown {
                Shown::Bearer(token) => Some(token.to_owned()),
                _ => None,
            })
        };
        for (text, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  a.b-c_~+/=", Some("a.b-c_~+/=")),
            ("BEARER abc ", Some("abc")),
            ("Basic YTpi", None),
            ("Bearerabc", None),
            ("", None),
        ] {
            assert_eq!(read(text), Ok(token.map(str::to_owned)), "{text:?}");
        }
        for text in [
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer a\tb",
            "Bearer ä",
            "Bearer a, b",
        ] {
            assert!(matches!(read(text), Err(Refusal::Malformed(_))), "{text:?}");
        }
        let long = format!("Bearer {}", "a".repeat(TOKEN + 1));
        assert!(matches!(read(&long), Err(Refusal::Invalid(_))));
    }

    #[test]
    fn one_way_at_a_time() {
        let (token, key) = (header("Bearer a"), header("k"));
        let certificate = [1; 32];
        let mut shown = Credentials {
            authorization: Some(&token),
            api_key: Some(&key),
            certificate: Some(&certificate),
        };
        assert!(matches!(Shown::read(&shown), Err(Refusal::Malformed(_))));
        shown.authorization = None;
        assert_eq!(Shown::read(&shown), Ok(Shown::ApiKey("k")));
        shown.api_key = None;
        assert_eq!(Shown::read(&shown), Ok(Shown::Certificate(&certificate)));
        shown.certificate = None;
        assert_eq!(Shown::read(&shown), Ok(Shown::Nothing));
    }
}
