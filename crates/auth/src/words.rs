//! Words that come from outside and end in logs, headers and answers: which of them may.

use tidegate_model::Scopes;

use crate::Error;

/// Letters of a name. Longer than any e-mail address in use, short enough for a line of a log.
pub(crate) const NAME: usize = 128;

/// Bytes of a scope. Real ones are URLs at the longest.
const SCOPE: usize = 256;

/// Returns a name for people and logs: without control characters, and short.
pub(crate) fn name(text: &str) -> String {
    let printable = text.chars().filter(|letter| is_printable(*letter));
    printable.take(NAME).collect()
}

/// Returns whether a name can be shown as it is.
pub(crate) fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= NAME && text.chars().all(is_printable)
}

/// Returns whether a scope is one by RFC 6749 §3.3, and so fits between the quotes of a challenge.
pub(crate) fn is_scope(text: &str) -> bool {
    let fits = |byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    !text.is_empty() && text.len() <= SCOPE && text.bytes().all(fits)
}

/// Reads scopes that somebody set.
///
/// # Errors
///
/// When one of them cannot be a scope.
pub(crate) fn scopes<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Scopes, Error> {
    let read = |name: S| match is_scope(name.as_ref()) {
        true => Ok(Box::<str>::from(name.as_ref())),
        false => Err(Error::new(format!(
            "{:?} is no scope: write a word such as files:read, without spaces, quotes or backslashes",
            name.as_ref()
        ))),
    };
    names.into_iter().map(read).collect()
}

fn is_printable(letter: char) -> bool {
    // Marks that turn the direction of text make one name look like another.
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !letter.is_control() && !turns && !matches!(letter, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_printable() {
        assert_eq!(name("ann\r\nadmin \u{202e}x"), "annadmin x");
        assert_eq!(name(&"a".repeat(500)).len(), NAME);
        assert!(is_name("Ann, of sales") && !is_name(" ") && !is_name("a\nb"));
    }

    #[test]
    fn scopes_have_no_quotes_and_no_spaces() {
        assert_eq!(scopes(["b", "a:x/*"]).unwrap().to_string(), "a:x/* b");
        for bad in ["", "a b", "a\"b", "a\\b", "a\r\nb", "ä", &"a".repeat(257)] {
            assert!(!is_scope(bad), "{bad:?}");
            assert!(
                scopes([bad])
                    .unwrap_err()
                    .to_string()
                    .contains("files:read")
            );
        }
    }
}
