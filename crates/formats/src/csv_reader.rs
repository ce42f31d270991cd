//! A streaming CSV reader with bounded memory, whatever the input.
//!
//! It is built on `csv-core` rather than `csv`, because `csv` would buffer a field of 100 MB before it could
//! be refused. Here a field is cut at [`FIELD_MAX`], the rest of its record is skipped, and reading
//! continues.

use std::io::{ErrorKind, Read};

use csv_core::ReadRecordResult;
use domain::code::Code;

use crate::delimiter::Delimiter;
use crate::kind;
use crate::problem::{Problem, shorten};
use crate::read_error::ReadError;
use crate::sheet::{COLUMNS_MAX, Oversized, Sheet, Step};

/// The maximum field length, in bytes.
pub const FIELD_MAX: usize = 32 * 1024;

/// The size of one read.
const INPUT_BYTES: usize = 64 * 1024;

/// Reads records one at a time.
pub struct CsvReader<R> {
    read: R,
    delimiter: Delimiter,
    core: csv_core::Reader,
    input: Vec<u8>,
    start: usize,
    end: usize,
    output: Vec<u8>,
    written: usize,
    ends: Vec<usize>,
    fields: usize,
    lines: Lines,
    record_line: u64,
    blank_lines: u64,
    /// Whether the first line names the delimiter.
    is_declared: bool,
}

impl<R: Read> CsvReader<R> {
    /// Starts reading: refuses a file that is not CSV by its first bytes, and drops a byte order mark. A first line such
    /// as `sep=;` is the file's own statement and takes precedence over `delimiter`.
    pub fn new(read: R, delimiter: Delimiter) -> Result<Self, ReadError> {
        let core = core(delimiter);
        let mut reader = Self {
            read,
            delimiter,
            core,
            input: vec![0; INPUT_BYTES],
            start: 0,
            end: 0,
            output: vec![0; FIELD_MAX * 2],
            written: 0,
            ends: vec![0; COLUMNS_MAX + 1],
            fields: 0,
            lines: Lines { line: 1, after_cr: false },
            record_line: 1,
            blank_lines: 0,
            is_declared: false,
        };
        while reader.end < INPUT_BYTES && reader.fill_more()? {}
        reader.begin()?;
        Ok(reader)
    }

    fn begin(&mut self) -> Result<(), ReadError> {
        let bytes = self.rest();
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let (kind, declared) = (kind::of(text), Delimiter::declared(text));
        self.start = bytes.len() - text.len();
        if let Some((delimiter, length)) = declared {
            (self.delimiter, self.core, self.is_declared) = (delimiter, core(delimiter), true);
            self.lines.pass(self.input.get(self.start..self.start + length).unwrap_or_default());
            self.start += length;
        }
        match kind {
            Some(kind) => Err(Problem::of_row(1, Code::FileUnsupported, kind).into()),
            None => Ok(()),
        }
    }

    fn oversized(&self) -> Option<Oversized> {
        if self.fields > COLUMNS_MAX {
            return Some(Oversized { column: None, value: format!(">{COLUMNS_MAX}") });
        }
        let field = self.output.get(self.field_start()..self.written)?;
        let too_long = field.len() > FIELD_MAX;
        too_long.then(|| Oversized { column: Some(self.fields), value: shorten(field) })
    }

    /// Skips the rest of the record.
    fn skip(&mut self, mut done: bool) -> Result<(), ReadError> {
        while !done {
            (self.written, self.fields) = (0, 0);
            done = self.run()?;
        }
        Ok(())
    }

