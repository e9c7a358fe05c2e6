//! Lists, written once: each page is the bytes of its answer.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use tidegate_era::encode;
use tidegate_model::{CacheHint, Complete, Failure, Outcome, Raw, Text};

/// A list in pages.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    pages: Vec<Raw>,
    fingerprint: u64,
}

// === impl List ===

impl List {
    /// Writes `entries` under `key`, `size` of them a page.
    pub(crate) fn new<T: Serialize>(key: &str, entries: &[T], size: usize) -> Self {
        let mut hasher = DefaultHasher::new();
        let chunks: Vec<Vec<u8>> = entries
            .chunks(size.max(1))
            .map(|page| {
                let mut out = Vec::new();
                encode::json(&mut out, page);
                out.hash(&mut hasher);
                out
            })
            .collect();
        let fingerprint = hasher.finish();
        let count = chunks.len();
        let page = |(index, entries): (usize, Vec<u8>)| {
            let mut out = format!("{{\"{key}\":").into_bytes();
            out.extend_from_slice(&entries);
            if index + 1 < count {
                let cursor = cursor(fingerprint, index + 1);
                out.extend_from_slice(format!(",\"nextCursor\":\"{cursor}\"").as_bytes());
            }
            out.push(b'}');
            Raw::trusted(out.into())
        };
        let mut pages: Vec<Raw> = chunks.into_iter().enumerate().map(page).collect();
        if pages.is_empty() {
            pages.push(Raw::trusted(format!("{{\"{key}\":[]}}").into()));
        }
        Self { pages, fingerprint }
    }

    /// Returns the page at `at`, or the first.
    pub(crate) fn page(&self, at: Option<&Text>, cache: impl Into<Option<CacheHint>>) -> Outcome {
        let index = match at {
            None => Some(0),
            Some(at) => {
                (1..self.pages.len()).find(|index| cursor(self.fingerprint, *index) == at.as_str())
            }
        };
        match index.and_then(|index| self.pages.get(index)) {
            Some(page) => Outcome::Complete(Complete {
                result: page.clone(),
                meta: None,
                cache: cache.into(),
            }),
            None => Failure::invalid_params(
                "the cursor is not from this list, or the list has changed; list from the start",
            )
            .into(),
        }
    }
}

/// Lists are the same when they say the same.
impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }
}

/// A cursor names the list's content too, so that one from an older list is refused.
fn cursor(fingerprint: u64, index: usize) -> String {
    format!("{fingerprint:016x}-{index}")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn page(list: &List, at: Option<&str>) -> Value {
        let at = at.map(|at| Text::from(at.to_owned()));
        match list.page(at.as_ref(), CacheHint::NONE) {
            Outcome::Complete(complete) => complete.result.decode().expect("JSON"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pages_follow_each_other_and_none_is_lost() {
        let list = List::new("tools", &[1, 2, 3, 4, 5], 2);
        let mut seen = Vec::new();
        let mut at: Option<String> = None;
        loop {
            let page = page(&list, at.as_deref());
            seen.extend(page["tools"].as_array().expect("array").clone());
            match page.get("nextCursor") {
                Some(next) => at = next.as_str().map(str::to_owned),
                None => break,
            }
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn an_empty_list_is_a_page() {
        assert_eq!(
            page(&List::new::<u8>("tools", &[], 2), None),
            serde_json::json!({"tools": []})
        );
    }

    #[test]
    fn a_strange_cursor_is_refused() {
        let list = List::new("tools", &[1, 2, 3], 2);
        let other = cursor(7, 1);
        for at in ["", "1", other.as_str()] {
            let at = Text::from(at.to_owned());
            assert!(matches!(
                list.page(Some(&at), CacheHint::NONE),
                Outcome::Failed(_)
            ));
        }
    }
}
