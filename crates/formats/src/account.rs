//! Account files: one row, one account to open.
//!
//! To add a column, give [`COLUMNS`] a row at the end, name its place, and read it in `take`.

use std::io::Read;

use domain::code::Code;

use crate::csv_reader::Delimiter;
use crate::header::Column;
use crate::problem::{Problem, ReadError};
use crate::table::{Layout, Next, Row, Table};

/// The columns of an account file and the names they are found under.
pub const COLUMNS: &[Column] = &[
    Column {
        name: "number",
        synonyms: &["account", "accountnumber", "accountno", "accountid", "账号", "账户", "账户号"],
    },
    Column {
        name: "holder",
        synonyms: &[
            "name",
            "holdername",
            "accountholder",
            "owner",
            "户名",
            "姓名",
            "名称",
            "持有人",
            "账户持有人",
        ],
    },
    Column { name: "email", synonyms: &["emailaddress", "邮箱", "电子邮箱"] },
    Column { name: "uid", synonyms: &["userid", "用户id", "用户编号"] },
    Column { name: "currency", synonyms: &["ccy", "currencycode", "币种", "货币"] },
    Column {
        name: "opening", synonyms: &["openingbalance", "balance", "期初余额", "初始余额", "余额"]
    },
];

const NUMBER: usize = 0;
const HOLDER: usize = 1;
const EMAIL: usize = 2;
const UID: usize = 3;
const CURRENCY: usize = 4;
const OPENING: usize = 5;

const LAYOUT: Layout = Layout { columns: COLUMNS, required: &[&[NUMBER], &[HOLDER], &[CURRENCY]] };

/// An account to open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountRow {
    /// The line on which the row begins.
    pub line: u64,
    /// The account's number.
    pub number: String,
    /// The holder's name.
    pub holder: String,
    /// The holder's email.
    pub email: Option<String>,
    /// The holder's uid.
    pub uid: Option<String>,
    /// The currency's code.
    pub currency: String,
    /// The opening balance as it is written, trimmed.
    pub opening: Option<String>,
}

/// Reads an account file page by page.
pub struct AccountReader<R> {
    table: Table<R>,
}

impl<R: Read> AccountReader<R> {
    /// Reads the header, and refuses a file that has no rows or cannot be understood as a whole.
    pub fn open(read: R, delimiter: Delimiter) -> Result<Self, ReadError> {
        Ok(Self { table: Table::open(read, delimiter, &LAYOUT, &[])? })
    }

    /// Reads up to `max_rows` rows, good and bad, and appends what they are to `rows` and `problems`. False
    /// once the file has been read. After an error nothing more can be read.
    pub fn next_page(
        &mut self,
        max_rows: usize,
        rows: &mut Vec<AccountRow>,
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
}

fn take(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<AccountRow> {
    let before = problems.len();
    let account = AccountRow {
        line: row.line,
        number: row.need(NUMBER, Code::NameInvalid, problems),
        holder: row.need(HOLDER, Code::NameInvalid, problems),
        email: row.take(EMAIL, problems),
        uid: row.take(UID, problems),
        currency: row.need(CURRENCY, Code::AssetUnknown, problems),
        opening: row.take(OPENING, problems),
    };
    (problems.len() == before).then_some(account)
}
