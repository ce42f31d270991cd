//! The rates that a batch keeps (contract: "Rates and conversions"): taken at submission, compared with the
//! stored rates before each run that a user requests, and renewed by repricing.

use super::described::{Described, described};
use super::linked;
use super::lookup::{changed, locked};
use crate::approval::{makers, round};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Refusal, Service};
use domain::access::Reach;
use domain::approval::RoundCause;
use domain::asset::Asset;
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::fx::{FxPolicy, Rate};
use domain::id::AssetId;
use serde_json::{Value, json};
use store::audit::Actor;
use store::batch::Batch;
use store::batch_origin::Part;
use store::batch_rate::KeptRate;
use store::fx::FxRate;
use store::{StoreError, Tx};

/// The result of repricing.
#[derive(Debug, Clone)]
pub struct Repriced {
    /// The batch to continue with: the same one, or the draft of its unpaid items.
    pub batch: Described,
    /// For a draft: the batch that its unpaid items come from.
    pub from: Option<i64>,
}

/// Renews a batch's rates. A batch that has not begun takes the stored rates, and its approvals become
/// void. If it has begun and is not running, its unpaid items become a linked draft, which takes the
/// rates that are stored when it is submitted. For its maker, finance and administrators; an API key
/// reprices only batches it made.
pub async fn reprice(
    service: &Service,
    actor: &Actor,
    reach: Reach,
    batch: BatchRef,
) -> Result<Repriced, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchReprice));
    let done = reprice_in(&mut write, reach, batch).await;
    write.end(done).await
}

async fn reprice_in(
    write: &mut Write,
    reach: Reach,
    batch: BatchRef,
) -> Result<WriteResult<Repriced>, Error> {
    let batch = locked(write, batch).await?;
    may_reprice(&write.actor, reach, &batch)?;
    match batch.state {
        BatchState::Pending | BatchState::Approved => renew(write, &batch).await,
        BatchState::Paused | BatchState::PartiallyCompleted | BatchState::Failed => {
            let (draft, created) = linked::draft_of(write, &batch, Part::Unpaid, None).await?;
            let repriced = Fact::of_batch(Action::BatchReprice, batch.id)
                .with("items", draft.tally.total_count)
                .with("draft", draft.number())
                .moved(batch.state, BatchEvent::Repriced);
            let draft = described(&mut write.tx, draft).await?;
            Ok(WriteResult::many(Repriced { batch: draft, from: Some(batch.id.0) }, vec![created, repriced]))
        }
        BatchState::Draft
        | BatchState::Rejected
        | BatchState::Processing
        | BatchState::Completed
        | BatchState::Cancelled => {
            Err(Error::refused(Code::BatchState, format!("{} is {}", batch.number(), batch.state.name())))
        }
    }
}

fn may_reprice(actor: &Actor, reach: Reach, batch: &Batch) -> Result<(), Error> {
    linked::may_replace(actor, reach, batch)?;
    if !batch.convert || batch.follows_rates {
        return Err(Error::refused(Code::BatchKeepsNoRate, batch.number()));
    }
    Ok(())
}

/// A batch that has not begun takes the stored rates and is pending again: its approvals were for the old
/// rates.
async fn renew(write: &mut Write, batch: &Batch) -> Result<WriteResult<Repriced>, Error> {
    let before = store::batch_rate::of(&mut write.tx, batch.id).await?;
    let after = keep_rates(&mut write.tx, batch, write.now).await?;
    let state = BatchState::Pending;
    makers::add(write, batch.id).await?;
    round::renew(write, batch, RoundCause::Repriced).await?;
    let assets = store::asset::all(&mut write.tx).await?;
    let fact = Fact::of_batch(Action::BatchReprice, batch.id)
        .with("from", batch.state.name())
        .with("before", audited(&before, &assets))
        .with("rates", audited(&after, &assets))
        .moved(state, BatchEvent::Repriced);
    let renewed = changed(write, batch.id).await?;
    let batch = described(&mut write.tx, renewed).await?;
    Ok(WriteResult::one(Repriced { batch, from: None }, fact))
}

/// Keeps the stored rate of every currency pair that the batch needs, replacing the rates it kept before. A
/// batch that does not convert, or follows the stored rates, keeps none.
pub(crate) async fn keep_rates(tx: &mut Tx, batch: &Batch, now: i64) -> Result<Vec<KeptRate>, Error> {
    let mut kept = Vec::new();
    if !batch.convert || batch.follows_rates {
        return Ok(kept);
    }
    for (source, target) in store::batch_rate::pairs(tx, batch.id).await? {
        let Some(rate) = store::fx::newest(tx, source, target).await? else {
            let assets = store::asset::all(tx).await?;
            return Err(Error::refused(Code::RateNotFound, pair_name(&assets, source, target)));
        };
        let rate = KeptRate { batch: batch.id, rate, kept_at: now };
        store::batch_rate::keep(tx, &rate).await?;
        kept.push(rate);
    }
    Ok(kept)
}

