//! Items: a batch's lines. Their content never changes; their state changes in ranges of numbers.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, Update, named};
use crate::error::StoreError;
use crate::item_extent::{self, Extent, ITEMS_OF_BATCH};
use crate::record::{inserted, record};
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row, Value};
use domain::code::Code;
use domain::id::{AccountId, BatchId, TransferId};
use domain::item::ItemState;

record! {
    /// An item as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Item {
        /// Its number, and the number of the transfer that settles it.
        pub number: TransferId,
        /// Its line in the file, or its position in the request, from 1.
        pub line: i64,
        /// The payer.
        pub source: AccountId,
        /// The payee.
        pub target: AccountId,
        /// Minor units.
        pub amount: i64,
        /// Its state.
        pub state: ItemState,
        /// Why it failed.
        pub code: Option<Code>,
        /// The memo.
        pub memo: Option<String>,
        /// The payer's own reference.
        pub reference: Option<String>,
    }
    plus {
        /// Its id in the client's system. Stored separately ([`crate::external_id`]): `None` if the item was read
        /// but its id was not filled in.
        pub external_id: Option<String>,
    }
}

record! {
    /// A failed attempt.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Failure {
        /// The item.
        pub item: TransferId,
        /// Why.
        pub code: Code,
        /// The amount it tried to move.
        pub amount: i64,
        /// The chunk that decided it.
        pub chunk: i64,
    }
}

static SET_STATE: Update = Update { table: "item", key: "number", columns: &["state", "code"], and: "" };
static FAIL: Update = Update {
    table: "item",
    key: "number",
    columns: &["state", "code"],
    and: sql!("t.state = ", [ItemState::Pending]),
};
static SET_RANGE: Sql =
    Sql::new("UPDATE item SET state = $4 WHERE number BETWEEN $2 AND $3 AND batch = $1 AND state = $5");
static PAGE: Sql = Sql::new(sql!(
    "SELECT ",
    Item::COLUMNS,
    " FROM item
     WHERE number > $2 AND number <= $3 AND batch = $1 ORDER BY number LIMIT $4"
));
static PAGE_STATE: Sql = Sql::new(sql!(
    "SELECT ",
    Item::COLUMNS,
    " FROM item
     WHERE number > $2 AND number <= $3 AND batch = $1 AND state = $5 ORDER BY number LIMIT $4"
));
static PAGE_CODE: Sql = Sql::new(sql!(
    "SELECT ",
    Item::COLUMNS,
    " FROM item
     WHERE number > $2 AND number <= $3 AND batch = $1 AND state = $5 AND code = $6 ORDER BY number LIMIT $4"
));
static GET: Sql = Sql::new(sql!("SELECT ", Item::COLUMNS, " FROM item WHERE number = $2 AND batch = $1"));
static BY_LINE: Sql =
    Sql::new(sql!("SELECT ", Item::COLUMNS, " FROM ", ITEMS_OF_BATCH, " WHERE i.line = $2"));
static STATES: Lookup =
    Lookup { columns: "number, batch, state", from: "item", key: "number", and: "", lock: Lock::None };
static BY_NUMBER: Lookup =
    Lookup { columns: Item::COLUMNS, from: "item", key: "number", and: "", lock: Lock::None };
static FAILED_AT: Lookup =
    Lookup { columns: "item, at", from: "item_failure", key: "item", and: "", lock: Lock::None };
static DELETE: Sql = Sql::new("DELETE FROM item WHERE number BETWEEN $2 AND $3 AND batch = $1");
static FAILURES: Sql =
    Sql::new(sql!("SELECT ", Failure::COLUMNS, ", at FROM item_failure WHERE item = $1 ORDER BY id"));

/// Extents that a page requests at once.
const EXTENTS_AT_ONCE: i64 = 64;

