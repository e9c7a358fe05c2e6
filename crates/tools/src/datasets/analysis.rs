//! Goes through a data set chunk by chunk, and knows how far it has come.

use std::{
    error::Error,
    fmt,
    fs::File,
    io::{self, Read, Seek, Take},
    path::Path,
};

use super::{
    delimited::Delimited,
    json_lines::JsonLines,
    records::Records,
    summary::{Flawed, Format, Summary, TotalBy},
    table::Table,
};
use crate::{
    aside::Quit,
    root::{Refusal, Root},
};

/// Bytes up to which a first pass counts the items: it then takes a fraction of a second.
const MAX_FIRST_PASS: u64 = 64 * 1024 * 1024;

/// Items between two looks at whether the caller is still there.
const LOOK: u64 = 1024;

/// A data set that is being analysed.
pub(super) struct Analysis {
    dataset: String,
    format: Format,
    size: u64,
    records: Box<dyn Records>,
    table: Table,
    done: u64,
    /// The items in all, where a first pass counted them.
    counted: Option<u64>,
    flawed: Flawed,
}

/// How far an analysis has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) done: u64,
    pub(super) total: u64,
    pub(super) percent: f64,
}

/// Why a data set can not be analysed.
#[derive(Debug)]
pub(super) enum Unusable {
    /// It can not be opened.
    Refused(Refusal),
    /// Its name does not say what it is.
    Format(String),
    /// Reading failed, or it can not be what its name says.
    Io(String, io::Error),
    /// The caller has gone.
    Quit,
}

// === impl Analysis ===

impl Analysis {
    /// Opens the data set `path`, and counts its items if it is small enough. This blocks.
    pub(super) fn open(root: &Root, path: &str, quit: &Quit) -> Result<Self, Unusable> {
        let format = Format::of(path).ok_or_else(|| Unusable::Format(path.to_owned()))?;
        let failed = |error| Unusable::Io(path.to_owned(), error);
        let file = root.file(Path::new(path)).map_err(Unusable::Refused)?;
        let size = file.metadata().map_err(failed)?.len();
        // Both passes end where the file ended now, so that one that grows has an end.
        let again = || {
            root.file(Path::new(path))
                .map_err(Unusable::Refused)
                .map(|file| file.take(size))
        };
        let mut table = Table::default();
        let records = format
            .read(plain(file, size).map_err(failed)?, &mut table)
            .map_err(failed)?;
        let counted = match size <= MAX_FIRST_PASS {
            true => Some(count(
                &mut *format
                    .read(again()?, &mut Table::default())
                    .map_err(failed)?,
                quit,
            )?),
            false => None,
        };
        let dataset = path.to_owned();
        Ok(Self {
            dataset,
            format,
            size,
            records,
            table,
            done: 0,
            counted,
            flawed: Flawed::default(),
        })
    }

    /// Analyses the next `items`, or as many as are left; `None` when none is. This blocks.
    pub(super) fn step(&mut self, items: u64, quit: &Quit) -> Result<Option<Step>, Unusable> {
        let before = self.done;
        while self.done - before < items && self.advance()? {
            if let Err(flaw) = self.records.pour(&mut self.table) {
                self.flawed.enter(self.records.line(), &flaw);
            }
            self.done += 1;
            if self.done.is_multiple_of(LOOK) && quit.is_set() {
                return Err(Unusable::Quit);
            }
        }
        Ok((self.done > before).then(|| self.progress()))
    }

    fn advance(&mut self) -> Result<bool, Unusable> {
        self.records
            .advance()
            .map_err(|error| Unusable::Io(self.dataset.clone(), error))
    }

    fn progress(&self) -> Step {
        let part = self.records.position() as f64 / self.size.max(1) as f64;
        let total = match self.counted {
            Some(total) => total,
            None => (self.done as f64 / part.clamp(f64::MIN_POSITIVE, 1.0)).round() as u64,
        };
        // A file that was rewritten meanwhile may hold more than was counted.
        let total = total.max(self.done);
        let percent = if self.counted.is_some() {
            self.done as f64 / total as f64
        } else {
            part
        };
        Step {
            done: self.done,
            total,
            percent: 100.0 * percent,
        }
    }

    /// Ends the analysis.
    pub(super) fn finish(self) -> Summary {
        let (columns, rows) = self.table.into_parts();
        Summary {
            dataset: self.dataset,
            format: self.format,
            bytes: self.size,
            items: self.done,
            total_by: if self.counted.is_some() {
                TotalBy::FirstPass
            } else {
                TotalBy::Bytes
            },
            columns: columns
                .into_iter()
                .map(|column| column.figures(rows))
                .collect(),
            flawed: self.flawed,
        }
    }
}

/// Returns the file up to `size`, unless it is of an encoding in which no record would be found.
fn plain(mut file: File, size: u64) -> io::Result<Take<File>> {
    let mut mark = [0; 2];
    let read = file.read(&mut mark)?;
    if read == 2 && (mark == [0xff, 0xfe] || mark == [0xfe, 0xff]) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is UTF-16; save it as UTF-8",
        ));
    }
    file.rewind()?;
    Ok(file.take(size))
}

fn count(records: &mut dyn Records, quit: &Quit) -> Result<u64, Unusable> {
    let mut count = 0_u64;
    while records
        .advance()
        .map_err(|error| Unusable::Io("the first pass".to_owned(), error))?
    {
        count += 1;
        if count.is_multiple_of(LOOK) && quit.is_set() {
            return Err(Unusable::Quit);
        }
    }
    Ok(count)
}

// === impl Format ===

impl Format {
    /// Tells the format by the ending of the name: the content of each can look like another's.
    fn of(path: &str) -> Option<Self> {
        let ending = Path::new(path).extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }

    fn read(self, input: Take<File>, table: &mut Table) -> io::Result<Box<dyn Records>> {
        Ok(match self {
            Self::Csv => Box::new(Delimited::open(input, b',', table)?),
            Self::Tsv => Box::new(Delimited::open(input, b'\t', table)?),
            Self::JsonLines => Box::new(JsonLines::open(input)),
        })
    }
}

// === impl Step ===

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Processed {}/{} items ({:.1}%)",
            self.done, self.total, self.percent
        )
    }
}

// === impl Unusable ===

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Format(path) => {
                write!(
                    f,
                    "{path}: not a data set by its name; name a .csv, .tsv, .jsonl or .ndjson file"
                )
            }
            Self::Io(path, error) => write!(f, "{path}: {error}"),
            Self::Quit => f.write_str("the caller has gone"),
        }
    }
}

impl Error for Unusable {}

#[cfg(test)]
mod tests;
