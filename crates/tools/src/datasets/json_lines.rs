//! Reads JSON Lines: one object a line, its keys the columns.

use std::io::{self, BufRead, BufReader, Read};

use serde_json::{Map, Value};

use super::{
    records::{Flaw, MAX_RECORD, Records},
    table::{Cell, Table},
};

/// A JSON Lines file.
pub(super) struct JsonLines<R> {
    input: BufReader<R>,
    /// The line that was read, up to [`MAX_RECORD`] bytes of it.
    record: Vec<u8>,
    too_long: bool,
    line: u64,
    position: u64,
}

// === impl JsonLines ===

impl<R: Read> JsonLines<R> {
    pub(super) fn open(input: R) -> Self {
        let input = BufReader::with_capacity(128 * 1024, input);
        Self {
            input,
            record: Vec::new(),
            too_long: false,
            line: 0,
            position: 0,
        }
    }

    /// Reads one line; false at the end of the file.
    fn read_line(&mut self) -> io::Result<bool> {
        self.record.clear();
        self.too_long = false;
        let start = self.position;
        loop {
            let input = self.input.fill_buf()?;
            let newline = memchr::memchr(b'\n', input);
            let part = &input[..newline.unwrap_or(input.len())];
            if self.record.len() + part.len() > MAX_RECORD {
                self.too_long = true;
            } else if !self.too_long {
                self.record.extend_from_slice(part);
            }
            let read = part.len() + usize::from(newline.is_some());
            self.input.consume(read);
            self.position += read as u64;
            if newline.is_some() || read == 0 {
                self.line += 1;
                return Ok(self.position > start);
            }
        }
    }
}

impl<R: Read + Send> Records for JsonLines<R> {
    fn advance(&mut self) -> io::Result<bool> {
        while self.read_line()? {
            if self.line == 1 && self.record.starts_with(b"\xef\xbb\xbf") {
                self.record.drain(..3);
            }
            if self.too_long || !self.record.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn pour(&self, table: &mut Table) -> Result<(), Flaw> {
        if self.too_long {
            return Err(Flaw::TooLong);
        }
        let object: Map<String, Value> = serde_json::from_slice(&self.record)
            .map_err(|error| Flaw::Malformed(not_an_object(&error)))?;
        // All columns first, so that a row which does not fit leaves no trace.
        let columns = object
            .keys()
            .map(|key| table.column_named(key))
            .collect::<Result<Vec<_>, _>>()?;
        table.begin_row();
        for (column, value) in columns.into_iter().zip(object.values()) {
            enter(table, column, value);
        }
        Ok(())
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn position(&self) -> u64 {
        self.position
    }
}

/// Enters a value; nested ones count by their JSON.
fn enter(table: &mut Table, column: usize, value: &Value) {
    match value {
        Value::Null => {}
        Value::Bool(true) => table.enter(column, Cell::Text(b"true")),
        Value::Bool(false) => table.enter(column, Cell::Text(b"false")),
        Value::Number(number) => {
            table.enter(column, number.as_f64().map_or(Cell::Null, Cell::Number))
        }
        Value::String(text) => table.enter(column, Cell::Text(text.as_bytes())),
        Value::Array(_) | Value::Object(_) => {
            table.enter(column, Cell::Text(value.to_string().as_bytes()))
        }
    }
}

/// Words the parser's error for one line of a file, whose own line number it does not know.
fn not_an_object(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    format!("not a JSON object: {reason} at column {}", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> (Vec<String>, Vec<(u64, Option<Flaw>)>) {
        let mut table = Table::default();
        let mut records = JsonLines::open(text);
        let mut found = Vec::new();
        while records.advance().unwrap() {
            found.push((records.line(), records.pour(&mut table).err()));
        }
        assert_eq!(records.position(), text.len() as u64);
        (table.names(), found)
    }

    #[test]
    fn keys_are_columns_in_the_order_they_are_met() {
        let (names, records) = read(b"\xef\xbb\xbf{\"b\":1}\r\n\n{\"a\":[1],\"b\":null}");
        assert_eq!(names, ["b", "a"]);
        assert_eq!(records, [(1, None), (3, None)]);
    }

    #[test]
    fn lines_that_are_no_objects_are_flawed_and_the_rest_goes_on() {
        let deep = "[".repeat(10_000);
        let text = format!("{{\"a\":1}}\n[1]\n{{\"a\":\n{{\"a\":{deep}\n{{\"a\":2}}\n");
        let (_, records) = read(text.as_bytes());
        let flawed: Vec<_> = records.iter().map(|(_, flaw)| flaw.is_some()).collect();
        assert_eq!(flawed, [false, true, true, true, false]);
        let reason = records[1].1.as_ref().unwrap().to_string();
        assert_eq!(
            reason,
            "not a JSON object: invalid type: sequence, expected a map at column 0"
        );
    }

    #[test]
    fn invalid_utf_8_is_a_flaw_of_its_line() {
        let (_, records) = read(b"{\"a\":\"caf\xe9\"}\n{\"a\":\"b\"}\n");
        assert!(matches!(records[0].1, Some(Flaw::Malformed(_))));
        assert_eq!(records[1], (2, None));
    }

    #[test]
    fn a_line_without_end_is_skipped_in_bounded_memory() {
        let mut text = b"{\"a\":1}\n".to_vec();
        text.resize(3 * MAX_RECORD, b' ');
        text.extend_from_slice(b"\n{\"a\":2}");
        assert_eq!(
            read(&text).1,
            [(1, None), (2, Some(Flaw::TooLong)), (3, None)]
        );
    }

    #[test]
    fn keys_without_end_are_refused_row_by_row() {
        let text: String = (0..2000).map(|i| format!("{{\"k{i}\":1}}\n")).collect();
        let (names, records) = read(text.as_bytes());
        assert_eq!(names.len(), super::super::table::MAX_COLUMNS);
        assert!(
            records[1999]
                .1
                .as_ref()
                .unwrap()
                .to_string()
                .contains("1000")
        );
    }
}
