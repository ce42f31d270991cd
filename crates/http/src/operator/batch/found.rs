//! Findings before a batch is paid: rows that have already been paid, similar earlier batches, and money
//! promised to other batches.

use super::view::{BatchView, major};
use crate::kit::approval::ApprovalView;
use crate::kit::language;
use domain::asset::Asset;
use domain::code::Code;
use serde::Serialize;
use service::approval::ApprovalStanding;
use service::batch::promise::Promise;
use service::batch::similar::{Found, PaidRow, Similar};
use service::batch::submit::PreparedBatch;
use utoipa::ToSchema;

/// Findings about a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchFoundView {
    /// Rows that equal a row of another batch within the duplicate window that has been paid or can still be
    /// paid: same payer, payee, amount, reference, external id and memo.
    #[schema(example = 0)]
    already_paid: i64,
    /// The first 100 of these rows.
    already_paid_rows: Vec<AlreadyPaidView>,
    /// How many of these rows `withoutPaid` left out.
    #[schema(example = 0)]
    left_out: i64,
    /// The amount that other submitted batches have yet to pay from the single paying account; null if there
    /// is none.
    #[schema(example = "0.00")]
    held_by_others: Option<String>,
    /// Warnings. None of them prevents the batch from being paid.
    warnings: Vec<BatchWarningView>,
}

/// A row that another batch has already paid or still pays.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AlreadyPaidView {
    /// The row's position in the request, or its line in the file.
    #[schema(example = 3)]
    line: i64,
    /// The number of the other batch.
    #[schema(example = "batch-20260310-001")]
    batch_number: String,
    /// The relation in the other batch.
    #[schema(example = 1041)]
    relation_id: i64,
}

/// A warning about a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchWarningView {
    /// `BATCH_SIMILAR` or `BALANCE_SHORT`.
    #[schema(example = "BALANCE_SHORT")]
    code: &'static str,
    /// The warning, for people.
    message: &'static str,
    /// For `BATCH_SIMILAR`: the earlier batch.
    similar: Option<SimilarBatchView>,
    /// For `BALANCE_SHORT`: the total of this batch and of what other submitted batches have yet to pay,
    /// without fees.
    #[schema(example = "5000.00")]
    need: Option<String>,
    /// For `BALANCE_SHORT`: what the account can pay now.
    #[schema(example = "4000.00")]
    balance: Option<String>,
    /// For `BALANCE_SHORT`: the shortfall.
    #[schema(example = "1000.00")]
    missing: Option<String>,
}

/// An earlier batch that the new one resembles.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SimilarBatchView {
    /// The earlier batch's id.
    #[schema(example = 16)]
    batch_id: i64,
    /// The earlier batch's number.
    #[schema(example = "batch-20260310-001")]
    batch_number: String,
    /// The day the earlier batch was submitted, in the organisation's time zone.
    #[schema(example = "2026-03-10")]
    day: String,
    /// How many relations the earlier batch has.
    #[schema(example = 50)]
    count: i64,
    /// The sum of these relations.
    #[schema(example = "5000.00")]
    sum: String,
    /// How many rows of the new batch the earlier one also has.
    #[schema(example = 50)]
    same: i64,
    /// Whether submitting the new batch is refused without a reason (`again`); false if the two batches are
    /// far enough apart.
    refuses: bool,
}

/// A batch and the findings about it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchPreparedView {
    /// The batch.
    #[serde(flatten)]
    batch: BatchView,
    /// The findings.
    #[serde(flatten)]
    found: BatchFoundView,
    /// The approvals that it needs, and who may give them.
    approval: ApprovalView,
}

impl BatchPreparedView {
    pub(crate) fn of(prepared: PreparedBatch, approval: ApprovalStanding) -> Self {
        let PreparedBatch { batch, found } = prepared;
        let found = BatchFoundView::of(found, &batch.asset);
        let approval = ApprovalView::of(approval, &batch.asset);
        Self { batch: BatchView::of(batch), found, approval }
    }
}

impl BatchFoundView {
    pub(crate) fn of(found: Found, asset: &Asset) -> Self {
        let Found { similar, already_paid, paid, left_out, promise } = found;
        let short = promise.filter(|promise| promise.missing() > 0).map(|promise| short(&promise, asset));
        Self {
            already_paid,
            already_paid_rows: paid.into_iter().map(AlreadyPaidView::from).collect(),
            left_out,
            held_by_others: promise.map(|promise| major(promise.held_by_others, asset)),
            warnings: similar.map(|similar| resembles(similar, asset)).into_iter().chain(short).collect(),
        }
    }
}

impl From<PaidRow> for AlreadyPaidView {
    fn from(row: PaidRow) -> Self {
        Self { line: row.line, batch_number: row.batch, relation_id: row.item }
    }
}

fn warning(code: Code) -> BatchWarningView {
    let message = code.message(language::current());
    BatchWarningView { code: code.name(), message, similar: None, need: None, balance: None, missing: None }
}

fn resembles(similar: Similar, asset: &Asset) -> BatchWarningView {
    let view = SimilarBatchView {
        batch_id: similar.batch.0,
        batch_number: similar.number,
        day: similar.day,
        count: similar.count,
        sum: major(similar.sum, asset),
        same: similar.overlap.same,
        refuses: similar.refuses,
    };
    BatchWarningView { similar: Some(view), ..warning(Code::BatchSimilar) }
}

fn short(promise: &Promise, asset: &Asset) -> BatchWarningView {
    BatchWarningView {
        need: Some(major(promise.need, asset)),
        balance: Some(major(promise.balance, asset)),
        missing: Some(major(promise.missing(), asset)),
        ..warning(Code::BalanceShort)
    }
}
