//! A batch and its relations in the operator's API: document 000's field names, plus our own.

use super::words::{
    BatchModeWord, BatchRateMode, BatchStateWord, BatchStatusWord, BatchTypeWord, ContactWord,
    RelationStateWord, RelationStatusWord,
};
use crate::kit::language;
use crate::kit::time::wire;
use domain::amount::format_minor;
use domain::asset::Asset;
use domain::batch::{BatchMode, BatchState, BatchType, ContactType};
use domain::code::Code;
use domain::item::ItemState;
use serde::Serialize;
use service::batch::Described;
use service::batch::{DescribedItem, DescribedRate};
use utoipa::ToSchema;

/// A batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchView {
    /// The batch's id.
    #[schema(example = 17)]
    pub id: i64,
    /// The same id, under the name common to all responses about a batch.
    #[schema(example = 17)]
    pub batch_id: i64,
    /// The batch's number: the day it was created and a serial number within that day.
    #[schema(example = "batch-20260310-001")]
    pub batch_number: String,
    /// The batch's name.
    #[schema(example = "March salaries")]
    pub name: String,
    /// Which side is a single account.
    #[serde(rename = "type")]
    #[schema(value_type = BatchTypeWord)]
    pub kind: BatchType,
    /// Document 000's status.
    pub status: BatchStatusWord,
    /// The exact state.
    #[schema(value_type = BatchStateWord)]
    pub state: BatchState,
    /// Always `batch`.
    #[schema(example = "batch")]
    pub source: &'static str,
    /// How a failed relation affects the rest.
    #[schema(value_type = BatchModeWord)]
    pub mode: BatchMode,
    /// The currency of all amounts: that of the paying accounts.
    #[schema(example = "USD")]
    pub currency: String,
    /// The single paying account's id; null if there is none.
    #[schema(example = 4)]
    pub source_account_id: Option<i64>,
    /// The single paying account's number.
    #[schema(example = "PAYROLL-1")]
    pub source_account: Option<String>,
    /// The single receiving account's id; null if there is none.
    #[schema(example = json!(null))]
    pub target_account_id: Option<i64>,
    /// The single receiving account's number.
    #[schema(example = json!(null))]
    pub target_account: Option<String>,
    /// Whether payees with an account in another currency are paid in that currency.
    pub convert: bool,
    /// Which exchange rates the batch is paid at; null without `convert`.
    pub rate_mode: Option<BatchRateMode>,
    /// The exchange rates kept when the batch was submitted or repriced.
    pub rates: Vec<BatchRateView>,
    /// The sum of all relations.
    #[schema(example = "5000.00")]
    pub total_amount: String,
    /// The sum of the paid relations.
    #[schema(example = "4900.00")]
    pub success_amount: String,
    /// The sum of the failed relations.
    #[schema(example = "100.00")]
    pub failed_amount: String,
    /// The fees charged on top of the paid amounts.
    #[schema(example = "0.00")]
    pub fee_amount: String,
    /// The number of relations.
    #[schema(example = 50)]
    pub total_count: i64,
    /// The number of paid relations.
    #[schema(example = 49)]
    pub success_count: i64,
    /// The number of failed relations.
    #[schema(example = 1)]
    pub failed_count: i64,
    /// The number of pending relations.
    #[schema(example = 0)]
    pub pending_count: i64,
    /// The number of skipped relations.
    #[schema(example = 0)]
    pub skipped_count: i64,
    /// The number of refused rows of the batch's file.
    #[schema(example = 0)]
    pub refused_count: i64,
    /// The version of the content, for `If-Match`; every edit of the draft increments it.
    #[schema(example = 1)]
    pub version: i64,
    /// Free-text remarks.
    pub remarks: Option<String>,
    /// The user, key or process that created the batch.
    #[schema(example = "user:anna")]
    pub created_by: String,
    /// When the batch was created.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    pub created_at: String,
    /// The latest of the batch's other timestamps.
    #[schema(format = DateTime, example = "2026-03-10T12:00:09Z")]
    pub updated_at: String,
    /// When the batch was submitted.
    #[schema(format = DateTime)]
    pub submitted_at: Option<String>,
    /// When the batch began to move money.
    #[schema(format = DateTime)]
    pub started_at: Option<String>,
    /// When a person interrupted the batch.
    #[schema(format = DateTime)]
    pub interrupted_at: Option<String>,
    /// When a person cancelled the batch permanently, which skips unpaid relations.
    #[schema(format = DateTime)]
    pub called_off_at: Option<String>,
    /// When the batch ended.
    #[schema(format = DateTime)]
    pub completed_at: Option<String>,
}

