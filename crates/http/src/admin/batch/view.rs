//! A batch and its recipients in the admin API: document 002's field names, plus our own.

use super::approval::AdminApprovalView;
use crate::kit::time::wire;
use crate::operator::batch::change::AdminChangesView;
use crate::operator::batch::view::major;
use crate::operator::batch::words::{BatchStateWord, RelationStateWord};
use domain::asset::Asset;
use domain::batch::{BatchState, BatchTally, BatchType};
use domain::item::ItemState;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use service::approval::ApprovalStanding;
use service::batch::overview::Overview;
use service::batch::{Described, DescribedItem};
use service::{Batch, Event};
use utoipa::ToSchema;

/// Where payments within the ledger are made; others come with rails.
pub(super) const NETWORK: &str = "internal";

/// Document 002's status of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RecipientStatusWord {
    /// Not decided: waiting, or sent to an outside network without a known outcome.
    Pending,
    /// Paid.
    Success,
    /// Refused, interrupted or skipped.
    Failed,
}

impl RecipientStatusWord {
    /// The status for an item's exact state.
    pub(super) const fn of_item(state: ItemState) -> Self {
        match state {
            ItemState::Pending | ItemState::Processing | ItemState::Unknown => Self::Pending,
            ItemState::Completed => Self::Success,
            ItemState::Failed | ItemState::Skipped => Self::Failed,
        }
    }

    /// The item states with this status.
    pub(super) fn item_states(self) -> Vec<ItemState> {
        ItemState::ALL.into_iter().filter(|state| Self::of_item(*state) == self).collect()
    }

    /// How many items have this status.
    fn count(self, tally: &BatchTally) -> i64 {
        self.item_states().into_iter().map(|state| tally.count_in(state)).sum()
    }
}

/// What every view of a batch has.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminHeadView {
    /// The batch's number.
    #[schema(example = "batch-20260310-001")]
    batch_id: String,
    /// The batch's name.
    #[schema(example = "March salaries")]
    name: String,
    /// The batch's remarks.
    #[schema(example = "Paid on the 10th")]
    description: Option<String>,
    /// Where the payments are made: always `internal`.
    #[schema(example = "internal")]
    network: &'static str,
    /// The currency of all amounts.
    #[schema(example = "USD")]
    currency: String,
    /// The exact state.
    #[schema(value_type = BatchStateWord)]
    status: BatchState,
    /// The user or key that created the batch.
    #[schema(example = "maker-1")]
    created_by: String,
    /// When the batch was created.
    #[schema(format = DateTime, example = "2026-03-10T08:00:00Z")]
    created_at: String,
}

/// A batch's recipients in figures. The three counts of states add up to their number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminCountsView {
    /// How many recipients the batch has.
    #[schema(example = 125)]
    total_recipients: i64,
    /// The sum of all recipients.
    #[schema(example = "625000.00")]
    total_amount: String,
    /// How many recipients are paid.
    #[schema(example = 125)]
    success_count: i64,
    /// How many recipients are failed or skipped.
    #[schema(example = 0)]
    failed_count: i64,
    /// How many recipients are not decided.
    #[schema(example = 0)]
    pending_count: i64,
}

/// A batch in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminBatchView {
    #[serde(flatten)]
    head: AdminHeadView,
    #[serde(flatten)]
    counts: AdminCountsView,
    /// When the batch was submitted.
    #[schema(format = DateTime)]
    submitted_at: Option<String>,
}

impl AdminHeadView {
    fn of(batch: Batch, asset: &Asset) -> Self {
        Self {
            batch_id: batch.number(),
            network: NETWORK,
            status: batch.state,
            created_at: wire(batch.created_at),
            name: batch.name,
            description: batch.remarks,
            created_by: batch.created_by.name,
            currency: asset.code.clone(),
        }
    }
}

impl AdminCountsView {
    fn of(tally: &BatchTally, asset: &Asset) -> Self {
        let count = |status: RecipientStatusWord| status.count(tally);
        Self {
            total_recipients: tally.total_count,
            total_amount: major(tally.total_amount, asset),
            success_count: count(RecipientStatusWord::Success),
            failed_count: count(RecipientStatusWord::Failed),
            pending_count: count(RecipientStatusWord::Pending),
        }
    }
}

impl AdminBatchView {
    pub(super) fn of(described: Described) -> Self {
        let Described { batch, asset, .. } = described;
        Self {
            counts: AdminCountsView::of(&batch.tally, &asset),
            submitted_at: batch.submitted_at.map(wire),
            head: AdminHeadView::of(batch, &asset),
        }
    }
}

/// A batch on one page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminBatchDetailView {
    #[serde(flatten)]
    head: AdminHeadView,
    /// The batch in figures.
    summary: AdminSummaryView,
    /// A page of the recipients.
    recipients: Vec<RecipientView>,
    /// How the batch came to its state, oldest first.
    timeline: Vec<TimelineView>,
    /// What is different about the batch, in counts; `GET /api/batch-transfers/{id}/changes` lists it. Null until a
    /// large batch is compared.
    changes: Option<AdminChangesView>,
    /// The hash of the submitted content, for the approval; null for a draft.
    content_hash: Option<String>,
    /// The approvals that the batch needs and has, and all decisions.
    approval: AdminApprovalView,
    /// The user that approved the batch; the last one, if several did. Null unless it is approved.
    #[schema(example = "checker-1")]
    approved_by: Option<String>,
    /// When the batch was approved.
    #[schema(format = DateTime)]
    approved_at: Option<String>,
}

