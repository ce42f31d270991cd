//! Transfers: append-only, including refused ones, keyed by their number.

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Sql};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::code::Code;
use domain::id::{AccountId, PostingId, TransferId};
use domain::transfer::TransferKind;

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

static INSERT: Insert = Insert {
    table: "transfer",
    columns: &[
        "number",
        "kind",
        "status",
        "code",
        "source",
        "target",
        "amount",
        "fee",
        "first_posting",
        "posting_count",
        "value_date",
        "created_at",
        "memo",
    ],
};
static INSERT_EXCHANGE: Insert = Insert {
    table: "transfer_exchange",
    columns: &["transfer", "target_amount", "rate", "rate_source", "rate_at", "rounding", "residual"],
};
static GET: Sql = Sql::new(
    "SELECT number, kind, code, source, target, amount, fee, first_posting, posting_count, value_date,
            created_at, memo FROM transfer WHERE number = $1",
);
static BY_NUMBER: Lookup = Lookup {
    columns: "number, kind, code, source, target, amount, fee, first_posting, posting_count, value_date,
              created_at, memo",
    from: "transfer",
    key: "number",
    and: "",
    lock: Lock::None,
};
static EXCHANGES: Lookup = Lookup {
    columns: "transfer, target_amount, rate, rate_source, rate_at, rounding, residual",
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
static GET_EXCHANGE: Sql = Sql::new(
    "SELECT target_amount, rate, rate_source, rate_at, rounding, residual FROM transfer_exchange
     WHERE transfer = $1",
);

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&GET, &GET_EXCHANGE];

pub(crate) fn read(row: Row<'_>) -> Result<Transfer, StoreError> {
    let code = row.opt_i64(2)?.map(|number| {
        Code::from_number(number).ok_or_else(|| StoreError::Corrupt(format!("unknown code {number}")))
    });
    Ok(Transfer {
        number: TransferId(row.i64(0)?),
        kind: row.stored(1, TransferKind::from_number)?,
        code: code.transpose()?,
        source: AccountId(row.i64(3)?),
        target: AccountId(row.i64(4)?),
        amount: row.i64(5)?,
        fee: row.i64(6)?,
        first_posting: row.opt_i64(7)?.map(PostingId),
        posting_count: row.i64(8)?,
        value_date: row.i64(9)?,
        created_at: row.i64(10)?,
        memo: row.opt_text(11)?,
    })
}

/// Writes transfers.
pub async fn insert(tx: &mut Tx, transfers: &[Transfer]) -> Result<(), StoreError> {
    let column = |value: fn(&Transfer) -> i64| Column::I64(transfers.iter().map(value).collect());
    let columns = vec![
        column(|t| t.number.0),
        column(|t| t.kind.number()),
        column(|t| if t.code.is_none() { 1 } else { 2 }),
        Column::OptI64(transfers.iter().map(|t| t.code.map(Code::number)).collect()),
        column(|t| t.source.0),
        column(|t| t.target.0),
        column(|t| t.amount),
        column(|t| t.fee),
        Column::OptI64(transfers.iter().map(|t| t.first_posting.map(|p| p.0)).collect()),
        column(|t| t.posting_count),
        column(|t| t.value_date),
        column(|t| t.created_at),
        Column::OptText(transfers.iter().map(|t| t.memo.clone()).collect()),
    ];
    tx.insert(&INSERT, columns).await.map(|_| ())
}

/// Writes the terms of exchanges.
pub async fn insert_exchanges(tx: &mut Tx, exchanges: &[(TransferId, Exchange)]) -> Result<(), StoreError> {
    let columns = vec![
        Column::I64(exchanges.iter().map(|(t, _)| t.0).collect()),
        Column::I64(exchanges.iter().map(|(_, e)| e.target_amount).collect()),
        Column::Text(exchanges.iter().map(|(_, e)| e.rate.clone()).collect()),
        Column::Text(exchanges.iter().map(|(_, e)| e.rate_source.clone()).collect()),
        Column::I64(exchanges.iter().map(|(_, e)| e.rate_at).collect()),
        Column::I64(exchanges.iter().map(|(_, e)| e.rounding).collect()),
        Column::Text(exchanges.iter().map(|(_, e)| e.residual.clone()).collect()),
    ];
    tx.insert(&INSERT_EXCHANGE, columns).await.map(|_| ())
}

/// A transfer by its number.
pub async fn get(tx: &mut Tx, number: TransferId) -> Result<Option<Transfer>, StoreError> {
    tx.fetch(&GET, args![number.0]).await?.first().map(read).transpose()
}

/// Transfers by their numbers; missing ones are omitted.
pub async fn by_numbers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<Transfer>, StoreError> {
    tx.lookup(&BY_NUMBER, Column::I64(numbers)).await?.iter().map(read).collect()
}

/// The creators of the items' batches, as pairs of item number and the creator's name at that time.
pub async fn item_makers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = tx.lookup(&ITEM_MAKERS, Column::I64(numbers)).await?;
    rows.iter().map(|row| Ok((row.i64(0)?, row.text(1)?))).collect()
}

fn read_exchange(row: &Row<'_>, at: usize) -> Result<Exchange, StoreError> {
    Ok(Exchange {
        target_amount: row.i64(at)?,
        rate: row.text(at + 1)?,
        rate_source: row.text(at + 2)?,
        rate_at: row.i64(at + 3)?,
        rounding: row.i64(at + 4)?,
        residual: row.text(at + 5)?,
    })
}

/// The exchange terms of a transfer.
pub async fn exchange(tx: &mut Tx, number: TransferId) -> Result<Option<Exchange>, StoreError> {
    let rows = tx.fetch(&GET_EXCHANGE, args![number.0]).await?;
    rows.first().map(|row| read_exchange(&row, 0)).transpose()
}

/// The exchange terms of transfers, as pairs of number and exchange; transfers in one currency are omitted.
pub async fn exchanges(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<(i64, Exchange)>, StoreError> {
    let rows = tx.lookup(&EXCHANGES, Column::I64(numbers)).await?;
    rows.iter().map(|row| Ok((row.i64(0)?, read_exchange(&row, 1)?))).collect()
}
