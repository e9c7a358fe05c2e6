//! A table for people: columns side by side, a row a line, cut to the width of the terminal.

use console::{Alignment, measure_text_width, pad_str, truncate_str};

use crate::printable::printable;

/// Between two columns.
const GAP: usize = 2;

/// A narrower column tells nothing; the line goes over the edge instead.
const NARROWEST: usize = 8;

/// Rows under a heading.
#[derive(Debug)]
pub(crate) struct Table {
    header: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// The head of one column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    name: &'static str,
    alignment: Alignment,
}

// === impl Table ===

impl Table {
    pub(crate) fn new(header: impl Into<Vec<Column>>) -> Self {
        Self {
            header: header.into(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; a cell's text is made one line.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let line = |cell: String| {
            let words: Vec<_> = cell.split_whitespace().collect();
            printable(&words.join(" ")).into_owned()
        };
        self.rows.push(cells.into_iter().map(line).collect());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the lines, the heading first; `width` is the terminal's, if there is one.
    pub(crate) fn lines(&self, width: Option<usize>) -> Vec<String> {
        let widths = self.widths(width);
        let header: Vec<_> = self.header.iter().map(|column| column.name).collect();
        let mut lines = vec![self.line(&header, &widths)];
        for row in &self.rows {
            let row: Vec<_> = row.iter().map(String::as_str).collect();
            lines.push(self.line(&row, &widths));
        }
        lines
    }

    fn widths(&self, width: Option<usize>) -> Vec<usize> {
        let widest = |(at, column): (usize, &Column)| {
            let cells = self.rows.iter().filter_map(|row| row.get(at));
            let cells = cells.map(|cell| measure_text_width(cell));
            cells.max().unwrap_or(0).max(column.name.len())
        };
        let mut widths: Vec<_> = self.header.iter().enumerate().map(widest).collect();
        let Some(width) = width else { return widths };
        let room = width.saturating_sub(GAP * widths.len().saturating_sub(1));
        // The widest gives first: a name of ten letters stays whole beside a title of eighty.
        while widths.iter().sum::<usize>() > room {
            match widths.iter_mut().max() {
                Some(widest) if *widest > NARROWEST => *widest -= 1,
                _ => break,
            }
        }
        widths
    }

    fn line(&self, cells: &[&str], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, width), column) in cells.iter().zip(widths).zip(&self.header) {
            let cell = truncate_str(cell, *width, "…");
            line.push_str(&pad_str(&cell, *width, column.alignment, None));
            line.push_str(&" ".repeat(GAP));
        }
        line.truncate(line.trim_end().len());
        line
    }
}

// === impl Column ===

impl Column {
    /// A column of words.
    pub(crate) const fn left(name: &'static str) -> Self {
        Self {
            name,
            alignment: Alignment::Left,
        }
    }

    /// A column of numbers.
    pub(crate) const fn right(name: &'static str) -> Self {
        Self {
            name,
            alignment: Alignment::Right,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new([
            Column::left("name"),
            Column::right("words"),
            Column::left("title"),
        ]);
        table.row(["a.md".into(), "7".into(), "Spring\n and neap".into()]);
        table.row(["tide-staff.txt".into(), "1234".into(), String::new()]);
        table
    }

    #[test]
    fn columns_stand_under_their_heads() {
        assert_eq!(
            table().lines(None),
            [
                "name            words  title",
                "a.md                7  Spring and neap",
                "tide-staff.txt   1234",
            ]
        );
    }

    #[test]
    fn a_narrow_terminal_cuts_the_widest_first() {
        assert_eq!(
            table().lines(Some(30)),
            [
                "name         words  title",
                "a.md             7  Spring an…",
                "tide-staff…   1234",
            ]
        );
        assert!(table().lines(Some(3)).iter().all(|line| line.len() < 40));
    }

    #[test]
    fn wide_letters_count_twice_and_escapes_never_reach_the_terminal() {
        let mut table = Table::new([Column::left("a"), Column::left("b")]);
        table.row(["潮".into(), "x".into()]);
        table.row(["\u{1b}[2J".into(), "y".into()]);
        assert_eq!(table.lines(None)[1], "潮         x");
        assert_eq!(table.lines(None)[2], "\\u{1b}[2J  y");
    }
}
