//! A batch and its relations as the operator's API shows them: document 000's names, and ours beside them.

use super::words::{
    BatchModeWord, BatchRateMode, BatchStateWord, BatchStatusWord, BatchTypeWord, ContactWord,
    RelationStateWord, RelationStatusWord,
};
use crate::language;
use crate::time::wire;
use domain::amount::format_minor;
use domain::asset::Asset;
use domain::batch::{BatchType, ContactType};
use domain::code::Code;
use serde::Serialize;
use service::batch::Described;
use service::batch::list::{DescribedItem, DescribedRate};
use utoipa::ToSchema;

/// A batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchView {
    /// Its id.
    #[schema(example = 17)]
    pub id: i64,
    /// Its id once more, under the name that all answers about a batch share.
    #[schema(example = 17)]
    pub batch_id: i64,
    /// Its number: the day it was made, and a running number in that day.
    #[schema(example = "batch-20260310-001")]
    pub batch_number: String,
    /// What people call it.
    #[schema(example = "March salaries")]
    pub name: String,
    /// Which side is one account.
    #[serde(rename = "type")]
    pub kind: BatchTypeWord,
    /// Document 000's status.
    pub status: BatchStatusWord,
    /// The exact state.
    pub state: BatchStateWord,
    /// Always `batch`.
    #[schema(example = "batch")]
    pub source: &'static str,
    /// What a failed relation means for the rest.
    pub mode: BatchModeWord,
    /// The currency of all its amounts: that of the paying accounts.
    #[schema(example = "USD")]
    pub currency: String,
    /// The paying account, if it is one.
    #[schema(example = 4)]
    pub source_account_id: Option<i64>,
    /// Its number.
    #[schema(example = "PAYROLL-1")]
    pub source_account: Option<String>,
    /// The paid account, if it is one.
    #[schema(example = json!(null))]
    pub target_account_id: Option<i64>,
    /// Its number.
    #[schema(example = json!(null))]
    pub target_account: Option<String>,
    /// Whether payees in another currency are paid in it.
    pub convert: bool,
    /// At which rates; null if it does not convert.
    pub rate_mode: Option<BatchRateMode>,
    /// The rates that it has kept at its submission, or when it was repriced.
    pub rates: Vec<BatchRateView>,
    /// The sum of all its relations.
    #[schema(example = "5000.00")]
    pub total_amount: String,
    /// The sum of those that were paid.
    #[schema(example = "4900.00")]
    pub success_amount: String,
    /// The sum of those that failed.
    #[schema(example = "100.00")]
    pub failed_amount: String,
    /// Fees on top of what was paid.
    #[schema(example = "0.00")]
    pub fee_amount: String,
    /// Relations.
    #[schema(example = 50)]
    pub total_count: i64,
    /// Of them paid.
    #[schema(example = 49)]
    pub success_count: i64,
    /// Of them failed.
    #[schema(example = 1)]
    pub failed_count: i64,
    /// Of them waiting.
    #[schema(example = 0)]
    pub pending_count: i64,
    /// Of them taken out.
    #[schema(example = 0)]
    pub skipped_count: i64,
    /// Rows of its file that were refused.
    #[schema(example = 0)]
    pub refused_count: i64,
    /// The version of its content, raised by every edit of the draft; what `If-Match` names.
    #[schema(example = 1)]
    pub version: i64,
    /// What people wrote.
    pub remarks: Option<String>,
    /// Who made it.
    #[schema(example = "user:anna")]
    pub created_by: String,
    /// When it was made.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    pub created_at: String,
    /// When it last moved on in its life.
    #[schema(format = DateTime, example = "2026-03-10T12:00:09Z")]
    pub updated_at: String,
    /// When it was submitted.
    #[schema(format = DateTime)]
    pub submitted_at: Option<String>,
    /// When it began to move money.
    #[schema(format = DateTime)]
    pub started_at: Option<String>,
    /// When a person interrupted it.
    #[schema(format = DateTime)]
    pub interrupted_at: Option<String>,
    /// When a person called it off for good: what was not paid then is skipped.
    #[schema(format = DateTime)]
    pub called_off_at: Option<String>,
    /// When it ended.
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
            kind: batch.kind.into(),
            status: BatchStatusWord::of_batch(batch.state),
            state: batch.state.into(),
            source: "batch",
            mode: batch.mode.into(),
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
            pending_count: batch.tally.pending_count(),
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

