//! What a verification asks for besides streams: transfers that are no items, as they are stored, and rows that
//! nothing else accounts for.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::transfer::Transfer;
use crate::tx::Tx;
use crate::value::{Column, Row, Value};
use domain::posting::PostingKind;
use domain::transfer::TransferStatus;

record! {
    /// A transfer with its status as stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StoredTransfer {
        /// The status.
        pub status: i64,
        /// The transfer.
        pub transfer: Transfer = "number, kind, code, source, target, amount, fee, first_posting, posting_count, \
                                  value_date, created_at, memo",
    }
}

record! {
    /// A counter.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct UsedCounter {
        /// What it counts.
        pub name: String = "k.name",
        /// Its value; none if it is missing.
        pub value: Option<i64> = "c.value",
        /// The highest number that is in use.
        pub used: i64 = "k.used",
    }
}

static TRANSFERS: Lookup =
    Lookup { columns: StoredTransfer::COLUMNS, from: "transfer", key: "number", and: "", lock: Lock::None };
// A bulk's row names its first number only.
static UNRECORDED: Sql = Sql::new(
    "SELECT t.number FROM transfer t
     WHERE t.number > $1 AND NOT EXISTS (SELECT 1 FROM item i WHERE i.number = t.number)
       AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.subject = 'transfer' AND a.subject_id = t.number)
     ORDER BY t.number LIMIT $2",
);
// Every other exchange is in the digest of its chunk or of its request.
static EXCHANGES: Sql = Sql::new(sql!(
    "SELECT e.transfer FROM transfer_exchange e
       LEFT JOIN transfer t ON t.number = e.transfer LEFT JOIN posting p ON p.id = t.first_posting
     WHERE t.number IS NULL
        OR t.status = ",
    [TransferStatus::Completed],
    " AND (p.kind IS NULL OR p.kind <> ",
    [PostingKind::ExchangeOut],
    ") AND EXISTS (SELECT 1 FROM item i WHERE i.number = e.transfer)
     ORDER BY e.transfer LIMIT $1",
));
static VOUCHERS: Sql = Sql::new(
    "SELECT v.transfer FROM transfer_voucher v
     WHERE EXISTS (SELECT 1 FROM item i WHERE i.number = v.transfer)
        OR NOT EXISTS (SELECT 1 FROM transfer t WHERE t.number = v.transfer)
     ORDER BY v.transfer LIMIT $1",
);
static KINDS: Sql = Sql::new(
    "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM transfer_exchange LIMIT 1) e),
            (SELECT COUNT(*) FROM (SELECT 1 FROM transfer_voucher LIMIT 1) v)",
);
static CONTACTS: Sql = Sql::new(
    "SELECT c.item FROM item_contact c
     WHERE NOT EXISTS (SELECT 1 FROM item i WHERE i.number = c.item) ORDER BY c.item LIMIT $1",
);
static COUNTERS: Sql = Sql::new(sql!(
    "SELECT ",
    UsedCounter::COLUMNS,
    " FROM (SELECT 'account' AS name, COALESCE(MAX(id), 0) AS used FROM account
      UNION ALL SELECT 'batch', COALESCE(MAX(id), 0) FROM batch
      UNION ALL SELECT 'batch_day', 0
      UNION ALL SELECT 'batch_day_number', 0
      UNION ALL SELECT 'chunk', COALESCE(MAX(number), 0) FROM chunk
      UNION ALL SELECT 'holder', COALESCE(MAX(id), 0) FROM holder
      UNION ALL SELECT 'number', COALESCE(MAX(number), 0) FROM item
      UNION ALL SELECT 'number', COALESCE(MAX(number), 0) FROM transfer
      UNION ALL SELECT 'number', COALESCE(MAX(id), 0) FROM refused_row) k
     LEFT JOIN counter c ON c.name = k.name ORDER BY k.name, k.used",
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&UNRECORDED, &EXCHANGES, &VOUCHERS, &KINDS, &CONTACTS, &COUNTERS];

/// Transfers by their numbers, sorted and distinct; missing ones are omitted.
pub async fn transfers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<StoredTransfer>, StoreError> {
    tx.lookup(&TRANSFERS, Column::I64(numbers)).await?.iter().map(Row::read).collect()
}

/// Transfers after a number that are neither items nor named by an audit row of their own.
pub async fn unrecorded(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<i64>, StoreError> {
    numbers(tx, &UNRECORDED, args![after, limit]).await
}

/// Transfers of items, or none at all, for which terms of an exchange are stored although there was no exchange.
pub async fn exchanges(tx: &mut Tx, limit: i64) -> Result<Vec<i64>, StoreError> {
    numbers(tx, &EXCHANGES, args![limit]).await
}

/// The same for vouchers, which items never have.
pub async fn vouchers(tx: &mut Tx, limit: i64) -> Result<Vec<i64>, StoreError> {
    numbers(tx, &VOUCHERS, args![limit]).await
}

/// Whether there are terms of exchanges at all, and whether there are vouchers.
pub async fn kinds(tx: &mut Tx) -> Result<(bool, bool), StoreError> {
    let rows = tx.fetch(&KINDS, args![]).await?;
    rows.first().map_or(Ok((false, false)), |row| Ok((row.i64(0)? > 0, row.i64(1)? > 0)))
}

/// Items that do not exist, and how their payees were written.
pub async fn contacts(tx: &mut Tx, limit: i64) -> Result<Vec<i64>, StoreError> {
    numbers(tx, &CONTACTS, args![limit]).await
}

/// The counters, each with the highest number in use; one for each table that uses its numbers.
pub async fn counters(tx: &mut Tx) -> Result<Vec<UsedCounter>, StoreError> {
    tx.fetch(&COUNTERS, args![]).await?.iter().map(Row::read).collect()
}

async fn numbers(tx: &mut Tx, sql: &'static Sql, args: Vec<Value>) -> Result<Vec<i64>, StoreError> {
    tx.fetch(sql, args).await?.iter().map(|row| row.i64(0)).collect()
}
