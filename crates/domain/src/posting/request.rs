//! What the fold is asked for, and what it makes of it.

use crate::batch::BatchType;
use crate::id::{AccountId, PostingId, TransferId};
use crate::stored_enum::stored_enum;
use crate::transfer::TransferKind;

stored_enum! {
    /// What a posting is for.
    PostingKind {
        /// The amount of a transfer.
        Transfer = 1 "transfer",
        /// The fee on top.
        Fee = 2 "fee",
        /// The source's side of an exchange: source to clearing.
        ExchangeOut = 3 "exchange_out",
        /// The target's side of an exchange: clearing to target.
        ExchangeIn = 4 "exchange_in",
    }
}

impl PostingKind {
    /// Document 001's name for the entry that this posting makes in its debited or credited account.
    #[must_use]
    pub const fn entry_name(self, debit: bool) -> &'static str {
        match (self, debit) {
            (Self::Fee, true) => "fee",
            (Self::Fee, false) => "fee_income",
            (_, true) => "transfer_out",
            (_, false) => "transfer_in",
        }
    }
}

/// One leg: one debit account, one credit account, one amount, and both balances after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Its id.
    pub id: PostingId,
    /// The transfer it belongs to.
    pub transfer: TransferId,
    /// What it is for.
    pub kind: PostingKind,
    /// The account that pays.
    pub debit: AccountId,
    /// The account that is paid.
    pub credit: AccountId,
    /// Minor units of the two accounts' common currency; always positive.
    pub amount: i64,
    /// The debit account's balance afterwards.
    pub debit_after: i64,
    /// The credit account's balance afterwards.
    pub credit_after: i64,
    /// The debit account's previous posting.
    pub debit_prev: Option<PostingId>,
    /// The credit account's previous posting.
    pub credit_prev: Option<PostingId>,
}

/// A request to move money, as the fold sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The id its transfer will have.
    pub transfer: TransferId,
    /// Why.
    pub kind: TransferKind,
    /// The paying account.
    pub source: AccountId,
    /// The account that is paid.
    pub target: AccountId,
    /// In minor units of the source's currency.
    pub amount: i64,
    /// In minor units of the target's currency, when the currencies differ.
    pub exchanged: Option<i64>,
}

impl Request {
    /// The request for an item of a batch of a type.
    #[must_use]
    pub const fn item(
        batch: BatchType,
        transfer: TransferId,
        (source, target): (AccountId, AccountId),
        amount: i64,
    ) -> Self {
        Self { transfer, kind: batch.transfer_kind(), source, target, amount, exchanged: None }
    }
}

/// A request that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// Charged to the source on top of the amount.
    pub fee: i64,
    /// Its first posting.
    pub first: PostingId,
    /// How many postings it has, numbered consecutively from the first.
    pub count: i64,
}
