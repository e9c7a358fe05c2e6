//! Reads CSV and TSV with csv's own parser, into buffers that do not grow.

use std::io::{self, BufRead, BufReader, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::{
    records::{Flaw, MAX_RECORD, Records},
    table::{Cell, MAX_COLUMNS, Table},
};

/// A CSV or TSV file, past its header.
pub(super) struct Delimited<R> {
    input: BufReader<R>,
    parser: Reader,
    /// The unescaped fields of the record, one after another.
    fields: Box<[u8]>,
    /// Where each field ends. One more than there may be columns, to tell ragged from full.
    ends: Box<[usize]>,
    record: Record,
    line: u64,
    /// Lines that the parser has not seen.
    skipped: u64,
    position: u64,
}

/// What came of reading a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Record {
    Whole {
        fields: usize,
    },
    /// It did not fit in `ends`.
    TooManyFields,
    /// It did not fit in `fields`.
    TooLong,
}

// === impl Delimited ===

impl<R: Read> Delimited<R> {
    /// Reads the header and enters its names as the table's columns.
    ///
    /// An empty file is a data set without columns and rows.
    pub(super) fn open(input: R, delimiter: u8, table: &mut Table) -> io::Result<Self> {
        let mut this = Self {
            input: BufReader::with_capacity(128 * 1024, input),
            parser: ReaderBuilder::new().delimiter(delimiter).build(),
            fields: vec![0; MAX_RECORD].into(),
            ends: vec![0; MAX_COLUMNS + 1].into(),
            record: Record::Whole { fields: 0 },
            line: 1,
            skipped: 0,
            position: 0,
        };
        if !this.read_record()? {
            return Ok(this);
        }
        match this.record {
            Record::Whole { fields } if fields <= MAX_COLUMNS => {
                this.cells(fields)
                    .for_each(|name| table.add_column(&String::from_utf8_lossy(name)));
                Ok(this)
            }
            Record::TooLong => Err(invalid("the header: ", &Flaw::TooLong.to_string())),
            _ => Err(invalid(
                "the header",
                &format!(" has more than {MAX_COLUMNS} columns"),
            )),
        }
    }