impl BatchView {
    pub(crate) fn of(described: Described) -> Self {
        let Described { batch, asset, account, rates } = described;
        let amount = |minor: i64| major(minor, &asset);
        let (is_source, is_target) = (batch.kind == BatchType::OneToMany, batch.kind == BatchType::ManyToOne);
        let moves = [
            batch.submitted_at,
            batch.started_at,
            batch.interrupted_at,
            batch.called_off_at,
            batch.completed_at,
        ];
        let updated_at = moves.into_iter().flatten().fold(batch.created_at, i64::max);
        let id = batch.account.map(|id| id.0);
        Self {
            id: batch.id.0,
            batch_id: batch.id.0,
            batch_number: batch.number(),
            kind: batch.kind,
            status: BatchStatusWord::of_batch(batch.state),
            state: batch.state,
            source: "batch",
            mode: batch.mode,
            source_account_id: id.filter(|_| is_source),
            source_account: account.clone().filter(|_| is_source),
            target_account_id: id.filter(|_| is_target),
            target_account: account.filter(|_| is_target),
            convert: batch.convert,
            rate_mode: batch.convert.then_some(if batch.follows_rates {
                BatchRateMode::Follow
            } else {
                BatchRateMode::Kept
            }),
            rates: rates.into_iter().map(BatchRateView::from).collect(),
            total_amount: amount(batch.tally.total_amount),
            success_amount: amount(batch.tally.success_amount),
            failed_amount: amount(batch.tally.failed_amount),
            fee_amount: amount(batch.tally.fee_amount),
            total_count: batch.tally.total_count,
            success_count: batch.tally.success_count,
            failed_count: batch.tally.failed_count,
            pending_count: batch.tally.open_count(),
            skipped_count: batch.tally.skipped_count,
            refused_count: batch.refused_count,
            version: batch.version,
            created_at: wire(batch.created_at),
            updated_at: wire(updated_at),
            submitted_at: batch.submitted_at.map(wire),
            started_at: batch.started_at.map(wire),
            interrupted_at: batch.interrupted_at.map(wire),
            called_off_at: batch.called_off_at.map(wire),
            completed_at: batch.completed_at.map(wire),
            name: batch.name,
            remarks: batch.remarks,
            created_by: batch.created_by.name,
            currency: asset.code,
        }
    }
}

/// An exchange rate kept by a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchRateView {
    /// The source currency.
    #[schema(example = "USD")]
    source: String,
    /// The target currency.
    #[schema(example = "CNY")]
    target: String,
    /// Major units of the target currency for one major unit of the source currency.
    #[schema(example = "7.1")]
    rate: String,
    /// When the batch took this rate.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    kept_at: String,
}

impl From<DescribedRate> for BatchRateView {
    fn from(DescribedRate { source, target, rate, kept_at }: DescribedRate) -> Self {
        Self { source, target, rate, kept_at: wire(kept_at) }
    }
}