/// The statements of this noun.
pub const CATALOGUE: &[Named] =
    named![&SET_RANGE, &PAGE, &PAGE_STATE, &PAGE_CODE, &GET, &BY_LINE, &DELETE, &FAILURES];

inserted! {
    INSERT into "item",
    fn columns(items: &[Item], batch: BatchId) each item {
        number: item.number,
        batch = Column::Same(batch.0, items.len()),
        line: item.line,
        source: item.source,
        target: item.target,
        amount: item.amount,
        state: item.state,
        memo: item.memo.clone(),
        reference: item.reference.clone(),
    }
}

inserted! {
    INSERT_FAILURE into "item_failure",
    fn failure_columns(failures: &[Failure], batch: BatchId, now: i64) each failure {
        batch = Column::Same(batch.0, failures.len()),
        item: failure.item,
        code: failure.code,
        amount: failure.amount,
        chunk: failure.chunk,
        at = Column::Same(now, failures.len()),
    }
}

/// Adds items to a draft.
pub async fn insert(tx: &mut Tx, batch: BatchId, items: &[Item]) -> Result<(), StoreError> {
    tx.insert(&INSERT, columns(items, batch)).await?;
    item_extent::add(tx, batch, &item_extent::extents(items.iter().map(|item| item.number.0))).await
}

/// Which items of a batch a page shows, in the order of numbers.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The batch.
    pub batch: BatchId,
    /// After this number.
    pub after: i64,
    /// Up to and including this number.
    pub last: i64,
    /// Maximum number of items.
    pub limit: i64,
}

/// A page of items; only those in a state, and with a code, if given.
pub async fn page(
    tx: &mut Tx,
    page: Page,
    state: Option<ItemState>,
    code: Option<Code>,
) -> Result<Vec<Item>, StoreError> {
    let (mut items, mut left) = (Vec::new(), page);
    while left.limit > 0 {
        let range = (left.after.saturating_add(1), left.last);
        let extents = item_extent::first_within(tx, page.batch, range, EXTENTS_AT_ONCE).await?;
        for (first, last) in &extents {
            let part =
                page_of_extent(tx, Page { after: first - 1, last: *last, ..left }, state, code).await?;
            left.limit -= i64::try_from(part.len()).unwrap_or(i64::MAX);
            left.after = *last;
            items.extend(part);
            if left.limit <= 0 {
                break;
            }
        }
        if extents.is_empty() {
            break;
        }
    }
    Ok(items)
}

async fn page_of_extent(
    tx: &mut Tx,
    page: Page,
    state: Option<ItemState>,
    code: Option<Code>,
) -> Result<Vec<Item>, StoreError> {
    let (batch, after, last, limit) = (page.batch.0, page.after, page.last, page.limit);
    let rows = match (state, code) {
        (None, _) => tx.fetch(&PAGE, args![batch, after, last, limit]).await?,
        (Some(state), None) => {
            tx.fetch(&PAGE_STATE, args![batch, after, last, limit, state.number()]).await?
        }
        (Some(state), Some(code)) => {
            tx.fetch(&PAGE_CODE, args![batch, after, last, limit, state.number(), code.number()]).await?
        }
    };
    rows.iter().map(Row::read).collect()
}

/// Which items of a batch a list shows.
#[derive(Debug, Clone)]
pub struct ItemFilter {
    /// The batch.
    pub batch: BatchId,
    /// After this number.
    pub after: i64,
    /// Up to and including this number.
    pub last: i64,
    /// Only these states; empty: all.
    pub states: Vec<ItemState>,
    /// Only these codes; empty: any code.
    pub codes: Vec<Code>,
}

impl ItemFilter {
    fn condition(&self, (first, last): Extent, args: &mut Vec<Value>) -> String {
        *args = args![self.batch.0, first, last];
        let mut text = " FROM item WHERE number BETWEEN $2 AND $3 AND batch = $1".to_owned();
        if !self.states.is_empty() {
            let numbers: Vec<_> = self.states.iter().map(|state| state.number().to_string()).collect();
            text += &format!(" AND state IN ({})", numbers.join(", "));
        }
        if !self.codes.is_empty() {
            let numbers: Vec<_> = self.codes.iter().map(|code| code.number().to_string()).collect();
            text += &format!(" AND code IN ({})", numbers.join(", "));
        }
        text
    }

