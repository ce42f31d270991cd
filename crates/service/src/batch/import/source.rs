//! A file as it is read: its columns, its rows in the common form, and what it holds beside them.

use super::{Expected, Line, PAGE};
use crate::Error;
use crate::batch::rows::NewRow;
use crate::payee::{Field, Given, Side};
use domain::amount::{Amount, format_minor};
use domain::code::Code;
use domain::script::Digits;
use formats::payment::{Options, PaymentReader, PaymentRow};
use formats::problem::{Problem, ReadError};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

/// What a file holds, whatever became of its rows.
#[derive(Debug, Clone, Default)]
pub struct FileReport {
    /// SHA-256 of its bytes.
    pub hash: String,
    /// Its rows.
    pub rows: u64,
    /// The sum of all amounts that can be read, major units.
    pub sum: String,
    /// Headers of columns that were not read.
    pub ignored_columns: Vec<String>,
}

impl FileReport {
    /// Holds the file against the sender's control totals.
    pub(super) fn check(&self, expected: &Expected) -> Result<(), Error> {
        let rows = expected.rows.filter(|rows| *rows != self.rows);
        let total = expected.total.as_deref().filter(|total| !same_amount(total, &self.sum));
        let mut differs =
            rows.map(|rows| format!("rows {}, expected {rows}", self.rows)).into_iter().collect::<Vec<_>>();
        differs.extend(total.map(|total| format!("sum {}, expected {total}", self.sum)));
        if differs.is_empty() { Ok(()) } else { Err(Error::refused(Code::ControlTotal, differs.join("; "))) }
    }
}

/// Decimals in which control totals are compared.
const DECIMALS: u8 = 8;

fn same_amount(a: &str, b: &str) -> bool {
    let read = |text: &str| Amount::parse(text.trim(), DECIMALS).ok();
    read(a).is_some() && read(a) == read(b)
}

/// What the file calls its columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns(Vec<(Field, String)>);

impl Columns {
    /// A field's header as it is in the file. The row's own side may be in a column that does not say its side.
    pub(super) fn name(&self, field: Field) -> Option<&str> {
        let of =
            |wanted: Field| self.0.iter().find(|(field, _)| *field == wanted).map(|(_, name)| name.as_str());
        match field {
            Field::Payer | Field::Payee => of(field).or_else(|| of(Field::Account)),
            field => of(field),
        }
    }

    /// Whether the file names the refused rows that it repairs.
    pub(super) fn has_keys(&self) -> bool {
        self.name(Field::RowKey).is_some()
    }
}

/// A file that was opened: its header is read.
pub(crate) struct Source<R> {
    reader: PaymentReader<Hashing<R>>,
    hash: Arc<Mutex<Sha256>>,
    pub(super) columns: Columns,
}

/// Rows in the common form, and what is wrong with others.
#[derive(Debug)]
pub(crate) struct ParsedPage {
    pub lines: Vec<Line>,
    pub problems: Vec<Problem>,
}

/// What the parsing thread sends.
pub(super) enum Parsed {
    Page(ParsedPage),
    End(Box<FileReport>),
}

impl<R: Read + Send + 'static> Source<R> {
    /// Reads the header.
    pub(super) async fn open(read: R, options: &Options) -> Result<Self, Error> {
        let hash = Arc::new(Mutex::new(Sha256::new()));
        let (options, hashing) = (options.clone(), Hashing { inner: read, hash: Arc::clone(&hash) });
        let opened = tokio::task::spawn_blocking(move || PaymentReader::open(hashing, &options)).await;
        let reader = opened.map_err(std::io::Error::other)??;
        let columns = columns(&reader);
        Ok(Self { reader, hash, columns })
    }

    /// Parses on a thread of its own, two pages ahead at most. The report comes last.
    pub(super) fn parse(mut self) -> mpsc::Receiver<Result<Parsed, ReadError>> {
        let (pages, receiver) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            loop {
                let (mut rows, mut problems) = (Vec::new(), Vec::new());
                let result = self.reader.next_page(PAGE, &mut rows, &mut problems);
                let more = matches!(result, Ok(true));
                let failed = result.is_err();
                let page = result.map(|_| Parsed::Page(self.page(rows, problems)));
                if pages.blocking_send(page).is_err() || failed {
                    return;
                }
                if !more {
                    // The receiver may be gone; then nobody asks.
                    drop(pages.blocking_send(Ok(Parsed::End(Box::new(self.report())))));
                    return;
                }
            }
        });
        receiver
    }
}

/// Hashes what passes through it.
struct Hashing<R> {
    inner: R,
    hash: Arc<Mutex<Sha256>>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let (Ok(mut hash), Some(bytes)) = (self.hash.lock(), buffer.get(..read)) {
            hash.update(bytes);
        }
        Ok(read)
    }
}

/// The row's fields as they were written, for a refused row that is kept.
pub(super) fn content(row: &NewRow) -> Map<String, Value> {
    let given = row.given.iter().map(|given| (given.field, Some(&given.written)));
    let others = [
        (Field::Amount, row.amount.as_ref()),
        (Field::Ratio, row.ratio.as_ref()),
        (Field::Currency, row.currency.as_ref()),
        (Field::Memo, row.memo.as_ref()),
        (Field::Reference, row.reference.as_ref()),
        (Field::ExternalId, row.external_id.as_ref()),
    ];
    let written = given.chain(others).filter_map(|(field, text)| Some((field, text?)));
    written.map(|(field, text)| (field.column().to_owned(), Value::from(text.as_str()))).collect()
}

// SHIM-BEGIN
fn columns<R: Read>(_reader: &PaymentReader<R>) -> Columns {
    let all = [
        Field::Payer,
        Field::Account,
        Field::Email,
        Field::Uid,
        Field::Amount,
        Field::Currency,
        Field::Memo,
        Field::Reference,
    ];
    Columns(all.into_iter().map(|field| (field, field.column().to_owned())).collect())
}
impl<R: Read> Source<R> {
    fn page(&self, rows: Vec<PaymentRow>, problems: Vec<Problem>) -> ParsedPage {
        ParsedPage { lines: rows.into_iter().map(line).collect(), problems }
    }

    fn report(&self) -> FileReport {
        let hash =
            self.hash.lock().map_or_else(|_| String::new(), |h| ledger::digest::hex(&h.clone().finalize()));
        FileReport { hash, rows: 0, sum: format_minor(0, 2), ignored_columns: Vec::new() }
    }
}
fn line(row: PaymentRow) -> Line {
    let digits = Digits::Fold;
    let mut given = Vec::with_capacity(1);
    given.extend(row.source.map(|text| Given::account(Some(Side::Payer), Field::Payer, text, digits)));
    given.extend(row.account.map(|text| Given::account(None, Field::Account, text, digits)));
    given.extend(row.email.map(|text| Given::email(None, text, digits)));
    given.extend(row.uid.map(|text| Given::uid(None, text, digits)));
    let new = NewRow {
        given,
        amount: Some(row.amount),
        ratio: None,
        currency: row.currency,
        memo: row.memo,
        reference: row.reference,
        external_id: None,
    };
    Line { line: i64::try_from(row.line).unwrap_or(i64::MAX), key: None, row: new }
}
// SHIM-END