    fn field_start(&self) -> usize {
        self.fields.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0)
    }

    /// Calls the parser once; returns true at the end of a record. At the end of the input the parser is
    /// given the newline that may be missing: if even that does not end the record, a quote is still open.
    fn run(&mut self) -> Result<bool, ReadError> {
        self.fill()?;
        let limit = self.field_start() + FIELD_MAX + 1;
        if self.output.len() < limit {
            self.output.resize(limit, 0);
        }
        let rest = self.input.get(self.start..self.end).unwrap_or_default();
        let input = if rest.is_empty() { b"\n" } else { rest };
        let room = self.output.get_mut(self.written..limit).unwrap_or_default();
        let ends = self.ends.get_mut(self.fields..).unwrap_or_default();
        let (result, read, wrote, ended) = self.core.read_record(input, room, ends);
        let done = matches!(result, ReadRecordResult::Record);
        if rest.is_empty() && !done {
            return Err(self.not_closed());
        }
        self.written += wrote;
        self.fields += ended;
        if rest.is_empty() {
            return Ok(true);
        }
        self.lines.pass(rest.get(..read).unwrap_or_default());
        self.start += read;
        Ok(done)
    }

    fn not_closed(&self) -> ReadError {
        let begin = self.output.get(..self.written).unwrap_or_default();
        Problem::of_row(self.record_line, Code::QuoteNotClosed, begin).into()
    }

    fn rest(&self) -> &[u8] {
        self.input.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads more input if the buffer has been parsed; at the end of the file it stays empty.
    fn fill(&mut self) -> Result<(), ReadError> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            self.fill_more()?;
        }
        Ok(())
    }

    fn fill_more(&mut self) -> Result<bool, ReadError> {
        let room = self.input.get_mut(self.end..).unwrap_or_default();
        loop {
            match self.read.read(room) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl<R: Read> Sheet for CsvReader<R> {
    fn line(&self) -> u64 {
        self.record_line
    }

    fn delimiter(&self) -> Option<Delimiter> {
        Some(self.delimiter)
    }

    fn remarks(&self) -> Vec<Problem> {
        let remark = || Problem::of_row(1, Code::DelimiterLine, self.delimiter.name());
        self.is_declared.then(remark).into_iter().collect()
    }

    fn blank_lines(&self) -> u64 {
        self.blank_lines
    }

    fn forget_blank_lines(&mut self) {
        self.blank_lines = 0;
    }

    /// At most about 16 MiB, 128 KiB for ordinary files.
    fn capacity(&self) -> usize {
        self.input.capacity() + self.output.capacity()
    }

    fn record(&self) -> (&[u8], &[usize]) {
        let bytes = self.output.get(..self.written).unwrap_or_default();
        (bytes, self.ends.get(..self.fields).unwrap_or_default())
    }

    fn at_end(&mut self) -> Result<bool, ReadError> {
        loop {
            self.fill()?;
            let rest = self.input.get(self.start..self.end).unwrap_or_default();
            let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            let (left, empty) = (blank < rest.len(), rest.is_empty());
            let before = self.lines.line;
            self.lines.pass(rest.get(..blank).unwrap_or_default());
            self.blank_lines += self.lines.line - before;
            self.start += blank;
            if left || empty {
                return Ok(empty);
            }
        }
    }

    fn advance(&mut self) -> Result<Step, ReadError> {
        if self.at_end()? {
            return Ok(Step::End);
        }
        (self.written, self.fields, self.record_line) = (0, 0, self.lines.line);
        loop {
            let done = self.run()?;
            if let Some(oversized) = self.oversized() {
                self.skip(done)?;
                return Ok(Step::Oversized(oversized));
            }
            if done {
                return Ok(Step::Record);
            }
        }
    }
}

fn core(delimiter: Delimiter) -> csv_core::Reader {
    csv_core::ReaderBuilder::new().delimiter(delimiter.byte()).build()
}

/// Counts lines as an editor does: LF, CRLF and CR each end a line. `csv-core` counts only LF.
struct Lines {
    line: u64,
    after_cr: bool,
}

impl Lines {
    fn pass(&mut self, bytes: &[u8]) {
        if !self.after_cr && !bytes.contains(&b'\r') {
            self.line += bytes.iter().map(|b| u64::from(*b == b'\n')).sum::<u64>();
            return;
        }
        for byte in bytes {
            let ended = *byte == b'\r' || (*byte == b'\n' && !self.after_cr);
            self.line += u64::from(ended);
            self.after_cr = *byte == b'\r';
        }
    }
}
