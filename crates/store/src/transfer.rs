//! Transfers: append-only, including refused ones, keyed by their number.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::{inserted, record};
use crate::script::Script;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::code::Code;
use domain::id::{AccountId, PostingId, TransferId};
use domain::transfer::{TransferKind, TransferStatus};

record! {
    /// A transfer as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Transfer {
        /// Its number; for a batch item, the item's number.
        pub number: TransferId,
        /// Why money was to move.
        pub kind: TransferKind,
        /// Why it was refused, if it was.
        pub code: Option<Code>,
        /// The payer.
        pub source: AccountId,
        /// The payee.
        pub target: AccountId,
        /// Minor units of the source's currency.
        pub amount: i64,
        /// Charged on top, in the same currency.
        pub fee: i64,
        /// Its first posting.
        pub first_posting: Option<PostingId>,
        /// The number of its postings.
        pub posting_count: i64,
        /// The day it counts for: days since 1970-01-01.
        pub value_date: i64,
        /// When it was booked, microseconds UTC.
        pub created_at: i64,
        /// The memo.
        pub memo: Option<String>,
    }
}

record! {
    /// The terms of an exchange.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Exchange {
        /// Minor units of the target's currency.
        pub target_amount: i64,
        /// Target major units per source major unit.
        pub rate: String,
        /// The rate's source.
        pub rate_source: String,
        /// When the rate was set, microseconds UTC.
        pub rate_at: i64,
        /// How the target amount was rounded.
        pub rounding: i64,
        /// The exact target amount minus the rounded one, in minor units.
        pub residual: String,
    }
}

static GET: Sql = Sql::new(sql!("SELECT ", Transfer::COLUMNS, " FROM transfer WHERE number = $1"));
static BY_NUMBER: Lookup =
    Lookup { columns: Transfer::COLUMNS, from: "transfer", key: "number", and: "", lock: Lock::None };
static EXCHANGES: Lookup = Lookup {
    columns: sql!("transfer, ", Exchange::COLUMNS),
    from: "transfer_exchange",
    key: "transfer",
    and: "",
    lock: Lock::None,
};
static ITEM_MAKERS: Lookup = Lookup {
    columns: "i.number, b.created_by",
    from: "item i JOIN batch b ON b.id = i.batch",
    key: "i.number",
    and: "",
    lock: Lock::None,
};
static GET_EXCHANGE: Sql =
    Sql::new(sql!("SELECT ", Exchange::COLUMNS, " FROM transfer_exchange WHERE transfer = $1"));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&GET, &GET_EXCHANGE];

inserted! {
    INSERT into "transfer",
    fn columns(transfers: &[Transfer]) each transfer {
        number: transfer.number,
        kind: transfer.kind,
        status: transfer.status().number(),
        code: transfer.code,
        source: transfer.source,
        target: transfer.target,
        amount: transfer.amount,
        fee: transfer.fee,
        first_posting: transfer.first_posting,
        posting_count: transfer.posting_count,
        value_date: transfer.value_date,
        created_at: transfer.created_at,
        memo: transfer.memo.clone(),
    }
}

inserted! {
    INSERT_EXCHANGE into "transfer_exchange",
    fn exchange_columns(exchanges: &[(TransferId, Exchange)]) each of {
        transfer: of.0,
        target_amount: of.1.target_amount,
        rate: of.1.rate.clone(),
        rate_source: of.1.rate_source.clone(),
        rate_at: of.1.rate_at,
        rounding: of.1.rounding,
        residual: of.1.residual.clone(),
    }
}

impl Transfer {
    /// Whether it completed or was refused.
    #[must_use]
    pub const fn status(&self) -> TransferStatus {
        if self.code.is_none() { TransferStatus::Completed } else { TransferStatus::Refused }
    }
}

/// Writes transfers.
pub fn insert_later(script: &mut Script, transfers: &[Transfer]) {
    script.insert(&INSERT, columns(transfers));
}

/// Writes the terms of exchanges.
pub fn insert_exchanges_later(script: &mut Script, exchanges: &[(TransferId, Exchange)]) {
    script.insert(&INSERT_EXCHANGE, exchange_columns(exchanges));
}

/// A transfer by its number.
pub async fn get(tx: &mut Tx, number: TransferId) -> Result<Option<Transfer>, StoreError> {
    tx.fetch(&GET, args![number.0]).await?.first().map(Row::read).transpose()
}

/// Transfers by their numbers; missing ones are omitted.
pub async fn by_numbers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<Transfer>, StoreError> {
    tx.lookup(&BY_NUMBER, Column::I64(numbers)).await?.iter().map(Row::read).collect()
}

/// The creators of the items' batches, as pairs of item number and the creator's name at that time.
pub async fn item_makers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = tx.lookup(&ITEM_MAKERS, Column::I64(numbers)).await?;
    rows.iter().map(Row::read).collect()
}

/// The exchange terms of a transfer.
pub async fn exchange(tx: &mut Tx, number: TransferId) -> Result<Option<Exchange>, StoreError> {
    let rows = tx.fetch(&GET_EXCHANGE, args![number.0]).await?;
    rows.first().map(Row::read).transpose()
}

/// The exchange terms of transfers, as pairs of number and exchange; transfers in one currency are omitted.
pub async fn exchanges(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<(i64, Exchange)>, StoreError> {
    let rows = tx.lookup(&EXCHANGES, Column::I64(numbers)).await?;
    rows.iter().map(Row::read).collect()
}
