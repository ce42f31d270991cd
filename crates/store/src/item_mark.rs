//! Marks: which items were moved to another state outside the door, and to which. A run's own outcomes are in
//! `item_run` and `item_failure`; together they tell the state and the code that each item must have.
//!
//! A batch's edition is raised whenever such items move, so it numbers the marks of the batch.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::item_extent::Extent;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::code::Code;
use domain::id::{BatchId, TransferId};
use domain::item::ItemState;
use std::collections::BTreeMap;

record! {
    /// A mark.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ItemMark {
        /// The batch.
        pub batch: BatchId,
        /// Its edition since then.
        pub edition: i64,
        /// When, microseconds UTC.
        pub at: i64,
        /// The state that the items got.
        pub state: ItemState,
        /// The items, as [`ItemMark::runs`] reads them.
        pub items: String,
    }
}

/// Which of the items in a run were moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Those that were pending; they have no code.
    Pending,
    /// All; the code that they have since then.
    All(Option<Code>),
}

/// Items that a mark moved: from the first to the last number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovedRun {
    /// The numbers.
    pub extent: Extent,
    /// Which of them.
    pub moved: Moved,
}

// After the batch's edition was raised.
static ADD: Sql = Sql::new(
    "INSERT INTO item_mark (batch, edition, at, state, items)
     SELECT id, edition, $2, $3, $4 FROM batch WHERE id = $1",
);
static AFTER: Sql = Sql::new(sql!(
    "SELECT ",
    ItemMark::COLUMNS,
    " FROM item_mark WHERE (batch, edition) > ($1, $2) ORDER BY batch, edition LIMIT $3",
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ADD, &AFTER];

/// Means the items that were pending.
const PENDING: &str = "*";
/// Means no code.
const NONE: &str = "-";

/// Records that items were moved, each with its code. The batch's edition was raised for it.
pub(crate) async fn add(
    tx: &mut Tx,
    batch: BatchId,
    items: &[(TransferId, Option<Code>)],
    (state, now): (ItemState, i64),
) -> Result<(), StoreError> {
    let mut by_code: BTreeMap<Option<i64>, Vec<i64>> = BTreeMap::new();
    for (number, code) in items {
        by_code.entry(code.map(Code::number)).or_default().push(number.0);
    }
    let groups = by_code.into_iter().map(|(code, numbers)| {
        (code.map_or_else(|| NONE.to_owned(), |code| code.to_string()), joined(numbers))
    });
    insert(tx, batch, groups, (state, now)).await
}

/// Records that the pending items in these extents were moved.
pub(crate) async fn add_pending(
    tx: &mut Tx,
    batch: BatchId,
    extents: &[Extent],
    (state, now): (ItemState, i64),
) -> Result<(), StoreError> {
    insert(tx, batch, std::iter::once((PENDING.to_owned(), extents.to_vec())), (state, now)).await
}

async fn insert(
    tx: &mut Tx,
    batch: BatchId,
    groups: impl Iterator<Item = (String, Vec<Extent>)>,
    (state, now): (ItemState, i64),
) -> Result<(), StoreError> {
    let groups = groups.filter(|(_, extents)| !extents.is_empty());
    let texts: Vec<String> = groups.map(|(key, extents)| written(&key, &extents)).collect();
    if texts.is_empty() {
        return Ok(());
    }
    tx.execute(&ADD, args![batch.0, now, state.number(), texts.join(";")]).await.map(|_| ())
}

/// Marks after a batch's edition, in the order of batches and editions.
pub async fn after(tx: &mut Tx, after: (i64, i64), limit: i64) -> Result<Vec<ItemMark>, StoreError> {
    tx.fetch(&AFTER, args![after.0, after.1, limit]).await?.iter().map(Row::read).collect()
}

/// Numbers as runs of consecutive ones.
fn joined(mut numbers: Vec<i64>) -> Vec<Extent> {
    numbers.sort_unstable();
    let mut runs: Vec<Extent> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if number.saturating_sub(*last) <= 1 => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

/// A group as text: its key, and of each run how far it begins behind the end of the one before (at first behind 0)
/// and, after a plus, how many more numbers follow.
fn written(key: &str, extents: &[Extent]) -> String {
    let (mut text, mut end) = (format!("{key}:"), 0);
    for (place, (first, last)) in extents.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let more = match last - first {
            0 => String::new(),
            more => format!("+{more}"),
        };
        text += &format!("{comma}{}{more}", first - end);
        end = *last;
    }
    text
}

impl ItemMark {
    /// The items that it moved.
    pub fn runs(&self) -> Result<Vec<MovedRun>, StoreError> {
        let unreadable =
            || StoreError::Corrupt(format!("the mark of batch {} at edition {}", self.batch, self.edition));
        self.read().ok_or_else(unreadable)
    }

    fn read(&self) -> Option<Vec<MovedRun>> {
        let mut runs = Vec::new();
        for group in self.items.split(';') {
            let (key, list) = group.split_once(':')?;
            let moved = match key {
                PENDING => Moved::Pending,
                NONE => Moved::All(None),
                code => Moved::All(Some(Code::from_number(code.parse().ok()?)?)),
            };
            let mut end = 0_i64;
            for run in list.split(',') {
                let (gap, more) = run.split_once('+').unwrap_or((run, "0"));
                let first = end.checked_add(gap.parse().ok()?)?;
                end = first.checked_add(more.parse().ok()?)?;
                runs.push(MovedRun { extent: (first, end), moved });
            }
        }
        Some(runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(items: &str) -> ItemMark {
        ItemMark { batch: BatchId(1), edition: 1, at: 1, state: ItemState::Failed, items: items.to_owned() }
    }

    #[test]
    fn what_was_moved_is_read_as_it_was_written() {
        let frozen = Code::TargetFrozen;
        let table: [(&str, Moved, Vec<i64>, &str); 4] = [
            (NONE, Moved::All(None), vec![7], "-:7"),
            (NONE, Moved::All(None), vec![9, 7, 8, 12, 13, 20], "-:7+2,3+1,7"),
            (PENDING, Moved::Pending, (1_000..=2_000).collect(), "*:1000+1000"),
            ("4", Moved::All(Code::from_number(4)), vec![5], "4:5"),
        ];
        for (key, moved, numbers, text) in table {
            let extents = joined(numbers);
            assert_eq!(written(key, &extents), text);
            let runs: Vec<_> = extents.into_iter().map(|extent| MovedRun { extent, moved }).collect();
            assert_eq!(mark(text).runs().unwrap(), runs, "{text}");
        }
        let both = mark(&format!("-:3;{}:4", frozen.number())).runs().unwrap();
        let run = |number, code| MovedRun { extent: (number, number), moved: Moved::All(code) };
        assert_eq!(both, [run(3, None), run(4, Some(frozen))]);
    }

    #[test]
    fn another_text_is_refused() {
        for text in ["", "-", "-:", "-:x", "x:1", "-:1+", "-:1;", "999999:1", "-:9223372036854775807+1"] {
            assert!(matches!(mark(text).runs(), Err(StoreError::Corrupt(_))), "{text}");
        }
    }
}
