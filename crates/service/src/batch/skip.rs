//! Skips failed or pending items permanently. The batch's state follows.

use super::lookup::{self, changed, find, locked};
use super::mark::{self, FAILED, Mark};
use super::rework::{item_of, item_of_line, may_rework, refused_line, wrong_item};
use super::settle::settle;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::batch_ref::BatchRef;
use domain::fact::{Action, BatchEvent, Fact};
use store::audit::Actor;
use store::batch::Batch;

/// Skips a failed or pending item permanently.
pub async fn skip_item(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    item: i64,
    note: &str,
) -> Result<Batch, Error> {
    let mut write = claimed!(service.write(actor, Action::ItemSkip));
    let done = skip_item_in(&mut write, batch, item, note).await;
    write.end(done).await
}

/// The same for the item on a line of the batch's file; returns its number as well.
pub async fn skip_line(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    line: i64,
    note: &str,
) -> Result<(Batch, i64), Error> {
    match item_of_line(service, batch, line).await {
        Ok(item) => Ok((skip_item(service, actor, batch, item, note).await?, item)),
        Err(error) => refused_line(service, actor, Action::ItemSkip, (batch, line), error).await,
    }
}

/// Skips all failed items permanently, and returns how many there were. With nothing to do it returns 0
/// and changes nothing.
pub async fn skip_failed(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    note: &str,
) -> Result<(Batch, i64), Error> {
    if let Some(first) = service.first_answer().await? {
        return first.answer();
    }
    let count = match skip_in_steps(service, actor, batch, note).await {
        Ok(count) => count,
        Err(error) => {
            let id = lookup::named(service, batch).await.ok().map(|batch| batch.id.0);
            return service.refused(actor, Fact::new(Action::BatchSkipFailed, id), error).await;
        }
    };
    let mut write = claimed!(service.write(actor, Action::BatchSkipFailed));
    let done = find(&mut write.tx, batch).await.map(|batch| WriteResult::nothing((batch, count)));
    write.end(done).await
}

/// Skips in steps; the first step is recorded in the history, with the total count.
async fn skip_in_steps(service: &Service, actor: &Actor, batch: BatchRef, note: &str) -> Result<i64, Error> {
    let (mut after, mut count) = (i64::MIN, 0);
    loop {
        let mut write = service.step(actor, Action::BatchSkipFailed).await?;
        let mut batch = locked(&mut write, batch).await?;
        may_rework(&batch)?;
        let all = batch.tally.failed_count;
        let items = FAILED.mark(&mut write.tx, &mut batch, after, Mark::Skip, write.now).await?;
        let Some(last) = items.last() else { return Ok(count) };
        after = last.number.0;
        let marked = i64::try_from(items.len()).unwrap_or(0);
        let fact = Fact::of_batch(Action::BatchSkipFailed, batch.id).noted(note);
        let fact = if count == 0 {
            fact.with("items", all).moved(batch.state, BatchEvent::Skipped)
        } else {
            fact.with("items", marked)
        };
        count += marked;
        let facts = [Some(fact), settle(&mut write, &batch).await?].into_iter().flatten().collect();
        write.end(Ok(WriteResult::many((), facts))).await?;
    }
}

async fn skip_item_in(
    write: &mut Write,
    batch: BatchRef,
    item: i64,
    note: &str,
) -> Result<WriteResult<Batch>, Error> {
    let mut batch = locked(write, batch).await?;
    may_rework(&batch)?;
    let found = item_of(&mut write.tx, &batch, item).await?;
    found.state.skip().map_err(|code| wrong_item(code, &found))?;
    let fact = Fact::of_batch(Action::ItemSkip, batch.id)
        .with("item", item)
        .with("amount", found.amount)
        .moved(batch.state, BatchEvent::Skipped)
        .of_item(item)
        .noted(note);
    mark::set(&mut write.tx, &mut batch, &[found], Mark::Skip, write.now).await?;
    let facts = [Some(fact), settle(write, &batch).await?].into_iter().flatten().collect();
    Ok(WriteResult::many(changed(write, batch.id).await?, facts))
}
