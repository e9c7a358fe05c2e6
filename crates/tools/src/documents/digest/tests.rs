//! Digests of small documents of each kind, good and broken.

use proptest::prelude::*;

use super::*;

fn read(name: &str, bytes: &[u8]) -> Result<Digest, Unreadable> {
    digest(name, bytes, &Quit::default()).map(|(digest, _)| digest)
}

#[test]
fn a_text_is_measured_and_hashed() {
    let digest = read("tide.txt", b"The tide tables\n\nHigh water at noon.").unwrap();
    assert_eq!(digest.media_type, "text/plain");
    assert_eq!(
        (digest.size, digest.lines, digest.words),
        (36, Some(3), Some(7))
    );
    assert_eq!(digest.title.as_deref(), Some("The tide tables"));
    assert_eq!(digest.remark, None);
}

#[test]
fn the_hash_is_sha_256() {
    // FIPS 180-2, appendix B.1.
    let digest = read("abc", b"abc").unwrap();
    assert_eq!(
        digest.sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn an_empty_file_is_a_document_of_nothing() {
    let digest = read("empty.md", b"").unwrap();
    assert_eq!(
        (digest.size, digest.lines, digest.words),
        (0, Some(0), Some(0))
    );
    assert_eq!(digest.title, None);
}

#[test]
fn markup_is_not_counted_as_words() {
    let markdown = read(
        "a.md",
        b"# Harbour *log*\n\n- [one](http://x.test/y)\n- two\n",
    )
    .unwrap();
    assert_eq!(
        (markdown.words, markdown.title.as_deref()),
        (Some(4), Some("Harbour log"))
    );
    let html = read(
        "a.html",
        b"<html><title>Log</title><p>one<p>two<script>var x = 3;</script>",
    )
    .unwrap();
    assert_eq!((html.words, html.title.as_deref()), (Some(2), Some("Log")));
}

#[test]
fn invalid_utf_8_is_read_and_remarked_on() {
    let digest = read("latin.txt", b"caf\xe9 harbour\n").unwrap();
    assert_eq!(digest.words, Some(2));
    assert!(digest.remark.unwrap().contains("byte 3"));
}

#[test]
fn utf_16_is_read() {
    let bytes: Vec<u8> = "\u{feff}High water"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let digest = read("note.txt", &bytes).unwrap();
    assert_eq!(
        (digest.words, digest.title.as_deref()),
        (Some(2), Some("High water"))
    );
}

#[test]
fn a_picture_has_no_words() {
    let digest = read("buoy.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
    assert_eq!(digest.media_type, "image/png");
    assert_eq!((digest.lines, digest.words), (None, None));
}

#[test]
fn a_broken_pdf_is_unreadable_and_says_why() {
    for bytes in [
        &b"%PDF-1.4\nnothing that follows is one\n%%EOF"[..],
        b"%PDF-1.7",
        b"not even that",
    ] {
        let Err(Unreadable::Broken(reason)) = read("broken.pdf", bytes) else {
            panic!("it was read")
        };
        assert!(reason.contains("PDF"), "{reason}");
    }
}

#[test]
fn what_is_too_large_to_parse_is_hashed_all_the_same() {
    let file = io::repeat(b'a').take(MAX_TEXT as u64 + 1);
    let (digest, _) = digest("large.txt", file, &Quit::default()).unwrap();
    assert_eq!(digest.size, MAX_TEXT as u64 + 1);
    assert_eq!((digest.lines, digest.words), (Some(1), None));
    assert!(digest.remark.unwrap().contains("larger than 32 MB"));
}

#[test]
fn a_caller_that_left_ends_the_reading() {
    let quit = Quit::default();
    drop(quit.on_drop());
    assert!(matches!(
        digest("endless", io::repeat(0), &quit),
        Err(Unreadable::Quit)
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_the_bytes_there_is_a_digest_or_a_reason(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        ending in prop::sample::select(vec!["txt", "md", "html", "pdf", "csv", "svg", "bin"]),
    ) {
        match read(&format!("any.{ending}"), &bytes) {
            Ok(digest) => prop_assert_eq!(digest.size, bytes.len() as u64),
            Err(error) => prop_assert!(error.to_string().starts_with("not a readable PDF")),
        }
    }

    #[test]
    fn whatever_the_markup_there_is_a_digest(
        text in
            "(<[a-z]{1,8}|</?(script|title|style|h1|p)|>|[#*_`\\[\\]()|&;-]|\n| |[a-zé潮]){0,200}",
        ending in prop::sample::select(vec!["md", "html"]),
    ) {
        prop_assert_eq!(read(&format!("any.{ending}"), text.as_bytes()).unwrap().remark, None);
    }
}
