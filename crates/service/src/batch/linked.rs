//! Drafts made from an earlier batch. A draft that pays unpaid items of that batch is linked: its submission
//! skips those items in the earlier batch in the same commit, so that nothing can be paid in both.

use super::lookup::{changed, get, lock};
use super::pages;
use crate::approval::makers;
use crate::write::Write;
use crate::{Error, setting};
use domain::access::Reach;
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::{BatchId, TransferId};
use domain::item::ItemState;
use domain::principal::Principal;
use ledger::calendar;
use store::Tx;
use store::audit::Actor;
use store::batch::{Batch, Filled, NewBatch};
use store::batch_origin::{self, Part, Replaced};
use store::counter::{self, Counter};
use store::named_lock::{self, NamedLock};

/// Creates a draft from a batch's items, with the batch's head or another name. A draft of unpaid items is
/// linked to them and has their external ids; a draft of all items is an independent batch, without external
/// ids.
pub(crate) async fn draft_of(
    write: &mut Write,
    batch: &Batch,
    part: Part,
    name: Option<String>,
) -> Result<(Batch, Fact), Error> {
    let tx = &mut write.tx;
    let (total_count, total_amount) = batch_origin::size(tx, batch.id, part).await?;
    if total_count == 0 {
        let (english, chinese) = match part {
            Part::Unpaid => ("no unpaid transfers", "没有未支付的转账"),
            Part::Failed => ("no failed transfers", "没有失败的转账"),
            Part::All => ("no transfers", "没有转账"),
        };
        let number = batch.number();
        let (english, chinese) = (format!("{number}: {english}"), format!("{number} {chinese}"));
        return Err(Error::bilingual(Code::BatchEmpty, english, chinese));
    }
    let id = empty_draft_like(write, batch, name).await?;
    let tx = &mut write.tx;
    let first_number = counter::take(tx, Counter::Number, total_count).await?;
    batch_origin::copy(tx, batch.id, part, (id, first_number)).await?;
    if part != Part::All {
        batch_origin::link(tx, batch.id, part, (id, first_number)).await?;
    }
    let last_number = first_number + total_count - 1;
    pages::add_copied(tx, id, (first_number, last_number)).await?;
    let filled = Filled { first_number, last_number, total_count, total_amount, ..Filled::default() };
    store::batch::fill(tx, id, &filled).await?;
    let created = Fact::of_batch(Action::BatchCreate, id)
        .with("items", total_count)
        .with("amount", total_amount)
        .with("type", batch.kind.name())
        .with("from", batch.number())
        .moved(BatchState::Draft, BatchEvent::Created);
    Ok((changed(write, id).await?, created))
}

/// Who may pay a batch's items in another way: its maker, finance and administrators; an API key only in
/// batches it made.
pub(crate) fn may_replace(actor: &Actor, reach: Reach, batch: &Batch) -> Result<(), Error> {
    let is_bound = reach == Reach::Own || matches!(actor.author.principal, Principal::Key(_));
    if is_bound && batch.created_by.principal != actor.author.principal {
        return Err(Error::refused(Code::Forbidden, batch.number()));
    }
    Ok(())
}

/// Creates a draft without items that has another batch's head.
async fn empty_draft_like(write: &mut Write, batch: &Batch, name: Option<String>) -> Result<BatchId, Error> {
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Batch).await?;
    let zone = setting::zone(tx).await?;
    let new = NewBatch {
        day: calendar::compact(calendar::zoned(write.now, &zone).date()),
        name: name.unwrap_or_else(|| batch.name.clone()),
        kind: batch.kind,
        mode: batch.mode,
        asset: batch.asset,
        account: batch.account,
        remarks: batch.remarks.clone(),
        convert: batch.convert,
        follows_rates: batch.follows_rates,
        allow_repeat: batch.allow_repeat,
        created_by: write.actor.author.clone(),
        created_at: write.now,
    };
    let id = store::batch::create(tx, &new).await?;
    // Who made the content that is copied does not approve it here either.
    makers::inherit(tx, id, batch).await?;
    makers::add(write, id).await?;
    Ok(id)
}

/// Creates the draft for the corrected rows of a submitted batch, whose own content is frozen.
pub(crate) async fn draft_of_corrections(write: &mut Write, batch: &Batch) -> Result<Batch, Error> {
    let id = empty_draft_like(write, batch, None).await?;
    store::batch::fill(&mut write.tx, id, &Filled::default()).await?;
    get(&mut write.tx, id).await
}

/// Called when a draft is submitted: skips the items that it pays in the batch that it is linked to. Refused
/// if one of them is no longer unpaid. Does nothing for a draft that is not linked.
pub(crate) async fn take_over(write: &mut Write, draft: &Batch) -> Result<Option<Fact>, Error> {
    let Some(origin) = batch_origin::origin(&mut write.tx, draft.id).await? else { return Ok(None) };
    let batch = lock(&mut write.tx, origin).await?;
    let mut replaced = batch_origin::replaced(&mut write.tx, draft.id).await?;
    if draft.submitted_at.is_some() {
        // It was submitted before and recalled or reopened: what it took over then is its own.
        replaced.retain(|one| one.state != ItemState::Skipped);
    }
    let is_unpaid = |one: &&Replaced| matches!(one.state, ItemState::Pending | ItemState::Failed);
    let settled: Vec<_> = replaced.iter().filter(|one| !is_unpaid(one)).collect();
    if let Some(first) = settled.first() {
        let (count, number, line) = (settled.len(), batch.number(), first.line);
        let english = format!("{count} of {number}, the first on line {line}");
        let chinese = format!("{number} 中的 {count} 笔，第一笔在第 {line} 行");
        return Err(Error::bilingual(Code::LinkedItemSettled, english, chinese));
    }
    if replaced.is_empty() {
        return Ok(None);
    }
    let state = skip_there(&mut write.tx, &batch, &replaced, write.now).await?;
    // The draft's items take over the ids in the same commit: they are free only within this transaction.
    let freed = replaced.iter().map(|one| one.item).collect();
    store::external_id::release(&mut write.tx, freed).await?;
    store::external_id::hold_range(&mut write.tx, draft.id, draft.range()).await?;
    let fact = Fact::of_batch(Action::BatchHandOver, batch.id)
        .with("items", replaced.len())
        .with("to", draft.number())
        .moved(state, BatchEvent::HandedOver);
    Ok(Some(fact))
}

/// Skips items in the earlier batch; returns its new state.
async fn skip_there(
    tx: &mut Tx,
    batch: &Batch,
    replaced: &[Replaced],
    now: i64,
) -> Result<BatchState, Error> {
    let marked: Vec<_> = replaced.iter().map(|one| (TransferId(one.item), one.code)).collect();
    store::item::set_states(tx, batch.id, &marked, (ItemState::Skipped, now)).await?;
    let mut tally = batch.tally;
    for one in replaced {
        if one.state == ItemState::Failed {
            tally.failed_count -= 1;
            tally.failed_amount -= one.amount;
        }
        tally.skipped_count += 1;
    }
    store::batch::set_tally(tx, batch.id, &tally).await?;
    // The state follows the counters: a paused batch with no pending items has ended.
    let state = tally.state(batch.state, batch.called_off_at.is_some());
    if state != batch.state {
        let ended = Some(batch.completed_at.unwrap_or(now));
        store::batch::set_state(tx, batch.id, state, BatchIntent::Run, None, ended).await?;
    }
    Ok(state)
}
