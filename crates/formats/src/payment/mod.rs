//! Payment files: each row is one item of a batch.
//!
//! A row keeps three accounts apart: the payer, the payee, and an account whose side the file does not state.
//! Which side of the batch is the single one is not known here. The importer knows it from the batch type: it
//! reads a neutral account, email or uid as the other side, and checks a column of the single side against
//! the batch's own account.
//!
//! To add a column: give [`PaymentField`] a variant, [`COLUMNS`] a row at the same position, [`PaymentRow`] a field,
//! and read it in `take`. The amount stays text: its scale depends on the account's currency, which is not
//! known here.

mod columns;

use std::io::{Read, Seek};

use domain::code::Code;

pub(crate) use columns::WITHOUT_AMOUNTS;
pub use columns::{COLUMNS, PaymentField};

use crate::header::Choices;
use crate::layout::fold;
use crate::number_style::NumberStyle;
use crate::open::{FileForm, FileOptions, Opened, open};
use crate::problem::Problem;
use crate::read_error::ReadError;
use crate::refusal::Proposal;
use crate::report::Summary;
use crate::row::{Notes, Row};
use crate::sheet::Sheet;
use crate::table::Table;

/// The payment fields that the uploader mapped to headers.
pub type PaymentMapping = crate::header::ColumnMapping<PaymentField>;

/// Whether each row must have an amount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AmountColumn {
    /// Every row has an amount.
    #[default]
    Required,
    /// Rows may name only payees, or payees and ratios: amounts are entered or split later.
    Optional,
}

/// The uploader's options for a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentFileOptions {
    /// What the file is; what is not said is found out.
    pub file: FileOptions,
    /// Mapped headers; they take precedence over names.
    pub map: PaymentMapping,
    /// How amounts are written.
    pub numbers: NumberStyle,
    /// Headers of columns to ignore. A column that is also mapped is read.
    pub ignore: Vec<String>,
    /// Whether each row must have an amount.
    pub amounts: AmountColumn,
}

/// The side of a payment that a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The paying side.
    Payer,
    /// The side that is paid.
    Payee,
}

/// A readable row; whether it can be paid is decided by the service. Texts are trimmed and otherwise as in
/// the file, except that full-width digits are folded in all fields but `memo` and `reference`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentRow {
    /// The line the row begins on.
    pub line: u64,
    /// The account that pays.
    pub payer: Option<String>,
    /// The account that is paid.
    pub payee: Option<String>,
    /// An account whose side the file does not state.
    pub account: Option<String>,
    /// The counterparty's email.
    pub email: Option<String>,
    /// The counterparty's uid.
    pub uid: Option<String>,
    /// The amount; always present unless amounts are [`AmountColumn::Optional`].
    pub amount: Option<String>,
    /// The row's share of a total.
    pub ratio: Option<String>,
    /// The currency code.
    pub currency: Option<String>,
    /// What the payment is for.
    pub memo: Option<String>,
    /// Free text for the payee.
    pub reference: Option<String>,
    /// The uploader's id for this payment.
    pub external_id: Option<String>,
    /// The key of the refused row that this row corrects.
    pub row_key: Option<String>,
}

/// Reads a payment file page by page.
pub struct PaymentReader<S> {
    table: Table<S>,
    amounts: AmountColumn,
    count: RowCount,
    refused: Vec<PaymentRow>,
}

impl PaymentReader<Box<dyn Sheet + Send>> {
    /// Opens a file of any kind and says what it is; see [`open`] and [`PaymentReader::over`].
    pub fn open<R>(read: R, options: &PaymentFileOptions) -> Result<(Self, FileForm), ReadError>
    where
        R: Read + Seek + Send + 'static,
    {
        let Opened { sheet, form } = open(read, &options.file)?;
        Ok((Self::over(sheet, options)?, form))
    }
}

impl<S: Sheet> PaymentReader<S> {
    /// Reads the header of a sheet. Refuses one that has no rows or cannot be read as a whole; `COLUMN_MISSING` and
    /// `COLUMN_UNDECIDED` come with hints ([`crate::refusal::FileRefusal`]).
    pub fn over(sheet: S, options: &PaymentFileOptions) -> Result<Self, ReadError> {
        let choices = Choices {
            delimiter: sheet.delimiter(),
            mapped: options.map.places(|field| field as usize),
            style: options.numbers.clone(),
            ignored: &options.ignore,
        };
        let (layout, amount) = match options.amounts {
            AmountColumn::Required => (&columns::WITH_AMOUNTS, Some(PaymentField::Amount as usize)),
            AmountColumn::Optional => (&columns::WITHOUT_AMOUNTS, None),
        };
        let table = Table::open(sheet, layout, &choices, amount)?;
        let is_mapped = choices.mapped.iter().any(|(field, _)| *field == PaymentField::ExternalId as usize);
        let has_ids = table.header.place(PaymentField::ExternalId as usize).is_some();
        Ok(Self {
            table,
            amounts: options.amounts,
            count: RowCount { is_possible: has_ids && !is_mapped },
            refused: Vec::new(),
        })
    }

