//! Text from a server, made harmless for a terminal.

use std::borrow::Cow;

/// Returns `text` with its control characters spelled out, all but line break and tab: an escape
/// sequence in a log message could clear the screen, or retitle the window, or hide what came before.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let harmful = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            letter if harmful(letter) => safe.extend(letter.escape_default()),
            letter => safe.push(letter),
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_passes_as_it_is() {
        for text in ["", "tide\tand\nneap", "潮汐 é"] {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn control_characters_are_spelled_out() {
        assert_eq!(
            printable("a\u{1b}[31mb\rc\u{9b}d"),
            "a\\u{1b}[31mb\\rc\\u{9b}d"
        );
    }
}
