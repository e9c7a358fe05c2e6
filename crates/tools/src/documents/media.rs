//! Tells what kind of document a file is: by its first bytes, and where those are text by its name.

use std::path::Path;

/// First bytes that decide: what magic numbers and a look for control characters need.
pub(super) const HEAD: usize = 8192;

/// A media type, and how to read what has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Media {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// How a document is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Prose: its first line is its title.
    Text,
    /// Text with another purpose: tables, configuration, source code.
    Data,
    Markdown,
    Html,
    Pdf,
    /// Not text.
    Binary,
}

/// Endings of names whose content is text, sorted for the search.
const TEXTS: [(&str, &str, Kind); 32] = [
    ("c", "text/x-c", Kind::Data),
    ("css", "text/css", Kind::Data),
    ("csv", "text/csv", Kind::Data),
    ("go", "text/x-go", Kind::Data),
    ("h", "text/x-c", Kind::Data),
    ("htm", "text/html", Kind::Html),
    ("html", "text/html", Kind::Html),
    ("ini", "text/plain", Kind::Data),
    ("java", "text/x-java", Kind::Data),
    ("js", "text/javascript", Kind::Data),
    ("json", "application/json", Kind::Data),
    ("jsonl", "application/jsonl", Kind::Data),
    ("log", "text/plain", Kind::Data),
    ("markdown", "text/markdown", Kind::Markdown),
    ("md", "text/markdown", Kind::Markdown),
    ("mjs", "text/javascript", Kind::Data),
    ("ndjson", "application/jsonl", Kind::Data),
    ("py", "text/x-python", Kind::Data),
    ("rs", "text/x-rust", Kind::Data),
    ("rst", "text/x-rst", Kind::Text),
    ("sh", "text/x-shellscript", Kind::Data),
    ("sql", "application/sql", Kind::Data),
    ("svg", "image/svg+xml", Kind::Html),
    ("tex", "text/x-tex", Kind::Data),
    ("toml", "application/toml", Kind::Data),
    ("ts", "text/x-typescript", Kind::Data),
    ("tsv", "text/tab-separated-values", Kind::Data),
    ("txt", "text/plain", Kind::Text),
    ("xhtml", "application/xhtml+xml", Kind::Html),
    ("xml", "application/xml", Kind::Html),
    ("yaml", "application/yaml", Kind::Data),
    ("yml", "application/yaml", Kind::Data),
];

// === impl Media ===

impl Media {
    const PDF: Self = Self {
        name: "application/pdf",
        kind: Kind::Pdf,
    };

    /// Judges the document `name`, of which `bytes` are the first or all.
    pub(super) fn of(name: &str, bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(HEAD)];
        let ending = Path::new(name)
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_lowercase();
        if head.starts_with(b"%PDF-") || ending == "pdf" {
            return Self::PDF;
        }
        // Text first: a text that begins with `BM` is no bitmap.
        if is_text(head) {
            return Self::text(&ending, head);
        }
        let name = infer::get(head).map_or("application/octet-stream", |found| found.mime_type());
        Self {
            name,
            kind: Kind::Binary,
        }
    }

    fn text(ending: &str, head: &[u8]) -> Self {
        if let Ok(at) = TEXTS.binary_search_by_key(&ending, |(ending, ..)| ending) {
            let (_, name, kind) = TEXTS[at];
            return Self { name, kind };
        }
        let start = head.trim_ascii_start();
        let is_html = [&b"<!doctype html"[..], b"<html"].iter().any(|mark| {
            start
                .get(..mark.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(mark))
        });
        match is_html {
            true => Self {
                name: "text/html",
                kind: Kind::Html,
            },
            false => Self {
                name: "text/plain",
                kind: Kind::Text,
            },
        }
    }

    /// Says whether the file itself consists of lines of text.
    pub(super) fn is_text(self) -> bool {
        !matches!(self.kind, Kind::Pdf | Kind::Binary)
    }
}

/// Says whether bytes are text of some encoding: UTF-16 says so itself, others hold no control
/// characters but those for layout and for a terminal's colours.
fn is_text(head: &[u8]) -> bool {
    is_utf_16(head)
        || !head
            .iter()
            .any(|byte| matches!(byte, 0..=7 | 14..=26 | 28..=31 | 127))
}

/// Says whether bytes begin with the byte order mark of UTF-16.
pub(super) fn is_utf_16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str, head: &[u8]) -> &'static str {
        Media::of(name, head).name
    }

    #[test]
    fn the_endings_are_sorted() {
        assert!(TEXTS.is_sorted_by_key(|(ending, ..)| ending));
    }

    #[test]
    fn text_is_judged_by_its_name() {
        assert_eq!(name("a.MD", b"# A"), "text/markdown");
        assert_eq!(name("a.csv", b"a,b"), "text/csv");
        assert_eq!(name("README", b"read me"), "text/plain");
        assert_eq!(name("page", b"\n <!DOCTYPE HTML><p>"), "text/html");
        assert_eq!(
            name("bitmap.txt", b"BM is not always a bitmap"),
            "text/plain"
        );
    }

    #[test]
    fn what_is_not_text_is_judged_by_its_bytes() {
        assert_eq!(name("a.txt", b"PK\x03\x04\0\0"), "application/zip");
        assert_eq!(name("a.txt", b"\x01\x02\x03"), "application/octet-stream");
        assert_eq!(name("a", b"%PDF-1.7\n"), "application/pdf");
        assert_eq!(name("a.pdf", b"plain"), "application/pdf");
    }
}