    fn read_record(&mut self) -> io::Result<bool> {
        self.skip_newlines()?;
        self.line = self.parser.line() + self.skipped;
        let (mut bytes, mut fields) = (0, 0);
        let mut record = None;
        loop {
            let input = self.input.fill_buf()?;
            let (result, read, wrote, ended) =
                self.parser
                    .read_record(input, &mut self.fields[bytes..], &mut self.ends[fields..]);
            self.input.consume(read);
            self.position += read as u64;
            (bytes, fields) = (bytes + wrote, fields + ended);
            match result {
                ReadRecordResult::InputEmpty => {}
                // The rest of such a record is read over what was kept of it.
                ReadRecordResult::OutputFull => (bytes, record) = (0, Some(Record::TooLong)),
                ReadRecordResult::OutputEndsFull => {
                    (fields, record) = (0, record.or(Some(Record::TooManyFields)))
                }
                ReadRecordResult::Record => {
                    self.record = record.unwrap_or(Record::Whole { fields });
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Skips the newlines before a record, so that it begins on the line it is said to: the parser
    /// leaves the second half of `\r\n` to the next record, and blank lines are none.
    fn skip_newlines(&mut self) -> io::Result<()> {
        loop {
            let input = self.input.fill_buf()?;
            let newlines = input
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'));
            let (read, lines) = newlines.fold((0, 0), |(n, lines), byte| {
                (n + 1, lines + u64::from(*byte == b'\n'))
            });
            self.input.consume(read);
            self.position += read as u64;
            self.skipped += lines;
            if read == 0 {
                return Ok(());
            }
        }
    }

    fn cells(&self, fields: usize) -> impl Iterator<Item = &[u8]> {
        let ends = &self.ends[..fields];
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts
            .zip(ends)
            .map(|(start, end)| &self.fields[start..*end])
    }
}

impl<R: Read + Send> Records for Delimited<R> {
    fn advance(&mut self) -> io::Result<bool> {
        self.read_record()
    }

    fn pour(&self, table: &mut Table) -> Result<(), Flaw> {
        let columns = table.columns();
        match self.record {
            Record::Whole { fields } if fields == columns => {
                table.begin_row();
                self.cells(fields)
                    .enumerate()
                    .for_each(|(at, bytes)| table.enter(at, Cell::of(bytes)));
                Ok(())
            }
            Record::Whole { fields } => Err(Flaw::Ragged {
                fields: Some(fields),
                columns,
            }),
            Record::TooManyFields => Err(Flaw::Ragged {
                fields: None,
                columns,
            }),
            Record::TooLong => Err(Flaw::TooLong),
        }
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn position(&self) -> u64 {
        self.position
    }
}

fn invalid(what: &str, reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what}{reason}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads all of `text`; returns the columns' names, and each record's line and flaw.
    fn read(text: &[u8], delimiter: u8) -> (Vec<String>, Vec<(u64, Option<Flaw>)>) {
        let mut table = Table::default();
        let mut records = Delimited::open(text, delimiter, &mut table).unwrap();
        let mut found = Vec::new();
        while records.advance().unwrap() {
            found.push((records.line(), records.pour(&mut table).err()));
        }
        assert_eq!(records.position(), text.len() as u64);
        (table.names(), found)
    }

    fn ragged(fields: usize, columns: usize) -> Option<Flaw> {
        Some(Flaw::Ragged {
            fields: Some(fields),
            columns,
        })
    }

    #[test]
    fn quoted_fields_may_hold_delimiters_and_newlines() {
        let (names, records) = read(
            b"\xef\xbb\xbfport,note\r\nWick,\"a, \"\"b\"\"\n c\"\nOban,d",
            b',',
        );
        assert_eq!(names, ["port", "note"]);
        assert_eq!(records, [(2, None), (4, None)]);
    }

    #[test]
    fn ragged_rows_are_flawed_and_the_rest_goes_on() {
        let (_, records) = read(b"a\tb\n1\t2\n3\n4\t5\t6\n\n7\t8\n", b'\t');
        let flaws: Vec<_> = records.into_iter().map(|(_, flaw)| flaw).collect();
        assert_eq!(flaws, [None, ragged(1, 2), ragged(3, 2), None]);
    }

    #[test]
    fn a_record_without_end_is_skipped_in_bounded_memory() {
        let mut text = b"a,b\n1,2\n\"open".to_vec();
        text.resize(3 * MAX_RECORD, b'x');
        text.extend_from_slice(b"\",5\n6,7\n");
        let (_, records) = read(&text, b',');
        assert_eq!(records, [(2, None), (3, Some(Flaw::TooLong)), (4, None)]);
    }

    #[test]
    fn a_record_of_countless_fields_is_ragged() {
        let text = format!("a,b\n{}\n1,2\n", ",".repeat(5 * MAX_COLUMNS));
        let (_, records) = read(text.as_bytes(), b',');
        assert_eq!(
            records[0].1,
            Some(Flaw::Ragged {
                fields: None,
                columns: 2
            })
        );
        assert_eq!(records[1].1, None);
    }

    #[test]
    fn a_header_too_wide_is_refused() {
        let text = ",".repeat(MAX_COLUMNS);
        let error = Delimited::open(text.as_bytes(), b',', &mut Table::default())
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            format!("the header has more than {MAX_COLUMNS} columns")
        );
    }

    #[test]
    fn an_empty_file_has_no_columns() {
        assert_eq!(read(b"", b','), (vec![], vec![]));
        assert_eq!(
            read(b"a,b\n", b','),
            (vec!["a".to_owned(), "b".to_owned()], vec![])
        );
    }

    /// Reads all records but the first with the csv crate, which keeps whole records in memory.
    fn with_csv(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
        let records = reader.byte_records().map(Result::unwrap);
        records
            .map(|record| record.iter().map(<[u8]>::to_vec).collect())
            .collect()
    }

    proptest! {
        #[test]
        fn records_are_those_of_the_csv_crate(
            text in "([ab,\"é]|\r|\n|\r\n){0,80}".prop_map(String::into_bytes)
        ) {
            let mut records = Delimited::open(&*text, b',', &mut Table::default()).unwrap();
            let mut found = Vec::new();
            while records.advance().unwrap() {
                let Record::Whole { fields } = records.record else { panic!("it did not fit") };
                found.push(records.cells(fields).map(<[u8]>::to_vec).collect::<Vec<_>>());
            }
            prop_assert_eq!(found, with_csv(&text));
        }
    }
}