    async fn extents(&self, tx: &mut Tx) -> Result<Vec<Extent>, StoreError> {
        item_extent::within(tx, self.batch, (self.after.saturating_add(1), self.last)).await
    }
}

/// Items of a list in the order of numbers, skipping the first `offset`.
pub async fn list(
    tx: &mut Tx,
    filter: &ItemFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<Item>, StoreError> {
    let (mut items, mut limit, mut offset) = (Vec::new(), limit, offset);
    for extent in filter.extents(tx).await? {
        if limit <= 0 {
            break;
        }
        let part = list_of_extent(tx, filter, extent, limit, offset).await?;
        limit -= i64::try_from(part.len()).unwrap_or(i64::MAX);
        match (part.is_empty(), offset) {
            (true, 1..) => offset -= count_of_extent(tx, filter, extent).await?,
            _ => offset = 0,
        }
        items.extend(part);
    }
    Ok(items)
}

async fn list_of_extent(
    tx: &mut Tx,
    filter: &ItemFilter,
    extent: Extent,
    limit: i64,
    offset: i64,
) -> Result<Vec<Item>, StoreError> {
    let mut args = Vec::new();
    let condition = filter.condition(extent, &mut args);
    let columns = Item::COLUMNS;
    args.extend(args![limit, offset]);
    let text = format!("SELECT {columns}{condition} ORDER BY number LIMIT $4 OFFSET $5");
    tx.fetch_text(text, args).await?.iter().map(Row::read).collect()
}

/// The number of items in a list.
pub async fn count(tx: &mut Tx, filter: &ItemFilter) -> Result<i64, StoreError> {
    let mut count = 0;
    for extent in filter.extents(tx).await? {
        count += count_of_extent(tx, filter, extent).await?;
    }
    Ok(count)
}

async fn count_of_extent(tx: &mut Tx, filter: &ItemFilter, extent: Extent) -> Result<i64, StoreError> {
    let mut args = Vec::new();
    let condition = filter.condition(extent, &mut args);
    let rows = tx.fetch_text(format!("SELECT COUNT(*){condition}"), args).await?;
    rows.first().map_or(Ok(0), |row| row.i64(0))
}

/// One item of a batch.
pub async fn get(tx: &mut Tx, batch: BatchId, number: i64) -> Result<Option<Item>, StoreError> {
    tx.fetch(&GET, args![batch.0, number]).await?.first().map(Row::read).transpose()
}

/// Items by their numbers; missing ones are omitted.
pub async fn by_numbers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<Item>, StoreError> {
    tx.lookup(&BY_NUMBER, Column::I64(numbers)).await?.iter().map(Row::read).collect()
}

/// The item on a line of the file.
pub async fn by_line(tx: &mut Tx, batch: BatchId, line: i64) -> Result<Option<Item>, StoreError> {
    tx.fetch(&BY_LINE, args![batch.0, line]).await?.first().map(Row::read).transpose()
}

/// The states of items: triples of number, batch and state.
pub async fn states(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<(i64, i64, ItemState)>, StoreError> {
    tx.ask(|script| states_later(script, numbers)).await
}

/// [`states`] in a script.
pub fn states_later(script: &mut Script, numbers: Vec<i64>) -> Asked<Vec<(i64, i64, ItemState)>> {
    script.lookup(&STATES, Column::I64(numbers), |answer| {
        let state = |row: Row<'_>| Ok((row.i64(0)?, row.i64(1)?, row.stored(2, ItemState::from_number)?));
        answer.rows.iter().map(state).collect()
    })
}

/// Moves all items of a batch from one state to another and returns how many.
pub async fn set_all(tx: &mut Tx, batch: BatchId, from: ItemState, to: ItemState) -> Result<u64, StoreError> {
    let mut rows = 0;
    for extent in item_extent::within(tx, batch, (i64::MIN, i64::MAX)).await? {
        rows += set_range(tx, batch, extent, from, to).await?;
    }
    Ok(rows)
}

/// Moves all items of a batch in a number range, which must lie within one extent, from one state to another and
/// returns how many.
pub async fn set_range(
    tx: &mut Tx,
    batch: BatchId,
    range: (i64, i64),
    from: ItemState,
    to: ItemState,
) -> Result<u64, StoreError> {
    tx.ask(|script| set_range_later(script, batch, range, from, to)).await
}

/// [`set_range`] in a script.
pub fn set_range_later(
    script: &mut Script,
    batch: BatchId,
    range: (i64, i64),
    from: ItemState,
    to: ItemState,
) -> Asked<u64> {
    script.execute(&SET_RANGE, args![batch.0, range.0, range.1, to.number(), from.number()])
}

/// Moves items individually, each with its code.
pub async fn set_states(
    tx: &mut Tx,
    items: &[(TransferId, Option<Code>)],
    to: ItemState,
) -> Result<u64, StoreError> {
    let columns = vec![
        Column::I64(items.iter().map(|(number, _)| number.0).collect()),
        Column::Same(to.number(), items.len()),
        Column::OptI64(items.iter().map(|(_, code)| code.map(Code::number)).collect()),
    ];
    tx.update(&SET_STATE, columns).await
}

/// Fails those of the items that are pending, each with its code; asks how many they are.
pub fn fail_later(script: &mut Script, failures: &[Failure]) -> Asked<u64> {
    let columns = vec![
        Column::I64(failures.iter().map(|failure| failure.item.0).collect()),
        Column::Same(ItemState::Failed.number(), failures.len()),
        Column::I64(failures.iter().map(|failure| failure.code.number()).collect()),
    ];
    script.update(&FAIL, columns)
}

/// Records failed attempts.
pub async fn insert_failures(
    tx: &mut Tx,
    batch: BatchId,
    failures: &[Failure],
    now: i64,
) -> Result<(), StoreError> {
    tx.ask(|script| insert_failures_later(script, batch, failures, now)).await.map(|_| ())
}

/// [`insert_failures`] in a script.
pub fn insert_failures_later(
    script: &mut Script,
    batch: BatchId,
    failures: &[Failure],
    now: i64,
) -> Asked<u64> {
    script.insert(&INSERT_FAILURE, failure_columns(failures, batch, now))
}

/// When items failed, as pairs of item and microseconds UTC, in order; an item that failed several times
/// appears several times.
pub async fn failed_at(tx: &mut Tx, items: Vec<i64>) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = tx.lookup(&FAILED_AT, Column::I64(items)).await?;
    let mut times: Vec<(i64, i64)> =
        rows.iter().map(|row| Ok((row.i64(0)?, row.i64(1)?))).collect::<Result<_, StoreError>>()?;
    times.sort_unstable();
    Ok(times)
}

/// An item's failed attempts with their times, microseconds UTC, in order.
pub async fn failures(tx: &mut Tx, item: TransferId) -> Result<Vec<(Failure, i64)>, StoreError> {
    let rows = tx.fetch(&FAILURES, args![item.0]).await?;
    rows.iter().map(Row::read).collect()
}

/// Deletes items from a draft, by a range of numbers.
pub async fn delete_range(tx: &mut Tx, batch: BatchId, range: (i64, i64)) -> Result<u64, StoreError> {
    let mut rows = 0;
    for (first, last) in item_extent::within(tx, batch, range).await? {
        rows += tx.execute(&DELETE, args![batch.0, first, last]).await?;
    }
    Ok(rows)
}
