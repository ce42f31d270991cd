//! The rest of a batch whose run has ended or was called off: items that were not paid are failed or skipped,
//! in bounded transactions. The engine does this at the end of a run, and a cancellation of a batch that has
//! no runner.

use super::lookup;
use super::mark::{Mark, UNPAID, WAITING, Which};
use crate::Error;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::BatchId;
use store::Tx;

/// One way to mark the rest, step by step.
#[derive(Debug)]
pub struct RestPass {
    which: Which,
    mark: Mark,
    after: i64,
}

/// What is to be done with the rest, in this order: if the batch was cancelled permanently, its unpaid items
/// are skipped; pending items fail with the code, if one is given.
pub async fn passes(tx: &mut Tx, id: BatchId, code: Option<Code>) -> Result<Vec<RestPass>, Error> {
    let is_called_off = lookup::get(tx, id).await?.called_off_at.is_some();
    let skip = is_called_off.then_some((UNPAID, Mark::Skip));
    let fail = code.map(|code| (WAITING, Mark::Fail(code)));
    let pass = |(which, mark)| RestPass { which, mark, after: i64::MIN };
    Ok(skip.into_iter().chain(fail).map(pass).collect())
}

impl RestPass {
    /// What the pass does, for a refusal.
    pub(crate) const fn action(&self) -> Action {
        if let Mark::Skip = self.mark { Action::BatchSkipRest } else { Action::BatchFailRest }
    }

    /// Marks the next items, and returns what to record; none if no item is left.
    pub async fn step(&mut self, tx: &mut Tx, id: BatchId, now: i64) -> Result<Option<Fact>, Error> {
        let mut batch = lookup::lock(tx, id).await?;
        let items = self.which.mark(tx, &mut batch, self.after, self.mark, now).await?;
        let Some(last) = items.last() else { return Ok(None) };
        self.after = last.number.0;
        let fact = Fact::of_batch(self.action(), id).with("items", items.len());
        Ok(Some(match self.mark {
            Mark::Fail(code) => fact.with("code", code.name()),
            Mark::Skip | Mark::Wait => fact,
        }))
    }
}
