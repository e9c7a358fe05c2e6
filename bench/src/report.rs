//! Tables, as people read them on the screen and in RESULTS.md.

use std::fmt::{self, Display, Formatter, Write};

/// A table with a title and a sentence on how to read it.
#[derive(Debug, Clone)]
pub struct Table {
    title: &'static str,
    note: &'static str,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

// === impl Table ===

impl Table {
    /// Begins a table.
    #[must_use]
    pub fn new(
        title: &'static str,
        note: &'static str,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            title,
            note,
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    fn widths(&self) -> Vec<usize> {
        let width = |i| {
            let cells = self.rows.iter().filter_map(|row: &Vec<String>| row.get(i));
            cells
                .chain(self.columns.get(i))
                .map(|cell: &String| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        (0..self.columns.len()).map(width).collect()
    }
}

/// As Markdown, padded so that it is as legible unrendered.
impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let mut line = |cells: &[String]| {
            let cells = cells.iter().zip(&widths).enumerate();
            let cells: Vec<String> = cells
                .map(|(i, (cell, width))| pad(cell, *width, i == 0))
                .collect();
            writeln!(f, "| {} |", cells.join(" | "))
        };
        line(&self.columns)?;
        let rule = |(i, width): (usize, &usize)| {
            if i == 0 {
                "-".repeat(*width)
            } else {
                "-".repeat(*width - 1) + ":"
            }
        };
        line(&widths.iter().enumerate().map(rule).collect::<Vec<_>>())?;
        self.rows.iter().try_for_each(|row| line(row))
    }
}

/// Names are read from the left, figures from the right.
fn pad(cell: &str, width: usize, left: bool) -> String {
    if left {
        format!("{cell:<width$}")
    } else {
        format!("{cell:>width$}")
    }
}

/// Writes the whole report.
#[must_use]
pub fn markdown(machine: &[String], tables: &[Table]) -> String {
    let mut text = String::from(
        "# Results of the bench\n\nWritten by `cargo xtask bench`; what each row means is in [README.md](README.md).\n\n",
    );
    for line in machine {
        let _ = writeln!(text, "- {line}"); // a String takes all that is written to it
    }
    for table in tables {
        let _ = write!(text, "\n{}", section(table));
    }
    text
}

/// Writes one table under its title.
#[must_use]
pub fn section(table: &Table) -> String {
    format!("## {}\n\n{}\n\n{table}", table.title, table.note)
}

/// Writes a count with spaces between the thousands.
#[must_use]
pub fn whole(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    if value <= -0.5 {
        format!("-{text}")
    } else {
        text
    }
}

/// Writes a ratio; what could not be measured is a dash.
#[must_use]
pub fn ratio(value: Option<f64>) -> String {
    value.map_or_else(dash, |value| format!("{value:.2}×"))
}

/// Writes that there is nothing to write.
#[must_use]
pub fn dash() -> String {
    "–".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown_with_straight_columns() {
        let mut table = Table::new("Calls", "Less is better.", ["row", "ours"]);
        table.row(["a longer name".to_owned(), whole(1_234_567.4)]);
        table.row(["short".to_owned(), ratio(Some(0.954))]);
        let text = markdown(&["Machine: one".to_owned()], &[table]);
        assert!(
            text.contains("| a longer name | 1 234 567 |\n| short         |     0.95× |\n"),
            "{text}"
        );
        assert!(text.contains("| ------------- | --------: |"), "{text}");
    }

    #[test]
    fn small_and_negative_counts() {
        assert_eq!(whole(-1234.0), "-1 234");
        assert_eq!(whole(-0.2), "0");
        assert_eq!(whole(999.0), "999");
    }
}
