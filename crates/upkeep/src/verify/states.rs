//! The states and codes of items: what chunks and marks recorded tells what each must be.

use super::report::{STEP, Verification};
use crate::Error;
use domain::item::ItemState;
use std::collections::VecDeque;
use store::Tx;
use store::item_mark::{self, Moved, MovedRun};
use store::verify::StoredFailure;

const STATE: &str = "item_state";
/// Marks that are read at a time; one may have half a megabyte.
const MARKS: i64 = 20;

/// An item as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct ItemFound {
    pub number: i64,
    pub batch: i64,
    pub amount: i64,
    pub state: Option<ItemState>,
    pub code: Option<i64>,
}

/// A mark, without its items.
#[derive(Debug, Clone, Copy)]
struct Mark {
    batch: i64,
    edition: i64,
    at: i64,
    state: ItemState,
}

/// What happened to an item by a mark.
#[derive(Debug, Clone, Copy)]
struct Move {
    edition: i64,
    at: i64,
    state: ItemState,
    moved: Moved,
}

/// What was recorded of the items, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    marks: Vec<Mark>,
    /// With the places of their marks; those that begin last come first.
    runs: Vec<(MovedRun, usize)>,
    /// The runs that the present number may be in.
    open: Vec<(MovedRun, usize)>,
    failures: VecDeque<StoredFailure>,
    read_to: (i64, i64),
    is_read: bool,
}

impl Recorded {
    /// Reads the marks; their runs are all that is held.
    pub(super) async fn load(tx: &mut Tx) -> Result<Self, Error> {
        let (mut recorded, mut after) = (Self { read_to: (i64::MIN, 0), ..Self::default() }, (i64::MIN, 0));
        loop {
            let page = item_mark::after(tx, after, MARKS).await?;
            let Some(last) = page.last() else { break };
            after = (last.batch.0, last.edition);
            for mark in page {
                let place = recorded.marks.len();
                recorded.runs.extend(mark.runs()?.into_iter().map(|run| (run, place)));
                let (batch, edition) = (mark.batch.0, mark.edition);
                recorded.marks.push(Mark { batch, edition, at: mark.at, state: mark.state });
            }
        }
        recorded.runs.sort_by_key(|(run, _)| std::cmp::Reverse(run.extent.0));
        Ok(recorded)
    }

    /// Reads the failed attempts of the items up to a number.
    pub(super) async fn read(&mut self, tx: &mut Tx, number: i64) -> Result<(), Error> {
        while !self.is_read && self.failures.back().is_none_or(|last| last.item <= number) {
            let page = store::verify::failures_of_items(tx, self.read_to, STEP).await?;
            match page.last() {
                Some(last) => self.read_to = (last.item, last.id),
                None => self.is_read = true,
            }
            self.failures.extend(page);
        }
        Ok(())
    }

    /// Compares an item with what was recorded of it, which was read. Items come in the order of their numbers.
    pub(super) fn check(&mut self, item: ItemFound, found: &mut Verification) {
        let failures = self.failures_of(item.number, found);
        let moves = self.moves_of(item.number, item.batch);
        let key = || format!("item {}", item.number);
        let own = failures.iter().all(|one| one.batch == item.batch && one.amount == item.amount);
        found.check(own && is_marked(&moves, &failures), STATE, || key() + ": its failed attempts differ");
        let holds = match expected(&moves, &failures) {
            // Whether it was completed, its transfer tells.
            Some((ItemState::Pending, _)) => {
                matches!(item.state, Some(ItemState::Pending | ItemState::Completed)) && item.code.is_none()
            }
            Some((state, code)) => item.state == Some(state) && item.code == code,
            None => false,
        };
        found.check(holds, STATE, key);
    }

    /// Names the failed attempts of items that do not exist.
    pub(super) async fn finish(mut self, tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
        self.read(tx, i64::MAX).await?;
        self.failures_of(i64::MAX, found);
        Ok(())
    }

    /// The failed attempts of the next item; those before it are of none.
    fn failures_of(&mut self, number: i64, found: &mut Verification) -> Vec<StoredFailure> {
        let mut own = Vec::new();
        while let Some(one) = self.failures.pop_front_if(|one| one.item <= number) {
            if one.item == number {
                own.push(one);
            } else {
                found.bad(STATE, || format!("item {}: it failed, but does not exist", one.item));
            }
        }
        own
    }

