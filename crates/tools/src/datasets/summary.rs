//! What a `stream_data_analysis` call gives back.

use schemars::JsonSchema;
use serde::Serialize;

use super::{column::Figures, records::Flaw};

/// Flawed records shown one by one; the rest are counted.
const MAX_SHOWN: usize = 10;

/// The figures of a data set.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Summary {
    /// Path of the data set, relative to the root.
    pub(crate) dataset: String,
    /// How it was read.
    pub(crate) format: Format,
    /// Its size in bytes.
    pub(crate) bytes: u64,
    /// Items in all, a CSV header not among them.
    pub(crate) items: u64,
    /// How the total was known while the data streamed.
    pub(crate) total_by: TotalBy,
    /// Figures of each column. Flawed items are left out of them.
    pub(crate) columns: Vec<Figures>,
    /// Items that could not be used.
    pub(crate) flawed: Flawed,
}

/// The format of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// Fields parted by commas, the first record their names.
    Csv,
    /// Fields parted by tabs, the first record their names.
    Tsv,
    /// One JSON object a line.
    JsonLines,
}

/// How the total of items is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TotalBy {
    /// Counted before, so it is exact.
    FirstPass,
    /// Estimated from the bytes read so far, because counting a large file would keep you waiting.
    Bytes,
}

/// Items that could not be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Flawed {
    /// Items with more or fewer fields than the header.
    pub(crate) ragged: u64,
    /// Items that are no JSON object, or one with too many keys.
    pub(crate) malformed: u64,
    /// Items longer than one megabyte.
    pub(crate) too_long: u64,
    /// The first ten.
    pub(crate) examples: Vec<Example>,
}

/// An item that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Example {
    /// The line it begins on, from 1.
    pub(crate) line: u64,
    /// What is wrong with it.
    pub(crate) reason: String,
}

// === impl Flawed ===

impl Flawed {
    /// Enters one flawed item.
    pub(super) fn enter(&mut self, line: u64, flaw: &Flaw) {
        *match flaw {
            Flaw::Ragged { .. } => &mut self.ragged,
            Flaw::Malformed(_) => &mut self.malformed,
            Flaw::TooLong => &mut self.too_long,
        } += 1;
        if self.examples.len() < MAX_SHOWN {
            self.examples.push(Example {
                line,
                reason: flaw.to_string(),
            });
        }
    }
}
