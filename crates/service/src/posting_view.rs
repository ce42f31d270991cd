//! A posting as one of its accounts sees it.

use domain::id::AccountId;
use domain::posting::PostingKind;
use store::posting::Booked;

/// A posting seen from the account (document 001's account transaction).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The posting's number.
    pub posting: i64,
    /// Its transfer's number.
    pub transfer: i64,
    /// Its kind.
    pub kind: PostingKind,
    /// Whether the account paid.
    pub is_debit: bool,
    /// Minor units; negative when the account paid.
    pub amount: i64,
    /// The balance before it.
    pub balance_before: i64,
    /// The balance after it.
    pub balance_after: i64,
    /// The other account.
    pub other: AccountId,
    /// The other account's number.
    pub other_number: String,
    /// The value date: days since 1970-01-01.
    pub value_date: i64,
    /// When it was booked, microseconds UTC.
    pub created_at: i64,
    /// The transfer's memo.
    pub memo: Option<String>,
}

/// The posting seen from one of its accounts.
pub(crate) fn entry(account: AccountId, booked: &Booked) -> Entry {
    let posting = &booked.posting;
    let is_debit = posting.debit == account;
    let (amount, balance_after, other) = if is_debit {
        (-posting.amount, posting.debit_after, posting.credit)
    } else {
        (posting.amount, posting.credit_after, posting.debit)
    };
    Entry {
        posting: posting.id.0,
        transfer: posting.transfer.0,
        kind: posting.kind,
        is_debit,
        amount,
        balance_before: balance_after - amount,
        balance_after,
        other,
        other_number: String::new(),
        value_date: booked.value_date,
        created_at: booked.created_at,
        memo: None,
    }
}