    /// The moves of the next item, in order.
    fn moves_of(&mut self, number: i64, batch: i64) -> Vec<Move> {
        while let Some(next) = self.runs.pop_if(|(run, _)| run.extent.0 <= number) {
            self.open.push(next);
        }
        self.open.retain(|(run, _)| run.extent.1 >= number);
        let of = |(run, place): &(MovedRun, usize)| {
            let mark = self.marks.get(*place).filter(|mark| mark.batch == batch)?;
            Some(Move { edition: mark.edition, at: mark.at, state: mark.state, moved: run.moved })
        };
        let mut moves: Vec<Move> = self.open.iter().filter_map(of).collect();
        moves.sort_unstable_by_key(|one| one.edition);
        moves
    }
}

/// Whether the attempts that no chunk decided are those that marks failed.
fn is_marked(moves: &[Move], failures: &[StoredFailure]) -> bool {
    let marked =
        moves.iter().filter(|one| one.state == ItemState::Failed).map(|one| (code(one.moved), one.at));
    let failed = failures.iter().filter(|one| one.chunk == 0).map(|one| (Some(one.code), one.at));
    marked.eq(failed)
}

const fn code(moved: Moved) -> Option<i64> {
    match moved {
        Moved::All(Some(code)) => Some(code.number()),
        Moved::All(None) | Moved::Pending => None,
    }
}

/// The state and the code that an item must have by itself; none if what was recorded of it cannot be.
fn expected(moves: &[Move], failures: &[StoredFailure]) -> Option<(ItemState, Option<i64>)> {
    let decided: Vec<i64> = failures.iter().filter(|one| one.chunk != 0).map(|one| one.code).collect();
    // How many of the attempts that chunks decided were taken up again.
    let mut retried = 0;
    let mut last: Option<(ItemState, Option<i64>)> = None;
    for one in moves {
        let is_pending = last.is_none_or(|(state, _)| state == ItemState::Pending);
        if one.moved == Moved::Pending && !is_pending {
            continue;
        }
        if one.state == ItemState::Pending && is_pending {
            retried += 1;
        }
        last = Some((one.state, code(one.moved)));
    }
    match last {
        Some((state, code)) if state != ItemState::Pending => Some((state, code)),
        _ => match decided.len().checked_sub(retried)? {
            0 => Some((ItemState::Pending, None)),
            1 => Some((ItemState::Failed, decided.last().copied())),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::ItemState::{Failed, Pending, Processing, Skipped};
    use super::*;
    use domain::code::Code;

    fn failed(code: i64, chunk: i64) -> StoredFailure {
        StoredFailure { id: 1, item: 1, batch: 1, code, amount: 1, chunk, at: 1 }
    }

    fn moves(states: &[(ItemState, Moved)]) -> Vec<Move> {
        let one = |(edition, (state, moved)): (i64, &(ItemState, Moved))| Move {
            edition,
            at: 1,
            state: *state,
            moved: *moved,
        };
        (1..).zip(states).map(one).collect()
    }

    #[test]
    fn the_state_of_an_item_follows_from_its_marks_and_failed_attempts() {
        type Case<'a> = (&'a [(ItemState, Moved)], &'a [i64], Option<(ItemState, Option<i64>)>);
        let (none, frozen) = (Moved::All(None), Moved::All(Some(Code::TargetFrozen)));
        let number = Code::TargetFrozen.number();
        let table: [Case<'_>; 11] = [
            (&[], &[], Some((Pending, None))),
            (&[], &[5], Some((Failed, Some(5)))),
            (&[], &[5, 6], None),
            (&[(Pending, none)], &[5], Some((Pending, None))),
            (&[(Pending, none)], &[5, 6], Some((Failed, Some(6)))),
            (&[(Pending, none)], &[], None),
            (&[(Failed, frozen), (Pending, none)], &[], Some((Pending, None))),
            (&[(Failed, frozen), (Pending, none)], &[6], Some((Failed, Some(6)))),
            (&[(Skipped, frozen)], &[number], Some((Skipped, Some(number)))),
            (&[(Skipped, none), (Skipped, Moved::Pending)], &[], Some((Skipped, None))),
            (&[(Processing, none), (Skipped, Moved::Pending)], &[], Some((Processing, None))),
        ];
        for (states, codes, state) in table {
            let failures: Vec<_> = codes.iter().map(|code| failed(*code, 1)).collect();
            assert_eq!(expected(&moves(states), &failures), state, "{states:?} {codes:?}");
        }
    }

    #[test]
    fn an_attempt_that_no_chunk_decided_needs_its_mark() {
        let marked = moves(&[(Failed, Moved::All(Some(Code::TargetFrozen))), (Pending, Moved::All(None))]);
        let number = Code::TargetFrozen.number();
        assert!(is_marked(&marked, &[failed(number, 0), failed(9, 7)]));
        for failures in [&[][..], &[failed(number + 1, 0)], &[failed(number, 0), failed(number, 0)]] {
            assert!(!is_marked(&marked, failures), "{failures:?}");
        }
    }
}
