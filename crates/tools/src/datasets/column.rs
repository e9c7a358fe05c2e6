//! One column while it is read, and its figures at the end.

use std::hash::BuildHasher;

use foldhash::quality::FixedState;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    distinct::Distinct,
    spread::{Numbers, Spread},
    table::Cell,
};

/// Bytes kept of the first and last text: enough for dates, codes and names.
const MAX_TEXT: usize = 100;

/// A column while it is read.
pub(super) struct Column {
    name: String,
    texts: u64,
    first: Vec<u8>,
    last: Vec<u8>,
    numbers: Spread,
    count: u64,
    distinct: Distinct,
}

/// Figures of a column.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Figures {
    /// The column's name.
    pub(crate) name: String,
    /// Rows with a value.
    pub(crate) count: u64,
    /// Rows without one: empty, `NA`, `N/A`, `NaN`, `null` or `\N`, or a key that is not there.
    pub(crate) nulls: u64,
    /// Different values, numbers compared by value.
    pub(crate) distinct: u64,
    /// True for up to 4 096 different values; beyond, a HyperLogLog estimates them, with a standard error of 1.6 percent.
    pub(crate) distinct_exact: bool,
    /// Figures of the values that are numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) numbers: Option<Numbers>,
    /// Figures of the values that are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) texts: Option<Texts>,
}

/// Figures of the texts in a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Texts {
    /// Values that are texts.
    pub(crate) count: u64,
    /// The first by the order of its bytes, cut at 100 of them.
    pub(crate) first: String,
    /// The last by the order of its bytes, cut at 100 of them.
    pub(crate) last: String,
}

// === impl Column ===

impl Column {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            texts: 0,
            first: Vec::new(),
            last: Vec::new(),
            numbers: Spread::default(),
            count: 0,
            distinct: Distinct::default(),
        }
    }

    /// Enters the value of one row.
    pub(super) fn enter(&mut self, cell: Cell<'_>) {
        let hasher = FixedState::default();
        match cell {
            Cell::Null => return,
            Cell::Number(number) => {
                self.numbers.enter(number);
                // `-0` and `0` are one value.
                self.distinct
                    .enter(hasher.hash_one((number + 0.0).to_bits()));
            }
            Cell::Text(text) => {
                self.enter_text(text);
                self.distinct.enter(hasher.hash_one(text));
            }
        }
        self.count += 1;
    }

    fn enter_text(&mut self, text: &[u8]) {
        let text = &text[..text.len().min(MAX_TEXT)];
        self.texts += 1;
        if self.texts == 1 || text < self.first.as_slice() {
            text.clone_into(&mut self.first);
        }
        if self.texts == 1 || text > self.last.as_slice() {
            text.clone_into(&mut self.last);
        }
    }

    /// Ends the column of a table of so many rows.
    pub(super) fn figures(self, rows: u64) -> Figures {
        let (distinct, distinct_exact) = self.distinct.count();
        let lossy = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        let texts = Texts {
            count: self.texts,
            first: lossy(&self.first),
            last: lossy(&self.last),
        };
        Figures {
            name: self.name,
            count: self.count,
            nulls: rows - self.count,
            // An estimate may exceed what it counts; the truth does not.
            distinct: distinct.min(self.count),
            distinct_exact,
            numbers: self.numbers.figures(),
            texts: (texts.count > 0).then_some(texts),
        }
    }

    #[cfg(test)]
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(fields: &[&str]) -> Figures {
        let mut column = Column::new("x".to_owned());
        fields
            .iter()
            .for_each(|field| column.enter(Cell::of(field.as_bytes())));
        column.figures(fields.len() as u64)
    }

    #[test]
    fn numbers_texts_and_nulls_are_told_apart() {
        let figures = figures(&["1", "1.0", "-0", "0", "", "Wick", "Oban", "Wick", "NA"]);
        assert_eq!((figures.count, figures.nulls, figures.distinct), (7, 2, 4));
        assert_eq!(figures.numbers.unwrap().count, 4);
        assert_eq!(
            figures.texts.unwrap(),
            Texts {
                count: 3,
                first: "Oban".to_owned(),
                last: "Wick".to_owned()
            }
        );
    }

    #[test]
    fn dates_span_from_the_first_to_the_last() {
        let texts = figures(&["2026-03-01", "2025-12-31", "2026-02-28"])
            .texts
            .unwrap();
        assert_eq!(
            (texts.first.as_str(), texts.last.as_str()),
            ("2025-12-31", "2026-03-01")
        );
    }

    #[test]
    fn a_long_text_is_cut_and_a_torn_one_is_shown() {
        let long = "é".repeat(500);
        let texts = figures(&[&long]).texts.unwrap();
        assert_eq!(texts.first.chars().count(), 50);
    }
}
