//! The text of one PDF page, line by line.
//!
//! A page has no lines and no words: it has operators that move a pen and show strings. What is
//! shown after a move down or up is a new line; a move along, or a gap as wide as a space, parts
//! words.

use std::collections::BTreeMap;

use lopdf::{Document, Encoding, Object, ObjectId, Result, content::Content, content::Operation};

/// Bytes that one stream may decompress to. Pages of text have some kilobytes; a small file that
/// inflates to gigabytes is an attack.
pub(super) const MAX_STREAM: usize = 8 * 1024 * 1024;

/// Thousandths of the font's size: kerning is narrower than this, a space is wider.
const GAP: f32 = 160.0;

/// A page while its operators pass.
struct Page<'a> {
    encodings: BTreeMap<Vec<u8>, Encoding<'a>>,
    font: Vec<u8>,
    /// The height of the line that was last placed absolutely.
    height: Option<f32>,
    text: &'a mut String,
    undecoded: u64,
}

/// Adds the text of a page to `text`; returns how many strings of it could not be decoded.
///
/// # Errors
///
/// When the page's content or fonts cannot be found, or are larger than [`MAX_STREAM`].
pub(super) fn read(document: &Document, page: ObjectId, text: &mut String) -> Result<u64> {
    let mut encodings = BTreeMap::new();
    for (name, font) in document.get_page_fonts(page)? {
        // Without its encoding a font's strings are counted as not decoded.
        if let Ok(encoding) = font.get_font_encoding_with_limit(document, MAX_STREAM) {
            encodings.insert(name, encoding);
        }
    }
    let content = document.get_page_content_with_limit(page, MAX_STREAM)?;
    let mut page = Page {
        encodings,
        font: Vec::new(),
        height: None,
        text,
        undecoded: 0,
    };
    for operation in Content::decode_iter(&content) {
        page.operate(&operation?);
    }
    page.part('\n');
    Ok(page.undecoded)
}

// === impl Page ===

impl Page<'_> {
    fn operate(&mut self, Operation { operator, operands }: &Operation) {
        let number = |at: usize| operands.get(at).and_then(|number| number.as_float().ok());
        match operator.as_str() {
            "Tf" => {
                if let Some(Ok(name)) = operands.first().map(Object::as_name) {
                    name.clone_into(&mut self.font);
                }
            }
            "Td" | "TD" => self.part(if number(1) == Some(0.0) { ' ' } else { '\n' }),
            "Tm" => {
                let height = number(5);
                self.part(if height == self.height { ' ' } else { '\n' });
                self.height = height;
            }
            "T*" => self.part('\n'),
            "Tj" | "TJ" => self.show(operands),
            "'" => {
                self.part('\n');
                self.show(operands);
            }
            "\"" => {
                self.part('\n');
                self.show(operands.get(2..).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn show(&mut self, operands: &[Object]) {
        for operand in operands {
            match operand {
                Object::String(bytes, _) => self.show_string(bytes),
                Object::Array(parts) => parts.iter().for_each(|part| match part {
                    Object::String(bytes, _) => self.show_string(bytes),
                    // Negative moves to the right.
                    gap if gap.as_float().is_ok_and(|gap| gap < -GAP) => self.part(' '),
                    _ => {}
                }),
                _ => {}
            }
        }
    }

    fn show_string(&mut self, bytes: &[u8]) {
        let text = self
            .encodings
            .get(&self.font)
            .map(|font| Document::decode_text(font, bytes));
        match text {
            Some(Ok(text)) => text.chars().for_each(|char| self.push(char)),
            _ => self.undecoded += 1,
        }
    }

    /// Adds a character; typesetters' ligatures are letters to whoever looks for a word.
    fn push(&mut self, char: char) {
        match char {
            '\u{fb00}' => self.text.push_str("ff"),
            '\u{fb01}' => self.text.push_str("fi"),
            '\u{fb02}' => self.text.push_str("fl"),
            '\u{fb03}' => self.text.push_str("ffi"),
            '\u{fb04}' => self.text.push_str("ffl"),
            char => self.text.push(char),
        }
    }

    fn part(&mut self, by: char) {
        if by == '\n' && self.text.ends_with(' ') {
            self.text.pop();
        }
        if !self.text.is_empty() && !self.text.ends_with(['\n', by]) {
            self.text.push(by);
        }
    }
}
