//! Account files: each row is one account to open.
//!
//! To add a column, give [`AccountField`] a variant, [`COLUMNS`] a row at the same position, [`AccountRow`] a field,
//! and read it in `take`.

use std::io::{Read, Seek};

use domain::code::Code;

use crate::header::Choices;
use crate::layout::{Column, Holds, Layout, fold};
use crate::number_style::NumberStyle;
use crate::open::{FileForm, FileOptions, Opened, open};
use crate::problem::Problem;
use crate::read_error::ReadError;
use crate::report::Summary;
use crate::row::{Notes, Row};
use crate::sheet::Sheet;
use crate::table::Table;

/// A column of an account file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountField {
    /// The account's number.
    Number,
    /// The holder's name.
    Holder,
    /// The holder's email.
    Email,
    /// The holder's uid.
    Uid,
    /// The account's currency.
    Currency,
    /// The opening balance.
    Opening,
}

impl AccountField {
    /// Every field, in the order of [`COLUMNS`].
    pub const ALL: [Self; 6] =
        [Self::Number, Self::Holder, Self::Email, Self::Uid, Self::Currency, Self::Opening];

    /// The field with this name or synonym.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let folded = fold(name);
        let place = COLUMNS.iter().position(|column| column.is(&folded));
        place.and_then(|place| Self::ALL.get(place).copied())
    }
}

/// The columns of an account file and the names they are recognised by.
pub const COLUMNS: &[Column] = &[
    Column {
        name: "number",
        holds: Holds::Account,
        synonyms: &["account", "accountnumber", "accountno", "accountid", "账号", "账户", "账户号"],
        proposed: &["iban", "bankaccount", "cardnumber", "银行账号", "银行卡号", "卡号"],
    },
    Column {
        name: "holder",
        holds: Holds::Text,
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
        proposed: &["accountname", "fullname", "employee", "员工姓名", "账户名称"],
    },
    Column {
        name: "email",
        holds: Holds::Identifier,
        synonyms: &["emailaddress", "mail", "邮箱", "电子邮箱", "电子邮件"],
        proposed: &[],
    },
    Column {
        name: "uid",
        holds: Holds::Identifier,
        synonyms: &["userid", "用户id", "用户编号"],
        proposed: &["employeeno", "employeeid", "staffno", "工号", "员工编号"],
    },
    Column {
        name: "currency",
        holds: Holds::Word,
        synonyms: &["ccy", "currencycode", "币种", "币种代码", "货币", "货币代码"],
        proposed: &[],
    },
    Column {
        name: "opening",
        holds: Holds::Number,
        synonyms: &["openingbalance", "balance", "期初余额", "初始余额", "余额"],
        proposed: &["amount", "金额"],
    },
];

pub(crate) const LAYOUT: Layout = Layout {
    columns: COLUMNS,
    required: &[
        &[AccountField::Number as usize],
        &[AccountField::Holder as usize],
        &[AccountField::Currency as usize],
    ],
};

/// The account fields that the uploader mapped to headers.
pub type AccountMapping = crate::header::ColumnMapping<AccountField>;

/// The uploader's options for a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFileOptions {
    /// What the file is; what is not said is found out.
    pub file: FileOptions,
    /// Mapped headers; they take precedence over names.
    pub map: AccountMapping,
    /// How amounts are written.
    pub numbers: NumberStyle,
    /// Headers of columns to ignore. A column that is also mapped is read.
    pub ignore: Vec<String>,
}

/// An account to open. Texts are trimmed; full-width digits are folded in all but the holder's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountRow {
    /// The line the row begins on.
    pub line: u64,
    /// The account's number.
    pub number: String,
    /// The holder's name.
    pub holder: String,
    /// The holder's email.
    pub email: Option<String>,
    /// The holder's uid.
    pub uid: Option<String>,
    /// The currency code.
    pub currency: String,
    /// The opening balance as written.
    pub opening: Option<String>,
}

/// Reads an account file page by page.
pub struct AccountReader<S> {
    table: Table<S>,
}

impl AccountReader<Box<dyn Sheet + Send>> {
    /// Opens a file of any kind and says what it is; see [`open`] and [`AccountReader::over`].
    pub fn open<R>(read: R, options: &AccountFileOptions) -> Result<(Self, FileForm), ReadError>
    where
        R: Read + Seek + Send + 'static,
    {
        let Opened { sheet, form } = open(read, &options.file)?;
        Ok((Self::over(sheet, options)?, form))
    }
}

impl<S: Sheet> AccountReader<S> {
    /// Reads the header. Refuses a file that has no rows or cannot be read as a whole.
    pub fn over(sheet: S, options: &AccountFileOptions) -> Result<Self, ReadError> {
        let choices = Choices {
            delimiter: sheet.delimiter(),
            mapped: options.map.places(|field| field as usize),
            style: options.numbers.clone(),
            ignored: &options.ignore,
        };
        Ok(Self { table: Table::open(sheet, &LAYOUT, &choices, None)? })
    }

    /// Reads up to `max_rows` records and appends them to `rows` or `problems`; blank rows and total rows are
    /// skipped. Returns false once the file has been read. After an error, reading cannot continue.
    pub fn next_page(
        &mut self,
        max_rows: usize,
        rows: &mut Vec<AccountRow>,
        problems: &mut Vec<Problem>,
    ) -> Result<bool, ReadError> {
        self.table.page(max_rows, rows, problems, take)
    }

    /// The header of a field as in the file, to name it in a problem; none if the file has no such column.
    #[must_use]
    pub fn header(&self, field: AccountField) -> Option<&str> {
        self.table.header.name(field as usize)
    }

    /// The summary of the file, complete once it has been read. The sum is that of the openings, whatever
    /// their currencies; a row without an opening adds nothing.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.table.summary()
    }
}

fn take(row: &Row<'_>, notes: &mut Notes<'_>) -> Option<AccountRow> {
    let before = notes.problems.len();
    let mut value = |field: AccountField| row.take(field as usize, notes);
    let [number, email, uid, opening] =
        [AccountField::Number, AccountField::Email, AccountField::Uid, AccountField::Opening].map(&mut value);
    let holder = row.take(AccountField::Holder as usize, notes);
    let is_named = [&number, &holder, &email, &uid].into_iter().any(Option::is_some);
    if !notes.report.count(row.line, is_named, opening.as_deref()) {
        return None;
    }
    let currency = row.take(AccountField::Currency as usize, notes);
    for (field, value, code) in [
        (AccountField::Number, &number, Code::NameInvalid),
        (AccountField::Holder, &holder, Code::NameInvalid),
        (AccountField::Currency, &currency, Code::AssetUnknown),
    ] {
        if value.is_none() {
            notes.problems.push(row.problem(field as usize, code));
        }
    }
    let row = AccountRow {
        line: row.line,
        number: number.unwrap_or_default(),
        holder: holder.unwrap_or_default(),
        email,
        uid,
        currency: currency.unwrap_or_default(),
        opening,
    };
    (notes.problems.len() == before).then_some(row)
}
