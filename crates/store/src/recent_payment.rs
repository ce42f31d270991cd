//! What batches last paid to an account, or from it.
//!
//! The table `history` has an account's entries by value date. It lags behind the postings by a moment, and only the
//! newest entries of each account are looked at, so that an account with millions of them costs no more than a payee.

use crate::bulk::{Lock, Lookup};
use crate::error::StoreError;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::batch::BatchType;
use domain::id::AccountId;
use domain::transfer::{TransferKind, TransferStatus};

/// The amount of the newest completed item among an account's newest entries, up to the account on the other side.
const AMOUNT: &str = "account.id, (SELECT t.amount
     FROM (SELECT h.value_date, h.posting FROM history h WHERE h.account = account.id
           ORDER BY h.value_date DESC, h.posting DESC LIMIT 24) n
       JOIN posting p ON p.id = n.posting JOIN transfer t ON t.number = p.transfer
       JOIN item i ON i.number = t.number JOIN batch b ON b.id = i.batch
       JOIN account o ON o.id = ";
/// Only in the account's own currency: the amount of another one is in the payer's.
const COMPLETED: &str = sql!(
    " AND o.asset = account.asset AND t.kind = ",
    [TransferKind::Item],
    " AND t.status = ",
    [TransferStatus::Completed],
    " ORDER BY n.value_date DESC, n.posting DESC LIMIT 1)"
);

static RECEIVED: Lookup = Lookup {
    columns: sql!(
        AMOUNT,
        "t.source WHERE t.target = account.id AND b.kind = ",
        [BatchType::OneToMany],
        COMPLETED
    ),
    from: "account",
    key: "account.id",
    and: "",
    lock: Lock::None,
};
static PAID: Lookup = Lookup {
    columns: sql!(
        AMOUNT,
        "t.target WHERE t.source = account.id AND b.kind = ",
        [BatchType::ManyToOne],
        COMPLETED
    ),
    from: "account",
    key: "account.id",
    and: "",
    lock: Lock::None,
};

/// What a batch from one account to many last paid to each of the accounts, in minor units of its currency; accounts without such a payment
/// among their newest entries are omitted.
pub async fn received(tx: &mut Tx, accounts: Vec<i64>) -> Result<Vec<(AccountId, i64)>, StoreError> {
    read(tx, &RECEIVED, accounts).await
}

/// What each of the accounts last paid into a collecting batch; see [`received`].
pub async fn paid(tx: &mut Tx, accounts: Vec<i64>) -> Result<Vec<(AccountId, i64)>, StoreError> {
    read(tx, &PAID, accounts).await
}

async fn read(
    tx: &mut Tx,
    lookup: &'static Lookup,
    accounts: Vec<i64>,
) -> Result<Vec<(AccountId, i64)>, StoreError> {
    let read = |row: &Row<'_>| -> Result<Option<(AccountId, i64)>, StoreError> {
        let (account, amount): (AccountId, Option<i64>) = row.read()?;
        Ok(amount.map(|amount| (account, amount)))
    };
    let rows = tx.lookup(lookup, Column::I64(accounts)).await?;
    rows.iter().filter_map(|row| read(&row).transpose()).collect()
}
