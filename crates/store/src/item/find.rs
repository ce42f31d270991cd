//! Pages and lists of a batch's items. They are read along the numbers, extent by extent; if they need states
//! that runs decide, stretch by stretch of what runs cover, so that a page of pending items skips the completed
//! ones, and no item is looked up in the runs while they are few.

use super::row::{DueItem, Item};
use crate::args;
use crate::error::StoreError;
use crate::item_extent::{self, Extent};
use crate::item_run::{Cover, Stretch, stretches};
use crate::record::Field;
use crate::tx::Tx;
use crate::value::{Row, Rows, Value};
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;

/// Extents that are requested at once.
const EXTENTS_AT_ONCE: i64 = 64;

/// What a list is read as.
pub(crate) trait Listed: Field {
    /// Its columns, as written after `SELECT`.
    const COLUMNS: &'static str;

    /// Says the state of a row that is in a run.
    fn set_in_run(&mut self);
}

impl Listed for Item {
    const COLUMNS: &'static str = Self::COLUMNS;

    fn set_in_run(&mut self) {
        self.state = in_run(self.state);
    }
}

impl Listed for DueItem {
    const COLUMNS: &'static str = Self::COLUMNS;

    // A pending item is in no run.
    fn set_in_run(&mut self) {}
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

/// Which items of a batch a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A page of items; only those in a state, and with a code, if given.
pub async fn page(
    tx: &mut Tx,
    page: Page,
    state: Option<ItemState>,
    code: Option<Code>,
) -> Result<Vec<Item>, StoreError> {
    let Page { batch, after, last, limit } = page;
    let (states, codes) = (state.into_iter().collect(), code.into_iter().collect());
    list(tx, &ItemFilter { batch, after, last, states, codes }, limit, 0).await
}

/// The pending items of a page, with what a run needs of them: it holds several pages of a hundred thousand.
pub async fn due(tx: &mut Tx, page: Page) -> Result<Vec<DueItem>, StoreError> {
    let Page { batch, after, last, limit } = page;
    let filter = ItemFilter { batch, after, last, states: vec![ItemState::Pending], codes: Vec::new() };
    listed(tx, &filter, limit, 0).await
}

/// Items of a list in the order of numbers, skipping the first `offset`.
pub async fn list(
    tx: &mut Tx,
    filter: &ItemFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<Item>, StoreError> {
    listed(tx, filter, limit, offset).await
}

async fn listed<T: Listed>(
    tx: &mut Tx,
    filter: &ItemFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<T>, StoreError> {
    let mut found = Found { items: Vec::new(), limit, offset };
    let mut after = filter.after;
    while found.limit > 0 {
        let range = (after.saturating_add(1), filter.last);
        let extents = item_extent::first_within(tx, filter.batch, range, EXTENTS_AT_ONCE).await?;
        let Some((_, last)) = extents.last() else { break };
        after = *last;
        for extent in extents {
            found.add_extent(tx, filter, extent).await?;
        }
    }
    Ok(found.items)
}

/// The number of items in a list.
pub async fn count(tx: &mut Tx, filter: &ItemFilter) -> Result<i64, StoreError> {
    let mut count = 0;
    for part in parts(tx, filter, "COUNT(*)").await? {
        count += part.first().map_or(Ok(0), |row| row.i64(0))?;
    }
    Ok(count)
}

/// The number of items in a list, and the total of their amounts in minor units.
pub async fn totals(tx: &mut Tx, filter: &ItemFilter) -> Result<(i64, i64), StoreError> {
    let (mut count, mut amount) = (0, 0);
    for part in parts(tx, filter, "COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT)").await? {
        for row in part.iter() {
            (count, amount) = (count + row.i64(0)?, amount + row.i64(1)?);
        }
    }
    Ok((count, amount))
}

/// The numbers of the items in a list, in no order.
pub async fn numbers(tx: &mut Tx, filter: &ItemFilter) -> Result<Vec<i64>, StoreError> {
    let parts = parts(tx, filter, "number").await?;
    parts.iter().flat_map(Rows::iter).map(|row| row.i64(0)).collect()
}

/// Columns of all items in a list, or aggregates of each of its stretches; not their states.
async fn parts(tx: &mut Tx, filter: &ItemFilter, columns: &'static str) -> Result<Vec<Rows>, StoreError> {
    let mut parts = Vec::new();
    let range = (filter.after.saturating_add(1), filter.last);
    for (mut first, last) in item_extent::within(tx, filter.batch, range).await? {
        while first <= last {
            let stretches = filter.stretches(tx, (first, last), true).await?;
            first = after(&stretches);
            for stretch in stretches {
                parts.push(filter.columns(tx, stretch, columns).await?);
            }
        }
    }
    Ok(parts)
}

/// The first number after some stretches.
fn after(stretches: &[Stretch]) -> i64 {
    stretches.last().map_or(i64::MAX, |stretch| stretch.range.1.saturating_add(1))
}

/// What of a list was found, and what is missing.
struct Found<T> {
    items: Vec<T>,
    limit: i64,
    offset: i64,
}

impl<T: Listed> Found<T> {
    async fn add_extent(
        &mut self,
        tx: &mut Tx,
        filter: &ItemFilter,
        (mut first, last): Extent,
    ) -> Result<(), StoreError> {
        while first <= last && self.limit > 0 {
            let stretches = filter.stretches(tx, (first, last), false).await?;
            first = after(&stretches);
            for stretch in stretches {
                if self.limit > 0 {
                    self.add(tx, filter, stretch).await?;
                }
            }
        }
        Ok(())
    }

    async fn add(&mut self, tx: &mut Tx, filter: &ItemFilter, stretch: Stretch) -> Result<(), StoreError> {
        let part = filter.items(tx, stretch, self.limit, self.offset).await?;
        self.limit -= i64::try_from(part.len()).unwrap_or(i64::MAX);
        match (part.is_empty(), self.offset) {
            (true, 1..) => self.offset -= filter.count(tx, stretch).await?,
            _ => self.offset = 0,
        }
        self.items.extend(part);
        Ok(())
    }
}

/// The state that an item in a run has, by its own.
const fn in_run(own: ItemState) -> ItemState {
    match own {
        ItemState::Pending => ItemState::Completed,
        ItemState::Processing
        | ItemState::Completed
        | ItemState::Failed
        | ItemState::Unknown
        | ItemState::Skipped => own,
    }
}

impl ItemFilter {
    /// All items of a batch in some states; none: in any.
    #[must_use]
    pub const fn of(batch: BatchId, states: Vec<ItemState>) -> Self {
        Self { batch, after: i64::MIN, last: i64::MAX, states, codes: Vec::new() }
    }

    /// The stretches of a range that decide which items match; for a count, what states they have does not
    /// matter beyond that.
    async fn stretches(&self, tx: &mut Tx, range: Extent, counts: bool) -> Result<Vec<Stretch>, StoreError> {
        let is_own = if self.states.is_empty() {
            counts
        } else {
            let decided = [ItemState::Pending, ItemState::Completed];
            !decided.iter().any(|state| self.states.contains(state))
        };
        if is_own {
            return Ok(vec![Stretch { range, cover: Cover::None }]);
        }
        stretches(tx, self.batch, range).await
    }

    /// Which items of a stretch match, as written after the columns; none if none can.
    fn condition(&self, stretch: Stretch, args: &mut Vec<Value>) -> Option<String> {
        let (table, states): (_, Vec<ItemState>) = match stretch.cover {
            Cover::Some => ("item_now", self.states.clone()),
            Cover::None => ("item", self.states.clone()),
            Cover::All => {
                let own = ItemState::ALL.into_iter().filter(|own| self.states.contains(&in_run(*own)));
                ("item", own.collect())
            }
        };
        if states.is_empty() && !self.states.is_empty() {
            return None;
        }
        *args = args![self.batch.0, stretch.range.0, stretch.range.1];
        let mut text = format!(" FROM {table} WHERE number BETWEEN $2 AND $3 AND batch = $1");
        if !states.is_empty() {
            let numbers: Vec<_> = states.iter().map(|state| state.number().to_string()).collect();
            text += &format!(" AND state IN ({})", numbers.join(", "));
        }
        if !self.codes.is_empty() {
            let numbers: Vec<_> = self.codes.iter().map(|code| code.number().to_string()).collect();
            text += &format!(" AND code IN ({})", numbers.join(", "));
        }
        Some(text)
    }

    /// The text and arguments of a query for items of a stretch; none if no item can match.
    pub(crate) fn query<T: Listed>(
        &self,
        stretch: Stretch,
        limit: i64,
        offset: i64,
    ) -> Option<(String, Vec<Value>)> {
        let mut args = Vec::new();
        let condition = self.condition(stretch, &mut args)?;
        args.extend(args![limit, offset]);
        let columns = T::COLUMNS;
        Some((format!("SELECT {columns}{condition} ORDER BY number LIMIT $4 OFFSET $5"), args))
    }

    async fn items<T: Listed>(
        &self,
        tx: &mut Tx,
        stretch: Stretch,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<T>, StoreError> {
        let Some((text, args)) = self.query::<T>(stretch, limit, offset) else { return Ok(Vec::new()) };
        let mut items: Vec<T> =
            tx.fetch_text(text, args).await?.iter().map(Row::read).collect::<Result<_, _>>()?;
        if stretch.cover == Cover::All {
            items.iter_mut().for_each(T::set_in_run);
        }
        Ok(items)
    }

    async fn count(&self, tx: &mut Tx, stretch: Stretch) -> Result<i64, StoreError> {
        self.columns(tx, stretch, "COUNT(*)").await?.first().map_or(Ok(0), |row| row.i64(0))
    }

    async fn columns(&self, tx: &mut Tx, stretch: Stretch, columns: &str) -> Result<Rows, StoreError> {
        let mut args = Vec::new();
        match self.condition(stretch, &mut args) {
            Some(condition) => tx.fetch_text(format!("SELECT {columns}{condition}"), args).await,
            None => Ok(Rows::default()),
        }
    }
}
