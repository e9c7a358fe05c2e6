//! What every format of data set has in common: records, one after another, some of them flawed.

use std::io;

use super::table::Table;

/// Bytes of one record: a thousand columns of a thousand bytes. What is longer is most often a
/// quote that was never closed, and is skipped rather than kept.
pub(super) const MAX_RECORD: usize = 1024 * 1024;

/// A data set that is read record by record.
pub(super) trait Records: Send {
    /// Reads the next record; false when there is none.
    ///
    /// Reading alone does not interpret it, so that a pass that only counts is quick.
    fn advance(&mut self) -> io::Result<bool>;

    /// Enters the values of the record that was read, all or none of them.
    fn pour(&self, table: &mut Table) -> Result<(), Flaw>;

    /// Returns the line that the record begins on, from 1.
    fn line(&self) -> u64;

    /// Returns how many bytes have been read so far.
    fn position(&self) -> u64;
}

/// What is wrong with one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It has more or fewer fields than the header.
    Ragged {
        /// Fields of the record; `None` when more than are counted.
        fields: Option<usize>,
        /// Fields of the header.
        columns: usize,
    },
    /// It is not what the format asks for.
    Malformed(String),
    /// It is longer than [`MAX_RECORD`].
    TooLong,
}

// === impl Flaw ===

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ragged {
                fields: Some(1),
                columns,
            } => {
                write!(f, "1 field where the header has {columns}")
            }
            Self::Ragged {
                fields: Some(fields),
                columns,
            } => {
                write!(f, "{fields} fields where the header has {columns}")
            }
            Self::Ragged {
                fields: None,
                columns,
            } => write!(f, "far more fields than the {columns} of the header"),
            Self::Malformed(reason) => f.write_str(reason),
            Self::TooLong => write!(
                f,
                "longer than {} MB; is a quote left open?",
                MAX_RECORD >> 20
            ),
        }
    }
}