/// A rate that a batch has kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchRateView {
    /// The currency that is paid.
    #[schema(example = "USD")]
    source: String,
    /// The currency that arrives.
    #[schema(example = "CNY")]
    target: String,
    /// Major units of the target for one of the source.
    #[schema(example = "7.1")]
    rate: String,
    /// When the batch took it.
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
    /// Its id, and the id of the transfer that settles it.
    #[schema(example = 1041)]
    pub id: i64,
    /// Its batch.
    #[schema(example = 17)]
    pub batch_id: i64,
    /// Its place in the request, or its line in the file.
    #[schema(example = 1)]
    pub line: i64,
    /// The paying account.
    #[schema(example = 4)]
    pub source_account_id: i64,
    /// Its number.
    #[schema(example = "PAYROLL-1")]
    pub source_account: String,
    /// The paid account.
    #[schema(example = 9)]
    pub target_account_id: i64,
    /// Its number.
    #[schema(example = "ANNA-1")]
    pub target_account: String,
    /// How the relation names the side that is not the single account: `inner` unless it was written otherwise.
    pub contact_type: ContactWord,
    /// That side as it was written; the account's number where nothing else was.
    #[schema(example = "ANNA-1")]
    pub target_identifier: String,
    /// Major units of the batch's currency.
    #[schema(example = "100.00")]
    pub amount: String,
    /// The fee on top, once it is paid.
    #[schema(example = "0.00")]
    pub fee: Option<String>,
    /// Document 000's status, and `skipped`.
    pub status: RelationStatusWord,
    /// The exact state.
    pub state: RelationStateWord,
    /// The transfer that settled it; null until it is completed.
    #[schema(example = 1041)]
    pub transfer_id: Option<i64>,
    /// Why it failed, for programs.
    #[schema(value_type = Option<String>, example = "INSUFFICIENT_BALANCE")]
    pub error_code: Option<&'static str>,
    /// Why it failed, for people.
    #[schema(value_type = Option<String>, example = "The available balance does not cover the amount")]
    pub error_message: Option<&'static str>,
    /// What it is for.
    #[schema(example = "Salary 2026-03")]
    pub memo: Option<String>,
    /// The client's own reference.
    #[schema(example = "HR-0001")]
    pub reference: Option<String>,
    /// What the payment is called in the client's system.
    #[schema(example = "HR-2026-03-0001")]
    pub external_id: Option<String>,
    /// When it came into the batch.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    pub created_at: String,
    /// When it was last paid, refused, retried or skipped; when it came, if nothing of that happened.
    #[schema(format = DateTime, example = "2026-03-10T12:00:09Z")]
    pub updated_at: String,
    /// When it was paid.
    #[schema(format = DateTime)]
    pub completed_at: Option<String>,
}

impl RelationView {
    pub(crate) fn of(batch: &Described, described: DescribedItem) -> Self {
        let DescribedItem { item, source, target, transfer, contact, created_at, updated_at } = described;
        let own = if batch.batch.kind == BatchType::ManyToOne { &source } else { &target };
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
            contact_type: contact_type.into(),
            created_at: wire(created_at),
            updated_at: wire(updated_at.map_or(created_at, |at| at.max(created_at))),
            amount: amount(item.amount),
            fee: transfer.as_ref().map(|transfer| amount(transfer.fee)),
            status: RelationStatusWord::of_item(item.state),
            state: item.state.into(),
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

/// Major units as text.
pub(crate) fn major(minor: impl Into<i128>, asset: &Asset) -> String {
    format_minor(minor.into(), asset.scale)
}
