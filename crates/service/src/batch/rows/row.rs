//! A row as a client sends it, and as it is accepted.

use crate::Error;
use crate::batch::terms::RepeatKey;
use crate::payee::Given;
use domain::batch::ContactType;
use domain::code::Code;
use store::item::Item;

/// Maximum number of rows in a request: they are taken in one transaction.
pub const ROWS_MAX: usize = 50_000;
/// Problems that a refusal lists.
pub const PROBLEMS_MAX: usize = 1_000;

/// A row as the client sends it.
#[derive(Debug, Clone, Default)]
pub struct NewRow {
    /// Every way it names an account.
    pub given: Vec<Given>,
    /// The amount, major units.
    pub amount: Option<String>,
    /// Its share of the total.
    pub ratio: Option<String>,
    /// The currency's code.
    pub currency: Option<String>,
    /// What the payment is for.
    pub memo: Option<String>,
    /// Free text for the payee.
    pub reference: Option<String>,
    /// The client's id for the payment.
    pub external_id: Option<String>,
}

/// An accepted row; its item has no number yet.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub item: Item,
    /// How the row's own side was written, if not as the account number.
    pub contact: Option<Contact>,
}

/// How a row's own side was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The kind of text.
    pub kind: ContactType,
    /// The text as it was sent.
    pub written: String,
}

/// Rows that were accepted together.
#[derive(Debug)]
pub(crate) struct AcceptedRows {
    pub rows: Vec<Accepted>,
    pub total: i128,
    /// How the client wrote each row's own side.
    pub written: Vec<String>,
}

/// What identifies the row's own side.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum RowIdentity {
    Known(RepeatKey),
    Unknown(String),
}

/// The refusal for more rows than a request may have.
pub(crate) fn too_many_rows() -> Error {
    Error::bilingual(Code::BodyTooLarge, format!("{ROWS_MAX} relations"), format!("最多 {ROWS_MAX} 笔转账"))
}
