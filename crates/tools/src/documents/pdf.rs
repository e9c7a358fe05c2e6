//! Reads PDF: the text of its pages and the title of its information dictionary.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::{Document, LoadOptions, decode_text_string};

use super::{
    digest::MAX_TEXT,
    pdf_page::{self, MAX_STREAM},
    prose::{Prose, title},
};
use crate::aside::Quit;

/// Reads a PDF document, or says what is broken in it.
pub(super) fn read(bytes: &[u8], quit: &Quit) -> Result<Prose, String> {
    // The parser returns errors for all that its authors and fuzzers met. For the rest: one
    // document must not end the call that reads a hundred, and nothing of the parser survives it.
    catch_unwind(AssertUnwindSafe(|| try_read(bytes, quit)))
        .unwrap_or_else(|_| Err(broken("its structure defeats the parser")))
}

fn try_read(bytes: &[u8], quit: &Quit) -> Result<Prose, String> {
    let options = LoadOptions {
        max_decompressed_size: Some(MAX_STREAM),
        ..LoadOptions::default()
    };
    let document = Document::load_mem_with_options(bytes, options).map_err(broken)?;
    if document.is_encrypted() {
        return Err("an encrypted PDF; it needs a password".to_owned());
    }
    let pages = document.get_pages();
    if pages.is_empty() {
        return Err(broken("no page is in it"));
    }
    let mut prose = Prose {
        pages: Some(pages.len() as u64),
        ..Prose::default()
    };
    let (mut lost, mut undecoded) = (0_u64, 0);
    for page in pages.into_values() {
        match pdf_page::read(&document, page, &mut prose.text) {
            Ok(strings) => undecoded += strings,
            Err(_) => lost += 1,
        }
        if prose.text.len() >= MAX_TEXT || quit.is_set() {
            prose.remark = Some(format!(
                "only the first {} MB of its text were read",
                MAX_TEXT >> 20
            ));
            break;
        }
    }
    if lost + undecoded > 0 {
        prose.remark = Some(format!(
            "{lost} pages and {undecoded} strings could not be decoded"
        ));
    }
    prose.title = info_title(&document).or_else(|| prose.text.lines().find_map(title));
    Ok(prose)
}

fn broken(reason: impl std::fmt::Display) -> String {
    format!("not a readable PDF: {reason}")
}

fn info_title(document: &Document) -> Option<String> {
    let info = document.trailer.get(b"Info").ok()?;
    let info = document.dereference(info).ok()?.1.as_dict().ok()?;
    let value = document.dereference(info.get(b"Title").ok()?).ok()?.1;
    title(&decode_text_string(value).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTICE: &[u8] = include_bytes!("../../demo/notice-to-mariners.pdf");

    #[test]
    fn text_title_and_pages_are_read() {
        let prose = read(NOTICE, &Quit::default()).unwrap();
        assert_eq!(prose.pages, Some(2));
        assert_eq!(
            prose.title.as_deref(),
            Some("Notice to Mariners 14: Fairway dredging")
        );
        assert!(
            prose.text.contains("The dredger works from low water"),
            "{}",
            prose.text
        );
        assert_eq!((prose.text.lines().count(), prose.remark), (19, None));
    }

    #[test]
    fn lines_and_words_stay_apart_however_the_pen_moves() {
        let moves = "BT /F1 9 Tf (High) Tj 0 -9 Td (water) Tj 40 0 Td (at) Tj \
            1 0 0 1 9 9 Tm (no) Tj 1 0 0 1 30 9 Tm [(o) 20 (n) -400.5 (sh) -90 (arp)] TJ T* \
            (low) Tj (er) ' 0 0 (last) \" ET";
        let mut document = Document::load_mem(NOTICE).unwrap();
        let page = document.page_iter().next().unwrap();
        let content = document.get_page_contents(page)[0];
        let stream = document
            .get_object_mut(content)
            .unwrap()
            .as_stream_mut()
            .unwrap();
        stream.set_plain_content(moves.into());
        let mut text = String::new();
        assert_eq!(pdf_page::read(&document, page, &mut text).unwrap(), 0);
        assert_eq!(text, "High\nwater at\nno on sharp\nlow\ner\nlast\n");
    }

    #[test]
    fn every_torn_copy_is_read_or_refused_in_words() {
        for end in (0..NOTICE.len()).step_by(7) {
            if let Err(reason) = read(&NOTICE[..end], &Quit::default()) {
                assert!(reason.contains("PDF"), "{reason}");
            }
        }
    }

    #[test]
    fn every_stained_copy_is_read_or_refused_in_words() {
        for at in (0..NOTICE.len()).step_by(3) {
            let mut bytes = NOTICE.to_vec();
            bytes[at] ^= 0x15;
            if let Err(reason) = read(&bytes, &Quit::default()) {
                assert!(reason.contains("PDF"), "{reason}");
            }
        }
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let mut bytes = b"%PDF-1.4\n1 0 obj\n".to_vec();
        bytes.extend(std::iter::repeat_n(b'[', 1_000_000));
        assert!(read(&bytes, &Quit::default()).is_err());
    }
}
