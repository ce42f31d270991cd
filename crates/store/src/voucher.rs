//! The voucher URLs of transfers: append-only, one JSON array per transfer that has any.

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::script::Script;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::id::TransferId;

static INSERT: Insert = Insert { table: "transfer_voucher", columns: &["transfer", "urls"] };
static GET: Sql = Sql::new("SELECT urls FROM transfer_voucher WHERE transfer = $1");
static BY_TRANSFER: Lookup = Lookup {
    columns: "transfer, urls",
    from: "transfer_voucher",
    key: "transfer",
    and: "",
    lock: Lock::None,
};

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&GET];

/// Writes the vouchers of transfers.
pub fn insert_later(script: &mut Script, vouchers: Vec<(TransferId, String)>) {
    let (transfers, urls) = vouchers.into_iter().map(|(transfer, urls)| (transfer.0, urls)).unzip();
    script.insert(&INSERT, vec![Column::I64(transfers), Column::Text(urls)]);
}

/// The vouchers of a transfer.
pub async fn get(tx: &mut Tx, transfer: TransferId) -> Result<Option<String>, StoreError> {
    tx.fetch(&GET, args![transfer.0]).await?.first().map(|row| row.text(0)).transpose()
}

/// The vouchers of transfers, as pairs of number and JSON; transfers without any are omitted.
pub async fn by_transfers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = tx.lookup(&BY_TRANSFER, Column::I64(numbers)).await?;
    rows.iter().map(Row::read).collect()
}
