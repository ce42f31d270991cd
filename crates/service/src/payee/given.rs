//! What a row says: how it names an account, and what is wrong with that.

use domain::account_ref::{AccountRef, GivenAccount};
use domain::code::Code;
use domain::identity::{Email, Uid};
use domain::script::Digits;

/// The most characters of a value that a problem shows.
const SHOWN: usize = 64;

/// A side of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The paying side.
    Payer,
    /// The paid side.
    Payee,
}

impl Side {
    /// The code for an account that does not exist.
    pub(super) const fn not_found(self) -> Code {
        match self {
            Self::Payer => Code::SourceNotFound,
            Self::Payee => Code::PayeeNotFound,
        }
    }

    /// The code for two references to different accounts.
    pub(super) const fn conflict(self) -> Code {
        match self {
            Self::Payer => Code::PayerConflict,
            Self::Payee => Code::PayeeConflict,
        }
    }

    /// The code for a row that does not name this side.
    pub(crate) const fn missing(self) -> Code {
        match self {
            Self::Payer => Code::PayerMissing,
            Self::Payee => Code::PayeeMissing,
        }
    }

    /// The code for a closed account.
    pub(super) const fn closed(self) -> Code {
        match self {
            Self::Payer => Code::SourceClosed,
            Self::Payee => Code::TargetClosed,
        }
    }
}

/// A field of a row, whatever its name in each interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The account that pays.
    Payer,
    /// The account that is paid.
    Payee,
    /// An account of the side that the rows name.
    Account,
    /// The holder's e-mail address.
    Email,
    /// The holder's uid.
    Uid,
    /// The amount.
    Amount,
    /// The share of a total.
    Ratio,
    /// The currency.
    Currency,
    /// What it is for.
    Memo,
    /// Free text for the payee.
    Reference,
    /// The client's id for the payment.
    ExternalId,
    /// The refused row that a row of a repair file replaces.
    RowKey,
}

impl Field {
    /// The field's name in the JSON of relations.
    #[must_use]
    pub const fn json(self) -> &'static str {
        match self {
            Self::Payer => "sourceAccountId",
            Self::Payee => "targetAccountId",
            Self::Account | Self::Email | Self::Uid => "targetIdentifier",
            Self::Amount => "amount",
            Self::Ratio => "ratio",
            Self::Currency => "currency",
            Self::Memo => "memo",
            Self::Reference => "reference",
            Self::ExternalId => "externalId",
            Self::RowKey => "id",
        }
    }

    /// The field's column in the files that Sluice writes.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Payee => "payee",
            Self::Account => "account",
            Self::Email => "email",
            Self::Uid => "uid",
            Self::Amount => "amount",
            Self::Ratio => "ratio",
            Self::Currency => "currency",
            Self::Memo => "memo",
            Self::Reference => "reference",
            Self::ExternalId => "external_id",
            Self::RowKey => "sluice_row",
        }
    }
}

/// How an account is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// By its id or number.
    Account(AccountRef),
    /// By its holder's e-mail address.
    Email(Email),
    /// By its holder's uid.
    Uid(Uid),
}

/// One reference to an account in a row.
#[derive(Debug, Clone)]
pub struct Given {
    /// The side it names; none for the side that the rows name.
    pub side: Option<Side>,
    /// The field it was read from.
    pub field: Field,
    /// The text as written.
    pub written: String,
    /// What it names, or why the text cannot name an account.
    pub party: Result<Party, Code>,
}

impl Given {
    /// An account that is parsed already.
    #[must_use]
    pub fn of(side: Option<Side>, field: Field, account: GivenAccount) -> Self {
        Self { side, field, written: account.written, party: account.named.map(Party::Account) }
    }

    /// An account as text: its number, or its id as `acct_18`.
    #[must_use]
    pub fn account(side: Option<Side>, field: Field, written: String, digits: Digits) -> Self {
        Self::of(side, field, GivenAccount::read(written, digits))
    }

    /// An account by a JSON number, which is its id.
    #[must_use]
    pub fn id(side: Option<Side>, field: Field, id: i64) -> Self {
        let party = AccountRef::from_json_number(id).map(Party::Account);
        Self { side, field, written: id.to_string(), party }
    }

    /// The holder's e-mail address.
    #[must_use]
    pub fn email(side: Option<Side>, written: String, digits: Digits) -> Self {
        let party = Email::parse(&written, digits).map(Party::Email);
        Self { side, field: Field::Email, written, party }
    }

    /// The holder's uid.
    #[must_use]
    pub fn uid(side: Option<Side>, written: String, digits: Digits) -> Self {
        let party = Uid::parse(&written, digits).map(Party::Uid);
        Self { side, field: Field::Uid, written, party }
    }

    /// Whether it names the account itself, not its holder.
    pub(crate) const fn is_account(&self) -> bool {
        matches!(self.party, Ok(Party::Account(_)))
    }
}

/// What is wrong with a row: one code, with the field and the value sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The field.
    pub field: Field,
    /// Why.
    pub code: Code,
    /// The value sent, shortened.
    pub value: String,
    /// What may have been meant, such as `acct_8` for `8`.
    pub suggestion: Option<String>,
}

impl Wrong {
    /// A reason without a suggestion.
    #[must_use]
    pub fn new(field: Field, code: Code, value: &str) -> Self {
        Self { field, code, value: value.chars().take(SHOWN).collect(), suggestion: None }
    }

    /// What is wrong with a reference.
    pub(super) fn of(given: &Given, code: Code) -> Self {
        Self::new(given.field, code, &given.written)
    }

    /// Its place in a request, with a hint if there is a suggestion.
    pub(crate) fn of_relation(&self, place: usize) -> String {
        let field = self.field.json();
        match &self.suggestion {
            Some(id) => format!("relations[{place}].{field}: write {id}, or {} as a JSON number", self.value),
            None => format!("relations[{place}].{field}"),
        }
    }
}
