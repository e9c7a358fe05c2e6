//! The report of a `process_files` call: what each document holds, and what could not be read.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    digest::{Digest, Unreadable, digest},
    words::{Shared, Words},
};
use crate::{
    aside::Quit,
    root::{Refusal, Root},
};

/// What the documents hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Report {
    /// Documents in all, readable or not.
    pub(crate) total: u64,
    /// Bytes of the documents that were read.
    pub(crate) bytes: u64,
    /// Words of the documents that hold text.
    pub(crate) words: u64,
    /// The documents that were read, in the order of their processing.
    pub(crate) documents: Vec<Digest>,
    /// Those that could not be read. They were skipped.
    pub(crate) unreadable: Vec<Skipped>,
}

/// A document that was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Skipped {
    /// Its path as it was given or found.
    pub(crate) name: String,
    /// Why it could not be read.
    pub(crate) reason: String,
}

/// The report while it grows.
#[derive(Debug, Default)]
pub(super) struct Tally {
    report: Report,
    words: Vec<Words>,
}

/// Reads one item of a call. This blocks.
pub(super) fn read(
    root: &Root,
    name: &str,
    path: Result<PathBuf, Refusal>,
    quit: &Quit,
) -> Outcome {
    let file = path
        .and_then(|path| root.file(&path))
        .map_err(|refusal| refusal.reason)?;
    digest(name, file, quit).map_err(|error: Unreadable| error.to_string())
}

/// A document's digest and words, or why it has none.
pub(super) type Outcome = Result<(Digest, Words), String>;

// === impl Tally ===

impl Tally {
    /// Enters what came of one document.
    pub(super) fn enter(&mut self, name: String, outcome: Outcome) {
        self.report.total += 1;
        match outcome {
            Ok((digest, words)) => {
                self.report.bytes += digest.size;
                self.report.words += words.total;
                self.report.documents.push(digest);
                self.words.push(words);
            }
            Err(reason) => self.report.unreadable.push(Skipped { name, reason }),
        }
    }

    /// Completes the report: which words tell most is known only now.
    pub(super) fn report(mut self) -> Report {
        let mut shared = Shared::default();
        self.words.iter().for_each(|words| shared.enter(words));
        for (digest, words) in self.report.documents.iter_mut().zip(&self.words) {
            digest.telling_words = shared.telling(words);
        }
        self.report
    }
}

// === impl Report ===

impl Report {
    /// Says in a line how many documents were processed.
    pub(super) fn count(&self) -> String {
        let documents = if self.total == 1 {
            "document"
        } else {
            "documents"
        };
        match self.unreadable.len() {
            0 => format!("{} {documents}", self.total),
            unreadable => format!(
                "{} {documents}, {unreadable} of them unreadable",
                self.total
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn report(files: &[(&str, &[u8])], paths: &[&str]) -> Report {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        let root = Root::open(dir.path()).unwrap();
        let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
        let quit = Quit::default();
        let mut tally = Tally::default();
        for item in root.select(&paths, &quit).unwrap() {
            let outcome = read(&root, &item.name, item.path, &quit);
            tally.enter(item.name, outcome);
        }
        tally.report()
    }

    #[test]
    fn the_unreadable_is_skipped_and_the_rest_goes_on() {
        let files: &[(&str, &[u8])] = &[
            ("a.txt", b"a tide"),
            ("b.pdf", b"%PDF-1.4 torn"),
            ("c.md", b"# Buoy"),
            ("d.txt", b"\xff\xfe\xfd"),
        ];
        let report = report(
            files,
            &["a.txt", "b.pdf", "../c.md", ".", "gone", "c.md", "d.txt"],
        );
        let read: Vec<_> = report
            .documents
            .iter()
            .map(|digest| digest.name.as_str())
            .collect();
        let skipped: Vec<_> = report
            .unreadable
            .iter()
            .map(|skipped| skipped.name.as_str())
            .collect();
        assert_eq!(read, ["a.txt", "c.md", "d.txt"]);
        assert_eq!(skipped, ["b.pdf", "../c.md", ".", "gone"]);
        assert_eq!(report.count(), "7 documents, 4 of them unreadable");
        assert_eq!((report.total, report.bytes), (7, 15));
    }

    #[test]
    fn telling_words_are_weighed_over_the_whole_call() {
        let report = report(
            &[
                ("a.txt", b"port port port crane"),
                ("b.txt", b"port port port buoy buoy"),
            ],
            &[],
        );
        assert_eq!(report.documents[0].telling_words, ["port", "crane"]);
        assert_eq!(report.documents[1].telling_words, ["port", "buoy"]);
        assert_eq!(
            (report.words, report.count()),
            (9, "2 documents".to_owned())
        );
    }

    #[test]
    fn what_the_schema_requires_is_there_even_of_nothing() {
        let report = report(
            &[("a.txt", b"tide"), ("b.bin", b"\0\0"), ("c.txt", b"")],
            &[],
        );
        let schema = serde_json::to_value(schemars::schema_for!(Report)).unwrap();
        let digest = &schema["$defs"]["Digest"]["required"];
        let required = digest.as_array().expect("some is required");
        assert!(required.contains(&"telling_words".into()), "{required:?}");
        for document in serde_json::to_value(&report).unwrap()["documents"]
            .as_array()
            .unwrap()
        {
            for name in required {
                assert!(document.get(name.as_str().unwrap()).is_some(), "{document}");
            }
        }
    }

    #[test]
    fn the_demo_documents_are_all_readable() {
        let files: Vec<_> = crate::demo_documents().collect();
        let report = report(&files, &[]);
        assert_eq!(report.unreadable, []);
        assert!(report.total >= 12);
        for digest in &report.documents {
            assert!(digest.words.unwrap() > 40, "{digest:?}");
            assert!(digest.telling_words.len() >= 5, "{digest:?}");
            assert_eq!(digest.remark, None);
        }
    }
}
