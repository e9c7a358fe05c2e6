//! The text a reader of a document would see, whatever the document is made of.

use super::{
    html, markdown,
    media::{Kind, is_utf_16},
    pdf,
};
use crate::aside::Quit;

/// Longest title: a heading fits; a text without line breaks does not become its own title.
const MAX_TITLE: usize = 160;

/// A document's text and title, without its markup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prose {
    pub(super) text: String,
    pub(super) title: Option<String>,
    pub(super) pages: Option<u64>,
    pub(super) remark: Option<String>,
}

// === impl Prose ===

impl Prose {
    /// Reads the bytes of a document of one kind, or says what is broken in them.
    pub(super) fn read(kind: Kind, bytes: Vec<u8>, quit: &Quit) -> Result<Self, String> {
        if kind == Kind::Pdf {
            return pdf::read(&bytes, quit);
        }
        let (source, remark) = decode(bytes);
        let prose = match kind {
            Kind::Markdown => markdown::read(&source),
            Kind::Html => html::read(source),
            Kind::Text => Self {
                title: first_line(&source),
                text: source,
                ..Self::default()
            },
            Kind::Data | Kind::Pdf | Kind::Binary => Self {
                text: source,
                ..Self::default()
            },
        };
        Ok(Self { remark, ..prose })
    }
}

/// Returns the text of `bytes`, and a remark where they were not what they should be.
fn decode(bytes: Vec<u8>) -> (String, Option<String>) {
    if is_utf_16(&bytes) {
        return (decode_utf_16(&bytes), Some("UTF-16".to_owned()));
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let remark =
                format!("not valid UTF-8 at byte {at}: what is invalid was read as U+FFFD");
            (
                String::from_utf8_lossy(error.as_bytes()).into_owned(),
                Some(remark),
            )
        }
    }
}

fn decode_utf_16(bytes: &[u8]) -> String {
    let unit = if bytes[0] == 0xff {
        u16::from_le_bytes
    } else {
        u16::from_be_bytes
    };
    let units = bytes[2..]
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn first_line(text: &str) -> Option<String> {
    text.lines()
        .find_map(title)
        .filter(|line| line.chars().count() < MAX_TITLE)
}

/// Makes a title of `text`: on one line, not empty, not long.
pub(super) fn title(text: &str) -> Option<String> {
    let line = text
        .trim_start_matches('\u{feff}')
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    match line.char_indices().nth(MAX_TITLE - 1) {
        Some((at, _)) => Some(format!("{}…", &line[..at])),
        None => (!line.is_empty()).then_some(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_short_line() {
        assert_eq!(title("  High \n water "), Some("High water".to_owned()));
        assert_eq!(title(" \n"), None);
        assert_eq!(title(&"é".repeat(500)).unwrap().chars().count(), MAX_TITLE);
    }

    #[test]
    fn a_text_of_one_long_line_has_no_title() {
        assert_eq!(first_line(&"tide ".repeat(100)), None);
        assert_eq!(
            first_line("\n\nHigh water\nLow water"),
            Some("High water".to_owned())
        );
    }

    #[test]
    fn both_byte_orders_of_utf_16_are_read() {
        assert_eq!(decode(vec![0xff, 0xfe, b'a', 0, b'b', 0]).0, "ab");
        assert_eq!(decode(vec![0xfe, 0xff, 0, b'a', 0, b'b', 0]).0, "ab");
    }
}