/// A kept rate that no longer holds.
struct Lapsed {
    kept: KeptRate,
    stored: Option<FxRate>,
    policy: FxPolicy,
    is_old: bool,
}

/// Refuses a run at rates that no longer hold: a stored rate has moved beyond the pair's tolerance, or,
/// before the first run, a kept rate is too old.
pub(crate) async fn rates_hold(write: &mut Write, batch: &Batch) -> Result<(), Error> {
    if !batch.convert || batch.follows_rates {
        return Ok(());
    }
    let lapsed = lapsed(&mut write.tx, batch, write.now).await?;
    let Some(first) = lapsed.first() else { return Ok(()) };
    let assets = store::asset::all(&mut write.tx).await?;
    let rates: Vec<_> = lapsed.iter().map(|one| one.json(&assets)).collect();
    let data = Some(json!({ "rates": rates }));
    Err(Error::Refused(Refusal { data, ..first.refusal(&assets) }))
}

async fn lapsed(tx: &mut Tx, batch: &Batch, now: i64) -> Result<Vec<Lapsed>, Error> {
    let mut all = Vec::new();
    for kept in store::batch_rate::of(tx, batch.id).await? {
        let (source, target) = (kept.rate.source, kept.rate.target);
        let policy = store::fx_policy::of(tx, source, target).await?;
        let stored = store::fx::newest(tx, source, target).await?;
        let old = parse(&kept.rate)?;
        let is_near = match &stored {
            Some(stored) => policy.holds(&old, &parse(stored)?),
            None => true,
        };
        let is_old = batch.started_at.is_none() && policy.is_too_old(kept.kept_at, now);
        if is_old || !is_near {
            all.push(Lapsed { kept, stored, policy, is_old });
        }
    }
    Ok(all)
}

impl Lapsed {
    fn stored_rate(&self) -> Option<&str> {
        self.stored.as_ref().map(|stored| stored.rate.as_str())
    }

    fn refusal(&self, assets: &[Asset]) -> Refusal {
        let FxRate { source, target, rate, .. } = &self.kept.rate;
        let pair = pair_name(assets, *source, *target);
        if self.is_old {
            let hours = self.policy.max_age_h;
            let english = format!("{pair}: the rate {rate} was kept more than {hours} hours ago");
            return Refusal::bilingual(
                Code::RateChanged,
                english,
                format!("{pair}：汇率 {rate} 已保留超过 {hours} 小时"),
            );
        }
        let (stored, tolerance) = (self.stored_rate().unwrap_or_default(), self.policy.tolerance());
        let english =
            format!("{pair}: the stored rate is now {stored}, not within {tolerance} of the kept {rate}");
        let chinese = format!("{pair}：已存汇率现为 {stored}，与保留汇率 {rate} 的偏差超过 {tolerance}");
        Refusal::bilingual(Code::RateChanged, english, chinese)
    }

    fn json(&self, assets: &[Asset]) -> Value {
        let FxRate { source, target, rate, .. } = &self.kept.rate;
        json!({ "source": code(assets, *source), "target": code(assets, *target), "keptRate": rate,
                "storedRate": self.stored_rate(), "tolerance": self.policy.tolerance(),
                "isTooOld": self.is_old })
    }
}

fn parse(rate: &FxRate) -> Result<Rate, Error> {
    Rate::parse(&rate.rate).map_err(|code| StoreError::Corrupt(format!("stored rate: {code}")).into())
}

fn code(assets: &[Asset], id: AssetId) -> &str {
    assets.iter().find(|asset| asset.id == id).map_or("", |asset| asset.code.as_str())
}

fn pair_name(assets: &[Asset], source: AssetId, target: AssetId) -> String {
    format!("{} to {}", code(assets, source), code(assets, target))
}

/// Rates as the audit log records them.
fn audited(rates: &[KeptRate], assets: &[Asset]) -> Value {
    let one = |kept: &KeptRate| {
        json!({ "source": code(assets, kept.rate.source), "target": code(assets, kept.rate.target),
                "rate": kept.rate.rate })
    };
    rates.iter().map(one).collect()
}