    /// Reads up to `max_rows` records and appends them to `rows` or `problems`; blank rows and total rows are
    /// skipped. Returns false once the file has been read. After an error, reading cannot continue. A file
    /// with only blank rows is refused here with `FILE_NO_ROWS`.
    pub fn next_page(
        &mut self,
        max_rows: usize,
        rows: &mut Vec<PaymentRow>,
        problems: &mut Vec<Problem>,
    ) -> Result<bool, ReadError> {
        let (amounts, count, refused) = (self.amounts, &mut self.count, &mut self.refused);
        self.table.page(max_rows, rows, problems, |row, notes| take(row, amounts, count, refused, notes))
    }

    /// The rows of the last page that were readable but have problems, so that they can be stored with their
    /// content. Call this after each page.
    pub fn take_refused(&mut self) -> Vec<PaymentRow> {
        std::mem::take(&mut self.refused)
    }

    /// Headers of the columns that are not read, as in the file.
    #[must_use]
    pub fn ignored_columns(&self) -> Vec<String> {
        self.table.header.ignored()
    }

    /// Columns that may mean a field but are not read unless they are mapped, such as a serial number for an
    /// external id.
    #[must_use]
    pub fn proposals(&self) -> &[Proposal] {
        self.table.header.proposals()
    }

    /// The header of a field as in the file, to name it in a problem; none if the file has no such column.
    #[must_use]
    pub fn header(&self, field: PaymentField) -> Option<&str> {
        self.table.header.name(field as usize)
    }

    /// The side that a column names; none if the header does not state it, or the file has no such column. An
    /// email or a uid has a side if its header states one (`payee_email`, `付款人邮箱`).
    #[must_use]
    pub fn side(&self, field: PaymentField) -> Option<Side> {
        let header = fold(self.header(field)?);
        let begins = |names: [&str; 2]| names.iter().any(|name| header.starts_with(name));
        match field {
            PaymentField::Payer => Some(Side::Payer),
            PaymentField::Payee => Some(Side::Payee),
            PaymentField::Email | PaymentField::Uid if begins(["payee", "收款"]) => Some(Side::Payee),
            PaymentField::Email | PaymentField::Uid if begins(["payer", "付款"]) => Some(Side::Payer),
            _ => None,
        }
    }

    /// Whether the external ids read so far are 1, 2, 3 and so on in file order, in a column that was not
    /// mapped. If still true at the end of the file, they are only row numbers: the importer drops them and
    /// proposes the column for mapping. Once false, it stays false.
    #[must_use]
    pub const fn external_ids_are_a_row_count(&self) -> bool {
        self.count.is_possible
    }

    /// The summary of the file, complete once it has been read.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = self.table.summary();
        summary.external_ids_are_a_row_count = self.count.is_possible;
        if let Some(header) = self.header(PaymentField::ExternalId).filter(|_| self.count.is_possible) {
            summary.proposals.push(Proposal { field: "external_id", header: header.to_owned() });
        }
        summary
    }

    /// The line that the header was found on.
    #[must_use]
    pub const fn header_line(&self) -> u64 {
        self.table.header_line
    }

    /// How many bytes the reader's buffers hold, whatever the file size.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.table.capacity()
    }
}

/// Whether the external-id column only numbers the rows.
struct RowCount {
    is_possible: bool,
}

impl RowCount {
    /// `row` is the row number, from 1.
    fn observe(&mut self, row: u64, id: Option<&str>) {
        if self.is_possible {
            self.is_possible = id.is_some_and(|id| id.parse() == Ok(row));
        }
    }
}

fn take(
    row: &Row<'_>,
    amounts: AmountColumn,
    count: &mut RowCount,
    refused: &mut Vec<PaymentRow>,
    notes: &mut Notes<'_>,
) -> Option<PaymentRow> {
    let before = notes.problems.len();
    let mut value = |field: PaymentField| row.take(field as usize, notes);
    let [payer, payee, account, email, uid, amount] = [
        PaymentField::Payer,
        PaymentField::Payee,
        PaymentField::Account,
        PaymentField::Email,
        PaymentField::Uid,
        PaymentField::Amount,
    ]
    .map(&mut value);
    let is_named = [&payer, &payee, &account, &email, &uid].into_iter().any(Option::is_some);
    if !notes.report.count(row.line, is_named, amount.as_deref()) {
        return None;
    }
    if amount.is_none() && amounts == AmountColumn::Required {
        notes.problems.push(row.problem(PaymentField::Amount as usize, Code::AmountMissing));
    }
    if !is_named {
        notes.problems.push(Problem::of_row(row.line, Code::PayeeMissing, ""));
    }
    let mut value = |field: PaymentField| row.take(field as usize, notes);
    let [ratio, currency, external_id, row_key] =
        [PaymentField::Ratio, PaymentField::Currency, PaymentField::ExternalId, PaymentField::RowKey]
            .map(&mut value);
    count.observe(notes.report.totals.rows, external_id.as_deref());
    let memo = row.take(PaymentField::Memo as usize, notes);
    let reference = row.take(PaymentField::Reference as usize, notes);
    let payment = PaymentRow {
        line: row.line,
        payer,
        payee,
        account,
        email,
        uid,
        amount,
        ratio,
        currency,
        memo,
        reference,
        external_id,
        row_key,
    };
    if notes.problems.len() == before {
        return Some(payment);
    }
    refused.push(payment);
    None
}
