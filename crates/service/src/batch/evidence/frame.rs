//! What the files of a pack share: the batch they are about, and how they are read in pieces.

use crate::Error;
use domain::asset::Asset;
use domain::id::AccountId;
use formats::exact::ExactWriter;
use hashbrown::HashMap;
use store::Tx;
use store::approval_round::ApprovalRound;
use store::audit::{AuditFilter, AuditRow};
use store::batch::Batch;
use store::item::{Item, Page};
use store::listing::{CursorKey, Order, PageRequest, Window};

/// Rows per piece: memory use does not grow with the batch.
pub(super) const STEP: i64 = 5_000;

/// What a pack is about, as it was when the pack was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    pub batch: Batch,
    pub asset: Asset,
    /// The round of approval that counts.
    pub round: Option<ApprovalRound>,
    /// The batch's newest audit row.
    pub last_audit: i64,
    /// The commits that the audit rows are proved by.
    pub chain: ChainPart,
}

/// The chain's hash after a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChainPoint {
    pub commit: i64,
    pub hash: String,
}

/// A part of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChainPart {
    /// The ledger, whose id is the chain's hash before its first commit.
    pub ledger: String,
    /// Before its first commit.
    pub before: ChainPoint,
    /// After its last.
    pub last: ChainPoint,
}

/// A part of a file.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub bytes: Vec<u8>,
    /// How many rows it has, without the header.
    pub rows: i64,
    /// The key after which the next piece begins; none if this is the last.
    pub next: Option<i64>,
}

impl Piece {
    /// A file without rows.
    pub(super) const fn whole(bytes: Vec<u8>) -> Self {
        Self { bytes, rows: 0, next: None }
    }
}

/// A table that has its header if it is a file's first piece.
pub(super) fn table(header: &[&str], after: Option<i64>) -> ExactWriter {
    let mut table = ExactWriter::default();
    if after.is_none() {
        table.header(header);
    }
    table
}

/// A piece of the batch's items, and the key after which the next begins.
pub(super) async fn items(
    tx: &mut Tx,
    batch: &Batch,
    after: Option<i64>,
) -> Result<(Vec<Item>, Option<i64>), Error> {
    let after = after.unwrap_or(batch.first_number - 1);
    let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
    let items = store::item::page(tx, page, None, None).await?;
    let next = next_of(&items, |item| item.number.0);
    Ok((items, next))
}

/// The key after which rows follow those of a piece.
pub(super) fn next_of<T>(rows: &[T], key: impl Fn(&T) -> i64) -> Option<i64> {
    rows.last().filter(|_| count(rows) >= STEP).map(key)
}

/// How many there are.
pub(super) fn count<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

/// The numbers of accounts.
pub(super) async fn accounts(
    tx: &mut Tx,
    ids: impl Iterator<Item = AccountId>,
) -> Result<HashMap<i64, String>, Error> {
    let mut ids: Vec<i64> = ids.map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(store::account::numbers(tx, ids).await?.into_iter().collect())
}

/// A piece of the batch's audit rows, oldest first, up to one.
pub(super) async fn audit_rows(
    tx: &mut Tx,
    batch: &Batch,
    after: Option<i64>,
    last: i64,
) -> Result<Vec<AuditRow>, Error> {
    let after = after.map(|id| CursorKey { value: id.into(), key: id });
    let window = Some(Window { first: 1, last });
    let slice = PageRequest { after, limit: STEP, window, ..PageRequest::default() };
    Ok(store::audit::page(tx, &about(batch), slice).await?)
}

/// The batch's first audit row; 0 if it has none.
pub(super) async fn first_audit(tx: &mut Tx, batch: &Batch) -> Result<i64, Error> {
    end_of_log(tx, batch, Order::Ascending).await
}

/// The batch's newest audit row; 0 if it has none.
pub(super) async fn last_audit(tx: &mut Tx, batch: &Batch) -> Result<i64, Error> {
    end_of_log(tx, batch, Order::Descending).await
}

async fn end_of_log(tx: &mut Tx, batch: &Batch, order: Order) -> Result<i64, Error> {
    let slice = PageRequest { order, limit: 1, ..PageRequest::default() };
    let rows = store::audit::page(tx, &about(batch), slice).await?;
    Ok(rows.first().map_or(0, |row| row.id))
}

fn about(batch: &Batch) -> AuditFilter {
    AuditFilter { subject: Some("batch".to_owned()), subject_id: Some(batch.id.0), ..AuditFilter::default() }
}