/// A relation: one line of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RelationView {
    /// The relation's id, which is also the id of the transfer that settles it.
    #[schema(example = 1041)]
    pub id: i64,
    /// The batch's id.
    #[schema(example = 17)]
    pub batch_id: i64,
    /// The relation's position in the request, or its line in the file.
    #[schema(example = 1)]
    pub line: i64,
    /// The paying account's id.
    #[schema(example = 4)]
    pub source_account_id: i64,
    /// The paying account's number.
    #[schema(example = "PAYROLL-1")]
    pub source_account: String,
    /// The receiving account's id.
    #[schema(example = 9)]
    pub target_account_id: i64,
    /// The receiving account's number.
    #[schema(example = "ANNA-1")]
    pub target_account: String,
    /// The name of the paying account's holder; null for an account of the ledger itself.
    #[schema(example = "Example Trading Ltd")]
    pub source_holder: Option<String>,
    /// The name of the receiving account's holder.
    #[schema(example = "Anna Example")]
    pub target_holder: Option<String>,
    /// How the relation identifies the side that is not the single account; `inner` unless specified
    /// otherwise.
    #[schema(value_type = ContactWord)]
    pub contact_type: ContactType,
    /// That side's identifier as it was sent; by default the account's number.
    #[schema(example = "ANNA-1")]
    pub target_identifier: String,
    /// The amount, in major units of the batch's currency; null while a draft waits for it.
    #[schema(example = "100.00")]
    pub amount: Option<String>,
    /// The fee charged on top; null until the relation is paid.
    #[schema(example = "0.00")]
    pub fee: Option<String>,
    /// One of document 000's statuses, or `skipped`.
    pub status: RelationStatusWord,
    /// The exact state.
    #[schema(value_type = RelationStateWord)]
    pub state: ItemState,
    /// The id of the transfer that settled the relation; null until it is completed.
    #[schema(example = 1041)]
    pub transfer_id: Option<i64>,
    /// The error code if the relation failed.
    #[schema(value_type = Option<String>, example = "INSUFFICIENT_BALANCE")]
    pub error_code: Option<&'static str>,
    /// The error message if the relation failed.
    #[schema(value_type = Option<String>, example = "The available balance does not cover the amount")]
    pub error_message: Option<&'static str>,
    /// The purpose of the payment.
    #[schema(example = "Salary 2026-03")]
    pub memo: Option<String>,
    /// Free text for the payee.
    #[schema(example = "HR-0001")]
    pub reference: Option<String>,
    /// The payment's id in the client's system.
    #[schema(example = "HR-2026-03-0001")]
    pub external_id: Option<String>,
    /// When the relation was added to the batch.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    pub created_at: String,
    /// When the relation was last paid, refused, retried or skipped; otherwise when it was added.
    #[schema(format = DateTime, example = "2026-03-10T12:00:09Z")]
    pub updated_at: String,
    /// When the relation was paid.
    #[schema(format = DateTime)]
    pub completed_at: Option<String>,
}

impl RelationView {
    pub(crate) fn of(batch: &Described, described: DescribedItem) -> Self {
        let DescribedItem {
            item,
            source,
            target,
            transfer,
            contact,
            created_at,
            updated_at,
            source_holder,
            target_holder,
        } = described;
        let own = match batch.batch.kind {
            BatchType::ManyToOne | BatchType::Withdrawal => &source,
            BatchType::OneToMany | BatchType::ManyToMany | BatchType::Deposit => &target,
        };
        let (contact_type, target_identifier) = contact.unwrap_or_else(|| (ContactType::Inner, own.clone()));
        let created_at = created_at.unwrap_or(batch.batch.created_at);
        let amount = |minor: i64| major(minor, &batch.asset);
        Self {
            id: item.number.0,
            batch_id: batch.batch.id.0,
            line: item.line,
            source_account_id: item.source.0,
            source_account: source,
            target_account_id: item.target.0,
            target_identifier,
            target_account: target,
            source_holder,
            target_holder,
            contact_type,
            created_at: wire(created_at),
            updated_at: wire(updated_at.map_or(created_at, |at| at.max(created_at))),
            amount: (item.amount > 0).then(|| amount(item.amount)),
            fee: transfer.as_ref().map(|transfer| amount(transfer.fee)),
            status: RelationStatusWord::of_item(item.state),
            state: item.state,
            transfer_id: transfer.as_ref().map(|transfer| transfer.number.0),
            error_code: item.code.map(Code::name),
            error_message: item.code.map(|code| code.message(language::current())),
            memo: item.memo,
            reference: item.reference,
            external_id: item.external_id,
            completed_at: transfer.map(|transfer| wire(transfer.created_at)),
        }
    }
}

/// Major units as a decimal string.
pub(crate) fn major(minor: impl Into<i128>, asset: &Asset) -> String {
    format_minor(minor.into(), asset.scale)
}
