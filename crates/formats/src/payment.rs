//! Payment files: one row, one item of a batch.
//!
//! To add a column: give [`Field`] a variant, [`COLUMNS`] a row in the same place, [`PaymentRow`] a field,
//! and read it in `take`. The amount stays text: its scale is the account's, which a file does not know.

use std::io::Read;

use domain::code::Code;

use crate::csv_reader::Delimiter;
use crate::header::{Column, fold};
use crate::problem::{Problem, ReadError};
use crate::table::{Layout, Next, Row, Table};

/// A column of a payment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The payee's account number.
    Account,
    /// The payee's email.
    Email,
    /// The payee's uid.
    Uid,
    /// How much.
    Amount,
    /// In which currency.
    Currency,
    /// What for.
    Memo,
    /// The payer's own number for this payment.
    Reference,
    /// The paying account, in files with many of them.
    Source,
}

impl Field {
    /// Every field, in the order of [`COLUMNS`].
    pub const ALL: [Self; 8] = [
        Self::Account,
        Self::Email,
        Self::Uid,
        Self::Amount,
        Self::Currency,
        Self::Memo,
        Self::Reference,
        Self::Source,
    ];

    /// The field of a name or of one of its synonyms.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let folded = fold(name);
        let is = |column: &Column| column.name == folded || column.synonyms.contains(&folded.as_str());
        COLUMNS.iter().position(is).and_then(|place| Self::ALL.get(place).copied())
    }
}

/// The columns of a payment file and the names they are found under.
pub const COLUMNS: &[Column] = &[
    Column {
        name: "account",
        synonyms: &[
            "accountnumber",
            "accountno",
            "accountid",
            "payee",
            "payeeaccount",
            "payeeidentifier",
            "receiver",
            "recipient",
            "beneficiary",
            "beneficiaryaccount",
            "to",
            "target",
            "targetaccount",
            "counterparty",
            "toaccount",
            "账号",
            "账户",
            "收款账号",
            "收款账户",
            "收款人账号",
            "转入账户",
            "目标账户",
            "对方账号",
        ],
    },
    Column {
        name: "email", synonyms: &["emailaddress", "payeeemail", "邮箱", "电子邮箱", "收款人邮箱"]
    },
    Column { name: "uid", synonyms: &["userid", "payeeuid", "用户id", "用户编号"] },
    Column {
        name: "amount", synonyms: &["value", "transferamount", "金额", "转账金额", "付款金额"]
    },
    Column { name: "currency", synonyms: &["ccy", "currencycode", "币种", "货币"] },
    Column {
        name: "memo",
        synonyms: &["note", "notes", "remark", "remarks", "description", "备注", "附言", "摘要", "用途"],
    },
    Column {
        name: "reference",
        synonyms: &["ref", "requestid", "paymentid", "externalid", "clientref", "参考号", "流水号", "业务号"],
    },
    Column {
        name: "source",
        synonyms: &[
            "sourceaccount",
            "from",
            "fromaccount",
            "payer",
            "payeraccount",
            "payeridentifier",
            "付款账号",
            "付款账户",
            "转出账户",
            "转出账号",
            "源账户",
        ],
    },
];

const LAYOUT: Layout = Layout {
    columns: COLUMNS,
    required: &[
        &[Field::Amount as usize],
        &[Field::Account as usize, Field::Email as usize, Field::Uid as usize],
    ],
};

/// Which header stands for which field, where the uploader said so; the others are matched by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping(Vec<(Field, String)>);

impl Mapping {
    /// Takes a field from the column with this header. A later choice for the same field replaces it.
    pub fn set(&mut self, field: Field, header: impl Into<String>) {
        self.0.retain(|(chosen, _)| *chosen != field);
        self.0.push((field, header.into()));
    }

    fn given(&self) -> Vec<(usize, &str)> {
        self.0.iter().map(|(field, header)| (*field as usize, header.as_str())).collect()
    }
}

/// What the uploader declares about a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// What separates fields.
    pub delimiter: Delimiter,
    /// Columns whose headers we would not find.
    pub mapping: Mapping,
}

/// A row that can be read; whether it can be paid is for a service to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentRow {
    /// The line on which the row begins.
    pub line: u64,
    /// The payee's account number.
    pub account: Option<String>,
    /// The payee's email.
    pub email: Option<String>,
    /// The payee's uid.
    pub uid: Option<String>,
    /// The paying account.
    pub source: Option<String>,
    /// The amount as it is written, trimmed.
    pub amount: String,
    /// The currency's code.
    pub currency: Option<String>,
    /// What the payment is for.
    pub memo: Option<String>,
    /// The payer's own number for this payment.
    pub reference: Option<String>,
}

/// Reads a payment file page by page.
pub struct PaymentReader<R> {
    table: Table<R>,
}

impl<R: Read> PaymentReader<R> {
    /// Reads the header, and refuses a file that has no rows or cannot be understood as a whole.
    pub fn open(read: R, options: &Options) -> Result<Self, ReadError> {
        let table = Table::open(read, options.delimiter, &LAYOUT, &options.mapping.given())?;
        Ok(Self { table })
    }

    /// Reads up to `max_rows` rows, good and bad, and appends what they are to `rows` and `problems`. False
    /// once the file has been read. After an error nothing more can be read.
    pub fn next_page(
        &mut self,
        max_rows: usize,
        rows: &mut Vec<PaymentRow>,
        problems: &mut Vec<Problem>,
    ) -> Result<bool, ReadError> {
        for _ in 0..max_rows {
            match self.table.next(problems)? {
                Next::Row(row) => rows.extend(take(&row, problems)),
                Next::Skipped => {}
                Next::End => return Ok(false),
            }
        }
        Ok(!self.table.at_end()?)
    }

    /// How many bytes the reader itself holds, whatever the file's size.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.table.capacity()
    }
}

fn take(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<PaymentRow> {
    let before = problems.len();
    let payment = PaymentRow {
        line: row.line,
        account: row.take(Field::Account as usize, problems),
        email: row.take(Field::Email as usize, problems),
        uid: row.take(Field::Uid as usize, problems),
        source: row.take(Field::Source as usize, problems),
        amount: row.need(Field::Amount as usize, Code::AmountMissing, problems),
        currency: row.take(Field::Currency as usize, problems),
        memo: row.take(Field::Memo as usize, problems),
        reference: row.take(Field::Reference as usize, problems),
    };
    if payment.account.is_none() && payment.email.is_none() && payment.uid.is_none() {
        problems.push(Problem::of_row(row.line, Code::PayeeMissing, ""));
    }
    (problems.len() == before).then_some(payment)
}