/// A batch in figures.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminSummaryView {
    #[serde(flatten)]
    counts: AdminCountsView,
    /// The sum of all recipients in US dollars, at the stored rate; null without one.
    #[schema(example = "625000.00")]
    total_amount_usd: Option<String>,
    /// The fees charged so far.
    #[schema(example = "15.62")]
    total_fee: String,
    /// The same in US dollars, at the stored rate; null without one.
    #[schema(example = "15.62")]
    total_fee_usd: Option<String>,
    /// The currency of the fees.
    #[schema(example = "USD")]
    fee_currency: String,
}

/// A recipient.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecipientView {
    /// The recipient's id, which is also that of the relation and of the transfer that pays it.
    #[schema(example = "item_1041")]
    id: String,
    /// The account's number; in a batch that many pay into, the payer's.
    #[schema(example = "ANNA-1")]
    address: String,
    /// The amount, in major units of the batch's currency.
    #[schema(example = "5000.00")]
    amount: String,
    /// The purpose of the payment.
    #[schema(example = "Salary 2026-03")]
    note: Option<String>,
    /// Document 002's status.
    status: RecipientStatusWord,
    /// The exact state.
    #[schema(value_type = RelationStateWord)]
    state: ItemState,
    /// The transaction on an outside network; null within the ledger.
    #[schema(example = json!(null))]
    tx_hash: Option<String>,
    /// The fee charged on top; null until the recipient is paid.
    #[schema(example = "0.12")]
    fee: Option<String>,
    /// The currency of the fee.
    #[schema(example = "USD")]
    fee_currency: String,
    /// When the recipient was paid, refused or skipped; null until then.
    #[schema(format = DateTime)]
    processed_at: Option<String>,
}

/// A change of a batch's state.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimelineView {
    /// The exact state after it.
    #[schema(value_type = BatchStateWord)]
    status: BatchState,
    /// When.
    #[schema(format = DateTime, example = "2026-03-10T08:00:00Z")]
    timestamp: String,
    /// The user, key or process that caused it.
    #[schema(example = "maker-1")]
    operator: String,
    /// A person's remark.
    #[schema(example = "November")]
    note: Option<String>,
}

impl AdminBatchDetailView {
    pub(super) fn of(overview: Overview, standing: ApprovalStanding) -> Self {
        let approved = overview.approved().cloned();
        let Overview { list, timeline, in_usd, changes } = overview;
        let summary = AdminSummaryView::of(&list.batch, in_usd);
        let Described { batch, asset, .. } = list.batch;
        let recipients = list.items.into_iter().map(|item| RecipientView::of(batch.kind, item, &asset));
        Self {
            recipients: recipients.collect(),
            timeline: timeline.into_iter().map(TimelineView::from).collect(),
            changes: changes.map(|changes| AdminChangesView::of(&changes, &asset)),
            approved_at: approved.as_ref().map(|event| wire(event.at)),
            approved_by: approved.map(|event| event.actor.name),
            content_hash: batch.content_hash.clone(),
            approval: AdminApprovalView::of(standing, &asset),
            head: AdminHeadView::of(batch, &asset),
            summary,
        }
    }
}

impl AdminSummaryView {
    fn of(described: &Described, in_usd: Option<(String, String)>) -> Self {
        let (tally, asset) = (&described.batch.tally, &described.asset);
        let (total_amount_usd, total_fee_usd) = in_usd.unzip();
        Self {
            counts: AdminCountsView::of(tally, asset),
            total_amount_usd,
            total_fee: major(tally.fee_amount, asset),
            total_fee_usd,
            fee_currency: asset.code.clone(),
        }
    }
}

impl RecipientView {
    fn of(kind: BatchType, described: DescribedItem, asset: &Asset) -> Self {
        let DescribedItem { item, source, target, transfer, updated_at, .. } = described;
        let address = match kind {
            BatchType::ManyToOne | BatchType::Withdrawal => source,
            BatchType::OneToMany | BatchType::ManyToMany | BatchType::Deposit => target,
        };
        let status = RecipientStatusWord::of_item(item.state);
        let is_processed = status != RecipientStatusWord::Pending;
        Self {
            id: format!("item_{}", item.number),
            address,
            amount: major(item.amount, asset),
            note: item.memo,
            status,
            state: item.state,
            tx_hash: None,
            fee: transfer.map(|transfer| major(transfer.fee, asset)),
            fee_currency: asset.code.clone(),
            processed_at: updated_at.filter(|_| is_processed).map(wire),
        }
    }
}

impl From<Event> for TimelineView {
    fn from(event: Event) -> Self {
        let detail: Option<Json> = event.detail.and_then(|text| serde_json::from_str(&text).ok());
        let note = detail.as_ref().and_then(|detail| detail.get("note")?.as_str()).map(ToOwned::to_owned);
        Self { status: event.state, timestamp: wire(event.at), operator: event.actor.name, note }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_counts_add_up_in_every_state(
            counts in prop::collection::vec(0..1_000_000_i64, 6),
        ) {
            let [paid, failed, skipped, waiting, flight, unknown] = counts[..] else { unreachable!() };
            let unknown = unknown.min(flight);
            let tally = BatchTally {
                total_count: paid + failed + skipped + waiting + flight,
                success_count: paid,
                failed_count: failed,
                skipped_count: skipped,
                flight_count: flight,
                unknown_count: unknown,
                ..BatchTally::default()
            };
            let count = |status: RecipientStatusWord| status.count(&tally);
            let (success, refused) = (count(RecipientStatusWord::Success), count(RecipientStatusWord::Failed));
            prop_assert_eq!((success, refused), (paid, failed + skipped));
            prop_assert_eq!(success + refused + count(RecipientStatusWord::Pending), tally.total_count);
        }
    }
}
