//! A file as it is read: its columns, and its rows in the common form.

use crate::Error;
use crate::batch::items::number_of_rows;
use crate::batch::rows::row::NewRow;
use crate::file::{FileReport, hash_of};
use crate::payee::{Field, Given, Side};
use domain::script::Digits;
use formats::open::FileForm;
use formats::payment::{PaymentField, PaymentFileOptions, PaymentReader, PaymentRow, Side as PaymentSide};
use formats::problem::Problem;
use formats::read_error::ReadError;
use formats::sheet::Sheet;
use serde_json::{Map, Value};
use std::io::{Read, Seek};
use tokio::sync::mpsc;

/// Rows per page; a page is one transaction.
pub(super) const PAGE: usize = 10_000;

/// A row of a file.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its line number, from 1.
    pub line: i64,
    /// The key of the refused row that it repairs.
    pub key: Option<String>,
    pub row: NewRow,
}

/// The file's column headers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns(Vec<(Field, String)>);

impl Columns {
    /// A field's header as written in the file. The row's own side may be in a column that does not name a
    /// side.
    pub(super) fn name(&self, field: Field) -> Option<&str> {
        let of =
            |wanted: Field| self.0.iter().find(|(field, _)| *field == wanted).map(|(_, name)| name.as_str());
        match field {
            Field::Payer | Field::Payee => of(field).or_else(|| of(Field::Account)),
            field => of(field),
        }
    }

    /// The column in which the rows name their own side.
    pub(super) fn own_field(&self, side: Side) -> Field {
        match side {
            _ if self.has(Field::Account) => Field::Account,
            Side::Payer => Field::Payer,
            Side::Payee => Field::Payee,
        }
    }

    /// Whether the file has a column for a field.
    pub(super) fn has(&self, field: Field) -> bool {
        self.0.iter().any(|(own, _)| *own == field)
    }

    /// Whether the file names the refused rows that it repairs.
    pub(super) fn has_keys(&self) -> bool {
        self.has(Field::RowKey)
    }
}

/// An opened file whose header has been read.
pub(crate) struct Source {
    reader: PaymentReader<Box<dyn Sheet + Send>>,
    form: FileForm,
    hash: String,
    pub(super) columns: Columns,
    sides: Sides,
}

/// The sides that the e-mail and uid columns name.
#[derive(Debug, Clone, Copy)]
struct Sides {
    email: Option<Side>,
    uid: Option<Side>,
}

/// Rows in the common form, and the problems of other rows.
#[derive(Debug)]
pub(crate) struct ParsedPage {
    pub lines: Vec<Line>,
    /// Rows that could not be read completely; `problems` says why.
    pub refused: Vec<Line>,
    pub problems: Vec<Problem>,
}

impl ParsedPage {
    /// How many rows of the file it is made of, readable or not.
    pub(super) fn rows(&self) -> i64 {
        let mut lines: Vec<u64> = self.problems.iter().map(|problem| problem.line).collect();
        lines.sort_unstable();
        lines.dedup();
        number_of_rows(self.lines.len() + lines.len())
    }
}

/// What the parsing thread sends.
pub(super) enum Parsed {
    Page(ParsedPage),
    End(Box<FileReport>),
}

impl Source {
    /// Opens the file and reads its header.
    pub(super) async fn open<R>(mut read: R, options: &PaymentFileOptions) -> Result<Self, Error>
    where
        R: Read + Seek + Send + 'static,
    {
        let options = options.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let hash = hash_of(&mut read)?;
            let (reader, form) = PaymentReader::open(read, &options)?;
            Ok::<_, ReadError>((hash, reader, form))
        });
        let (hash, reader, form) = opened.await.map_err(std::io::Error::other)??;
        let side = |field| reader.side(field).map(side_of);
        let sides = Sides { email: side(PaymentField::Email), uid: side(PaymentField::Uid) };
        let columns = columns(&reader);
        Ok(Self { reader, form, hash, columns, sides })
    }

    /// Parses on a separate thread, with a look-ahead of at most two pages. The report comes last.
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
                    // The receiver may be gone; then the report is not needed.
                    drop(pages.blocking_send(Ok(Parsed::End(Box::new(self.report())))));
                    return;
                }
            }
        });
        receiver
    }

    fn page(&mut self, rows: Vec<PaymentRow>, problems: Vec<Problem>) -> ParsedPage {
        let sides = self.sides;
        let refused = self.reader.take_refused().into_iter().map(|row| line(row, sides)).collect();
        ParsedPage { lines: rows.into_iter().map(|row| line(row, sides)).collect(), refused, problems }
    }

    fn report(&self) -> FileReport {
        FileReport { hash: self.hash.clone(), form: self.form.clone(), summary: self.reader.summary() }
    }
}

const fn side_of(side: PaymentSide) -> Side {
    match side {
        PaymentSide::Payer => Side::Payer,
        PaymentSide::Payee => Side::Payee,
    }
}

fn columns(reader: &PaymentReader<impl Sheet>) -> Columns {
    let named = |field: &PaymentField| Some((field_of(*field), reader.header(*field)?.to_owned()));
    Columns(PaymentField::ALL.iter().filter_map(named).collect())
}

const fn field_of(field: PaymentField) -> Field {
    match field {
        PaymentField::Payer => Field::Payer,
        PaymentField::Payee => Field::Payee,
        PaymentField::Account => Field::Account,
        PaymentField::Email => Field::Email,
        PaymentField::Uid => Field::Uid,
        PaymentField::Amount => Field::Amount,
        PaymentField::Ratio => Field::Ratio,
        PaymentField::Currency => Field::Currency,
        PaymentField::Memo => Field::Memo,
        PaymentField::Reference => Field::Reference,
        PaymentField::ExternalId => Field::ExternalId,
        PaymentField::RowKey => Field::RowKey,
    }
}

/// A row in the common form. An account in a column that does not name a side is on the side that the batch
/// leaves to its rows.
fn line(row: PaymentRow, sides: Sides) -> Line {
    let digits = Digits::Fold;
    let mut given = Vec::with_capacity(1);
    given.extend(row.payer.map(|text| Given::account(Some(Side::Payer), Field::Payer, text, digits)));
    given.extend(row.payee.map(|text| Given::account(Some(Side::Payee), Field::Payee, text, digits)));
    given.extend(row.account.map(|text| Given::account(None, Field::Account, text, digits)));
    given.extend(row.email.map(|text| Given::email(sides.email, text, digits)));
    given.extend(row.uid.map(|text| Given::uid(sides.uid, text, digits)));
    let new = NewRow {
        given,
        amount: row.amount,
        ratio: row.ratio,
        currency: row.currency,
        memo: row.memo,
        reference: row.reference,
        external_id: row.external_id,
    };
    Line { line: i64::try_from(row.line).unwrap_or(i64::MAX), key: row.row_key, row: new }
}

/// The row's fields as written, for a refused row that is stored.
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
