//! Says in a few facts what one document holds.
//!
//! ```text
//! file ─▶ 64 KB blocks ─┬▶ sha-256, size, line count        (any size)
//!                       └▶ kept up to 32 MB ─▶ prose ─▶ title, words, telling words
//! ```

use std::io::{self, Read};

use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{
    media::{HEAD, Kind, Media},
    prose::Prose,
    words::Words,
};
use crate::aside::Quit;

/// Bytes of a document that are read as text: a long book has two million, and this keeps one call
/// to about a hundred megabytes of memory. What is larger is hashed and measured all the same.
pub(super) const MAX_TEXT: usize = 32 * 1024 * 1024;

/// Bytes read at once: large enough that the hash is what takes the time.
const BLOCK: usize = 64 * 1024;

/// What one document holds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Digest {
    /// Path of the document, relative to the root.
    pub(crate) name: String,
    /// Media type, by content and then by name.
    pub(crate) media_type: String,
    /// Size in bytes.
    pub(crate) size: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub(crate) sha256: String,
    /// Lines: of the file, or for a PDF of its text. Absent when it holds no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lines: Option<u64>,
    /// Words of its text, without markup, by the word boundaries of Unicode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) words: Option<u64>,
    /// Pages of a PDF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pages: Option<u64>,
    /// Its own title, or its first heading or line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// Words that tell it from the other documents of this call, most telling first.
    pub(crate) telling_words: Vec<String>,
    /// What to know before relying on the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remark: Option<String>,
}

/// Why a document gave no digest.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// Reading failed.
    Io(io::Error),
    /// It claims a format whose rules it breaks.
    Broken(String),
    /// The caller has gone.
    Quit,
}

/// The bytes of a document as far as they are kept, and what was counted while they passed.
struct Bytes {
    sha256: String,
    size: u64,
    newlines: u64,
    ends_in_newline: bool,
    /// The first [`HEAD`] bytes of a large document, all bytes of another.
    kept: Vec<u8>,
}

/// Reads `file` once, and returns its digest and its most frequent words.
pub(super) fn digest(
    name: &str,
    file: impl Read,
    quit: &Quit,
) -> Result<(Digest, Words), Unreadable> {
    let bytes = Bytes::read(file, quit)?;
    let media = Media::of(name, &bytes.kept);
    let mut digest = Digest {
        name: name.to_owned(),
        media_type: media.name.to_owned(),
        size: bytes.size,
        lines: media.is_text().then(|| bytes.lines()),
        sha256: bytes.sha256,
        words: None,
        pages: None,
        title: None,
        telling_words: Vec::new(),
        remark: None,
    };
    if media.kind == Kind::Binary {
        return Ok((digest, Words::default()));
    }
    if bytes.kept.len() as u64 != bytes.size {
        digest.remark = Some(format!(
            "larger than {} MB: hashed, not read as text",
            MAX_TEXT >> 20
        ));
        return Ok((digest, Words::default()));
    }
    let prose = Prose::read(media.kind, bytes.kept, quit).map_err(Unreadable::Broken)?;
    let words = Words::of(&prose.text, quit).ok_or(Unreadable::Quit)?;
    digest.lines = digest
        .lines
        .or_else(|| Some(prose.text.lines().count() as u64));
    digest.words = Some(words.total);
    digest.pages = prose.pages;
    digest.title = prose.title;
    digest.remark = prose.remark;
    Ok((digest, words))
}

// === impl Bytes ===

impl Bytes {
    fn read(mut file: impl Read, quit: &Quit) -> Result<Self, Unreadable> {
        let mut bytes = Self {
            sha256: String::new(),
            size: 0,
            newlines: 0,
            ends_in_newline: true,
            kept: Vec::new(),
        };
        let mut hash = Sha256::new();
        let mut block = vec![0; BLOCK];
        loop {
            if quit.is_set() {
                return Err(Unreadable::Quit);
            }
            let read = match file.read(&mut block) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Unreadable::Io(error)),
            };
            hash.update(&block[..read]);
            bytes.take(&block[..read]);
        }
        bytes.sha256 = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(bytes)
    }

    fn take(&mut self, block: &[u8]) {
        let whole = self.kept.len() as u64 == self.size;
        self.size += block.len() as u64;
        self.newlines += memchr::memchr_iter(b'\n', block).count() as u64;
        self.ends_in_newline = block.ends_with(b"\n");
        if whole && self.size <= MAX_TEXT as u64 {
            self.kept.extend_from_slice(block);
        } else if whole {
            self.kept.truncate(HEAD);
            self.kept.shrink_to_fit();
        }
    }

    /// Counts a last line that has no newline, too.
    fn lines(&self) -> u64 {
        self.newlines + u64::from(!self.ends_in_newline)
    }
}

// === impl Unreadable ===

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => write!(f, "reading failed: {error}"),
            Self::Broken(reason) => f.write_str(reason),
            Self::Quit => f.write_str("the caller has gone"),
        }
    }
}

#[cfg(test)]
mod tests;
