//! Files as users send them: what is read from them, and every problem.
//!
//! To add a case, find the file for its subject. A case about wording needs a counterpart in Chinese.

mod account;
mod any_bytes;
mod bad_workbook;
mod count;
mod damage;
mod encoding;
mod export;
mod file;
mod fuzz;
mod header;
mod json_lines;
mod limits;
mod mapping;
mod number_style;
mod probe;
mod public_data;
mod refusal;
mod repair;
mod title;
mod workbook;

use std::io::{Cursor, Read};

use crate::account::{AccountFileOptions, AccountReader};
use crate::csv_reader::CsvReader;
use crate::delimiter::Delimiter;
use crate::open::{FileOptions, open};
use crate::payment::{PaymentFileOptions, PaymentReader, PaymentRow};
use crate::problem::Problem;
use crate::read_error::ReadError;

fn problem(p: &Problem) -> String {
    format!("! {} {} {} {:?}", p.line, p.column.as_deref().unwrap_or("-"), p.code, p.value)
}

fn payment(row: &PaymentRow) -> String {
    let named = [
        ("payer", &row.payer),
        ("payee", &row.payee),
        ("account", &row.account),
        ("email", &row.email),
        ("uid", &row.uid),
        ("ratio", &row.ratio),
        ("currency", &row.currency),
        ("memo", &row.memo),
        ("reference", &row.reference),
        ("external_id", &row.external_id),
        ("row_key", &row.row_key),
    ];
    let filled = named.iter().filter_map(|(name, value)| Some(format!(" {name}={:?}", value.as_deref()?)));
    format!("{} {:?}{}", row.line, row.amount.as_deref().unwrap_or("-"), filled.collect::<String>())
}

/// Payments in comma-separated UTF-8, without a look at what the file is.
fn payments<R: Read>(
    read: R,
    options: &PaymentFileOptions,
) -> Result<PaymentReader<CsvReader<R>>, ReadError> {
    PaymentReader::over(CsvReader::new(read, Delimiter::Comma)?, options)
}

/// Accounts in comma-separated UTF-8, without a look at what the file is.
fn accounts<R: Read>(
    read: R,
    options: &AccountFileOptions,
) -> Result<AccountReader<CsvReader<R>>, ReadError> {
    AccountReader::over(CsvReader::new(read, Delimiter::Comma)?, options)
}

/// Rows and problems in line order, one per line of text; or the refusal.
fn read_with(input: impl Read, options: &PaymentFileOptions, page: usize) -> Result<String, ReadError> {
    let mut reader = payments(input, options)?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    while reader.next_page(page, &mut rows, &mut problems)? {}
    let rows = rows.iter().map(|r| (r.line, payment(r)));
    let mut lines: Vec<_> = rows.chain(problems.iter().map(|p| (p.line, problem(p)))).collect();
    lines.sort_by_key(|(line, _)| *line);
    Ok(lines.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"))
}

fn shown(result: Result<String, ReadError>) -> String {
    match result {
        Ok(text) => text,
        Err(ReadError::Refused(refusal)) => format!("refused {}", problem(&refusal.problem)),
        Err(ReadError::Io(error)) => panic!("{error}"),
    }
}

fn check_with(options: &PaymentFileOptions, input: impl AsRef<[u8]>, expected: &str) {
    let expected = expected.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    for page in [1, 2, 1_000] {
        assert_eq!(shown(read_with(input.as_ref(), options, page)), expected, "page {page}");
    }
    assert_eq!(shown(read_with(Dribble(Cursor::new(input.as_ref())), options, 7)), expected, "byte by byte");
}

fn check(input: impl AsRef<[u8]>, expected: &str) {
    check_with(&PaymentFileOptions::default(), input, expected);
}

/// Rows, problems and remarks (`~`) of a file of any kind, in line order; or the refusal.
fn opened(bytes: Vec<u8>, form: &FileOptions, options: &PaymentFileOptions) -> Result<String, ReadError> {
    let sheet = open(Cursor::new(bytes), form)?.sheet;
    let mut reader = PaymentReader::over(sheet, options)?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    while reader.next_page(3, &mut rows, &mut problems)? {}
    let rows = rows.iter().map(|row| (row.line, payment(row)));
    let mut lines: Vec<_> = rows.chain(problems.iter().map(|p| (p.line, problem(p)))).collect();
    lines.sort_by_key(|(line, _)| *line);
    let remarks = reader.summary().remarks;
    let remarks = remarks.iter().map(|remark| problem(remark).replacen('!', "~", 1));
    Ok(remarks.chain(lines.into_iter().map(|(_, text)| text)).collect::<Vec<_>>().join("\n"))
}

/// Checks a file of any kind whose form is found by its content.
fn check_any(bytes: impl Into<Vec<u8>>, expected: &str) {
    check_opened(bytes, &FileOptions::default(), &PaymentFileOptions::default(), expected);
}

fn check_opened(bytes: impl Into<Vec<u8>>, form: &FileOptions, options: &PaymentFileOptions, expected: &str) {
    let expected = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>();
    assert_eq!(shown(opened(bytes.into(), form, options)), expected.join("\n"));
}

/// Yields one byte at a time, like a slow upload.
struct Dribble<R>(R);

impl<R: Read> Read for Dribble<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}
