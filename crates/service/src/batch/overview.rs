//! Everything about a batch on one page, as its approvers see it: a page of its items, how it came to its state,
//! its totals in US dollars and what is different about it.

use super::change::{self, ChangeSummary};
use super::list::{ItemList, ItemQuery, OffsetPage, item_list_in};
use super::lookup::find;
use crate::{Error, Service};
use domain::amount::format_minor;
use domain::asset::Asset;
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::item::ItemState;
use ledger::rates::Rates;
use store::Tx;
use store::batch_history::Event;

/// Changes of state that an overview has; a batch that is retried again and again may have more.
const MOVES_MAX: i64 = 1_000;
/// The currency of totals that are comparable.
const COMPARED_IN: &str = "USD";

/// A batch on one page.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The batch, and a page of its items.
    pub list: ItemList,
    /// Its creation, and every change of its state, in order.
    pub timeline: Vec<Event>,
    /// Its total and its fees in US dollars at the stored rate; none without one.
    pub in_usd: Option<(String, String)>,
    /// What is different about it; none if it is large and not compared yet.
    pub changes: Option<ChangeSummary>,
}

impl Overview {
    /// The event that approved the batch, unless that has been undone.
    #[must_use]
    pub fn approved(&self) -> Option<&Event> {
        let undone = |event: &&Event| matches!(event.state, BatchState::Draft | BatchState::Pending);
        let since_undone = self.timeline.iter().rev().take_while(|event| !undone(event));
        since_undone.filter(|event| event.state == BatchState::Approved).last()
    }
}

/// A batch with a page of its items in the given states or in any.
pub async fn overview(
    service: &Service,
    batch: BatchRef,
    states: &[ItemState],
    part: OffsetPage,
) -> Result<Overview, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let timeline = store::batch_history::moves(&mut tx, batch.id, MOVES_MAX).await?;
    let query = ItemQuery { states: states.to_vec(), ..ItemQuery::default() };
    let list = item_list_in(&mut tx, batch, &query, part).await?;
    let tally = list.batch.batch.tally;
    let in_usd = in_usd(&mut tx, &list.batch.asset, (tally.total_amount, tally.fee_amount)).await?;
    drop(tx);
    let changes = change::summary(service, &list.batch.batch).await?;
    Ok(Overview { list, timeline, in_usd, changes })
}

/// Amounts in US dollars at the stored rate; none if there is none.
async fn in_usd(
    tx: &mut Tx,
    asset: &Asset,
    (one, other): (i64, i64),
) -> Result<Option<(String, String)>, Error> {
    let assets = store::asset::all(tx).await?;
    let Some(usd) = assets.into_iter().find(|asset| asset.code == COMPARED_IN) else { return Ok(None) };
    let rates = Rates::load(tx).await?;
    let convert = |minor: i64| {
        let exchange = if minor == 0 { Ok(None) } else { rates.exchange(asset.id, usd.id, minor) };
        let converted = exchange.ok()?.map_or(minor, |exchange| exchange.target_amount);
        Some(format_minor(i128::from(converted), usd.scale))
    };
    let is_known = asset.id == usd.id || rates.knows(asset.id, usd.id);
    Ok(if is_known { convert(one).zip(convert(other)) } else { None })
}
