//! The rows of a batch as far as they are compared.

use crate::Error;
use domain::batch::BatchType;
use domain::change::Paid;
use store::Tx;
use store::batch::Batch;
use store::item::{Item, Page};

/// Items per step.
const STEP: i64 = 10_000;

/// A part of the accounts: those whose id leaves this remainder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass {
    pub place: i64,
    /// How many parts there are.
    pub of: i64,
}

impl Pass {
    fn has(self, row: &Paid) -> bool {
        self.of <= 1 || row.account.0.rem_euclid(self.of) == self.place
    }
}

/// An item's row in a batch of a type.
pub(super) fn row_of(item: &Item, kind: BatchType) -> Paid {
    Paid::of(kind, (item.source, item.target), item.amount)
}

/// The rows of a batch whose accounts are in a pass, compared as a batch of a type.
pub(super) async fn rows_of(
    tx: &mut Tx,
    batch: &Batch,
    kind: BatchType,
    pass: Pass,
) -> Result<Vec<Paid>, Error> {
    let (mut rows, mut after) = (Vec::new(), batch.first_number - 1);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: STEP };
        let items = store::item::page(tx, page, None, None).await?;
        let Some(last) = items.last() else { return Ok(rows) };
        after = last.number.0;
        rows.extend(rows_of_items(&items, kind, pass));
    }
}

/// The same for items that are in no batch.
pub(super) fn rows_of_items(items: &[Item], kind: BatchType, pass: Pass) -> Vec<Paid> {
    items.iter().map(|item| row_of(item, kind)).filter(|row| pass.has(row)).collect()
}
