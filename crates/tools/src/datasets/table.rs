//! The columns of a data set while it is read: where a cell goes.

use std::collections::HashMap;

use super::{column::Column, records::Flaw};

/// Columns of one data set. Each keeps up to about 130 KB of figures, and wide tables of
/// measurements have some hundreds.
pub(super) const MAX_COLUMNS: usize = 1000;

/// Bytes of a column's name: a longer one is data in the wrong place.
const MAX_NAME: usize = 256;

/// The columns, and how many rows were entered in them.
#[derive(Default)]
pub(super) struct Table {
    columns: Vec<Column>,
    by_name: HashMap<String, usize>,
    rows: u64,
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    /// No value.
    Null,
    /// A finite number.
    Number(f64),
    /// Anything else, as it is written.
    Text(&'a [u8]),
}

// === impl Table ===

impl Table {
    /// Adds a column; one without a name is called after its place.
    pub(super) fn add_column(&mut self, name: &str) {
        let name = match name.trim() {
            "" => format!("column {}", self.columns.len() + 1),
            name => name.chars().take(MAX_NAME).collect(),
        };
        self.columns.push(Column::new(name));
    }

    /// Returns the column of this name; a new name adds one.
    pub(super) fn column_named(&mut self, name: &str) -> Result<usize, Flaw> {
        if let Some(at) = self.by_name.get(name) {
            return Ok(*at);
        }
        if self.columns.len() == MAX_COLUMNS {
            return Err(Flaw::Malformed(format!(
                "a new key after {MAX_COLUMNS} different ones"
            )));
        }
        if name.len() > MAX_NAME {
            return Err(Flaw::Malformed(format!(
                "a key longer than {MAX_NAME} bytes"
            )));
        }
        self.columns.push(Column::new(name.to_owned()));
        self.by_name.insert(name.to_owned(), self.columns.len() - 1);
        Ok(self.columns.len() - 1)
    }

    /// Begins a row: a column that gets no value before the next counts a null.
    pub(super) fn begin_row(&mut self) {
        self.rows += 1;
    }

    /// Enters one value of the row.
    pub(super) fn enter(&mut self, column: usize, cell: Cell<'_>) {
        self.columns[column].enter(cell);
    }

    /// Returns how many columns there are.
    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Ends the table: its columns, and its rows.
    pub(super) fn into_parts(self) -> (Vec<Column>, u64) {
        (self.columns, self.rows)
    }

    #[cfg(test)]
    pub(super) fn names(&self) -> Vec<String> {
        self.columns
            .iter()
            .map(|column| column.name().to_owned())
            .collect()
    }
}

// === impl Cell ===

impl<'a> Cell<'a> {
    /// Judges a field of a text format, in which nothing but its spelling says what it is.
    pub(super) fn of(field: &'a [u8]) -> Self {
        let field = field.trim_ascii();
        if is_null(field) {
            return Self::Null;
        }
        // What can begin a number is looked at first: most fields of text end there.
        let may_be_number = matches!(field[0], b'0'..=b'9' | b'-' | b'+' | b'.');
        let number = may_be_number
            .then(|| std::str::from_utf8(field).ok()?.parse::<f64>().ok())
            .flatten();
        match number {
            Some(number) if number.is_finite() => Self::Number(number),
            _ => Self::Text(field),
        }
    }
}

/// The spellings of "no value" that spreadsheets, R, pandas and SQL dumps use.
fn is_null(field: &[u8]) -> bool {
    match field.len() {
        0 => true,
        2..=4 => [&b"null"[..], b"na", b"n/a", b"nan", b"\\n"]
            .iter()
            .any(|null| field.eq_ignore_ascii_case(null)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_what_it_is_spelled_like() {
        for null in ["", "  ", "NULL", "na", "N/A", "NaN", "\\N"] {
            assert_eq!(Cell::of(null.as_bytes()), Cell::Null, "{null:?}");
        }
        for (field, number) in [("1", 1.0), (" -2.5 ", -2.5), ("+3e2", 300.0), (".5", 0.5)] {
            assert_eq!(
                Cell::of(field.as_bytes()),
                Cell::Number(number),
                "{field:?}"
            );
        }
        for text in [
            "x",
            "1 m",
            "2026-07-28",
            "1e999",
            "inf",
            "-inf",
            "caf\u{e9}",
            "0x10",
        ] {
            assert_eq!(Cell::of(text.as_bytes()), Cell::Text(text.as_bytes()));
        }
        assert_eq!(Cell::of(b"1\xff"), Cell::Text(b"1\xff"));
    }

    #[test]
    fn a_column_without_a_name_is_called_after_its_place() {
        let mut table = Table::default();
        ["port", " ", "height"]
            .into_iter()
            .for_each(|name| table.add_column(name));
        assert_eq!(table.names(), ["port", "column 2", "height"]);
    }
}
