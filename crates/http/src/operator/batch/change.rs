//! What is different about a batch: against an earlier one, and about the accounts it pays.

use super::path::{BatchName, read_name};
use super::view::major;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::paging::{self, Pagination};
use crate::kit::problem::OperatorProblem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use axum::extract::State;
use domain::access::Operation as O;
use domain::asset::Asset;
use domain::change::{ChangeKind, LATELY_DAYS, MOVED_PERCENT, RECENT_DAYS};
use domain::code::Code;
use serde::{Deserialize, Serialize};
use service::Batch;
use service::batch;
use service::batch::Described;
use service::batch::change::{
    ChangeCount, ChangePage, ChangeQuery, ChangeSummary, ChangedField, DescribedChange,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(
        O::BatchChanges,
        routes!(changes),
        &[&[Code::BatchNotFound, Code::CursorInvalid, Code::ChangesNotReady, Code::ChangesTooLarge]],
    )
}

/// The default page size.
const USUAL: i64 = 20;

/// Which changes to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct BatchChangesQuery {
    /// The id or number of the batch to compare with. By default the last batch that has ended and has the same
    /// type, account, currency and name, apart from numbers, dates and months.
    #[param(example = "batch-20260210-001")]
    against: Option<String>,
    /// Only changes of this kind.
    #[param(value_type = Option<BatchChangeWord>)]
    kind: Option<ChangeKind>,
    /// Changes per page; 20 by default.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page.
    cursor: Option<String>,
}

super::words::schemas! {
    /// What is different. `account_changed`: the holder was paid at another account. `payee_new`, `payee_gone`: only
    /// one of the two batches has the payee. `amount_moved`: the amount differs by more than `movedPercent`.
    /// `paid_recently`: the same payee was paid the same amount, in any batch, within `recentDays`. `first_payment`:
    /// the account has no entry yet. `account_opened`, `holder_changed`: within `latelyDays`.
    BatchChangeWord of ChangeKind;
}

/// What is different about a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchChangesView {
    /// The batch's id.
    #[schema(example = 17)]
    batch_id: i64,
    /// The batch's number.
    #[schema(example = "batch-20260310-001")]
    batch_number: String,
    /// The currency of the amounts.
    #[schema(example = "USD")]
    currency: String,
    /// The batch it was compared with; null if there is none.
    base: Option<ChangeBaseView>,
    /// When it was compared.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    made_at: String,
    /// An amount is listed if it differs by more than this percentage of the earlier one.
    #[schema(example = 20)]
    moved_percent: i64,
    /// Days within which the same payee and amount are listed.
    #[schema(example = 7)]
    recent_days: i64,
    /// Since when payments were searched for the same payee and amount: `recentDays` ago, or later if there were too
    /// many.
    #[schema(format = DateTime, example = "2026-03-03T12:00:00Z")]
    recent_since: String,
    /// Days for which a new account or a changed holder is listed.
    #[schema(example = 35)]
    lately_days: i64,
    /// How many changes of each kind there are; kinds without changes are omitted.
    counts: Vec<ChangeCountView>,
    /// A page of the changes, by kind, and of a kind the largest difference first.
    changes: Vec<ChangeView>,
    /// The page's position in the list.
    pagination: Pagination,
}

/// The batch that another one was compared with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeBaseView {
    /// The batch's id.
    #[schema(example = 16)]
    batch_id: i64,
    /// The batch's number.
    #[schema(example = "batch-20260210-001")]
    batch_number: String,
    /// The batch's name.
    #[schema(example = "February salaries")]
    name: String,
    /// The currency of its amounts.
    #[schema(example = "USD")]
    currency: String,
    /// When it ended; null if it has not.
    #[schema(format = DateTime)]
    completed_at: Option<String>,
}

/// How many changes of a kind there are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeCountView {
    /// The kind.
    #[schema(value_type = BatchChangeWord)]
    kind: ChangeKind,
    /// How many there are.
    #[schema(example = 12)]
    count: i64,
    /// How many of them can be listed: at most 100,000.
    #[schema(example = 12)]
    listed: i64,
    /// What the batch pays to them; for `payee_gone`, what the other one paid.
    #[schema(example = "51200.00")]
    amount: String,
}

/// What is different about a batch, in counts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeSummaryView {
    /// The number of the batch it was compared with; null if there is none.
    #[schema(example = "batch-20260210-001")]
    base_number: Option<String>,
    /// That batch's name.
    #[schema(example = "February salaries")]
    base_name: Option<String>,
    /// How many changes of each kind there are; kinds without changes are omitted.
    counts: Vec<ChangeCountView>,
}

impl ChangeSummaryView {
    pub(crate) fn of(summary: &ChangeSummary, asset: &Asset) -> Self {
        let base = summary.base.as_ref();
        Self {
            base_number: base.map(Batch::number),
            base_name: base.map(|base| base.name.clone()),
            counts: summary.report.counts.iter().map(|count| ChangeCountView::of(count, asset)).collect(),
        }
    }
}

/// What is different about a batch, in counts, as the admin API has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminChangesView {
    /// The number of the batch it was compared with; null if there is none.
    #[schema(example = "batch-20260210-001")]
    base_batch_id: Option<String>,
    /// That batch's name.
    #[schema(example = "February salaries")]
    base_name: Option<String>,
    /// How many changes of each kind there are; kinds without changes are omitted.
    counts: Vec<ChangeCountView>,
}

impl AdminChangesView {
    pub(crate) fn of(summary: &ChangeSummary, asset: &Asset) -> Self {
        let ChangeSummaryView { base_number, base_name, counts } = ChangeSummaryView::of(summary, asset);
        Self { base_batch_id: base_number, base_name, counts }
    }
}

/// A change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeView {
    /// Its kind.
    #[schema(value_type = BatchChangeWord)]
    kind: ChangeKind,
    /// The id of the account that is paid; in a batch that many pay into, of the paying one.
    #[schema(example = 9)]
    account_id: i64,
    /// That account's number.
    #[schema(example = "ANNA-1")]
    account: String,
    /// The name of its holder.
    #[schema(example = "Anna")]
    holder: Option<String>,
    /// For `account_changed`: the number of the account that the other batch paid.
    #[schema(example = json!(null))]
    account_before: Option<String>,
    /// What the other batch pays; null if that was not compared, or it pays nothing.
    #[schema(example = "4900.00")]
    amount_before: Option<String>,
    /// What this batch pays; null if it pays nothing.
    #[schema(example = "5000.00")]
    amount: Option<String>,
    /// For `paid_recently`: the number of the batch that paid.
    #[schema(example = json!(null))]
    paid_by_batch: Option<String>,
    /// For `paid_recently`, `account_opened` and `holder_changed`: when.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// For `holder_changed`: the old and new values.
    fields: Vec<ChangedFieldView>,
    /// For `holder_changed`: who changed it.
    #[schema(example = json!(null))]
    changed_by: Option<String>,
}

/// A changed value of a holder.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangedFieldView {
    /// `name`, `email`, `uid` or `defaultAccount`.
    #[schema(example = "email")]
    field: &'static str,
    /// Its old value.
    before: Option<String>,
    /// Its new value.
    after: Option<String>,
}

impl From<ChangedField> for ChangedFieldView {
    fn from(ChangedField { field, before, after }: ChangedField) -> Self {
        Self { field, before, after }
    }
}

impl ChangeBaseView {
    pub(crate) fn of(base: Described) -> Self {
        Self {
            batch_id: base.batch.id.0,
            batch_number: base.batch.number(),
            completed_at: base.batch.completed_at.map(wire),
            name: base.batch.name,
            currency: base.asset.code,
        }
    }
}

impl ChangeCountView {
    pub(crate) fn of(count: &ChangeCount, asset: &Asset) -> Self {
        let amount = major(count.amount, asset);
        Self { kind: count.kind, count: count.found, listed: count.listed, amount }
    }
}

impl ChangeView {
    fn of(described: DescribedChange, asset: &Asset, base: Option<&Asset>) -> Self {
        let DescribedChange { change, account, holder, account_before, batch, fields, by } = described;
        let is_compared = match change.kind {
            ChangeKind::AccountChanged
            | ChangeKind::PayeeGone
            | ChangeKind::AmountMoved
            | ChangeKind::PaidRecently => true,
            ChangeKind::PayeeNew
            | ChangeKind::FirstPayment
            | ChangeKind::AccountOpened
            | ChangeKind::HolderChanged => false,
        };
        let is_paid = change.kind != ChangeKind::PayeeGone;
        Self {
            kind: change.kind,
            account_id: change.account.0,
            account,
            holder,
            account_before,
            amount_before: is_compared.then(|| major(change.before, base.unwrap_or(asset))),
            amount: is_paid.then(|| major(change.after, asset)),
            paid_by_batch: batch,
            at: (change.at != 0).then(|| wire(change.at)),
            fields: fields.into_iter().map(ChangedFieldView::from).collect(),
            changed_by: by,
        }
    }
}

/// Returns what is different about a batch.
///
/// Its rows are compared with those of the last batch of the same name, or with another one. Accounts that are new,
/// or whose holder changed lately, and payments that repeat a recent one, are listed too. The report is made when the
/// batch is submitted and stays as it is; a draft is compared when this is called, if it has at most 100,000 relations.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/changes", operation_id = "getBatchChanges", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"), BatchChangesQuery),
    responses((status = 200, description = "What is different.", body = Envelope<BatchChangesView>)))]
pub(crate) async fn changes(
    State(app): State<App>,
    BatchName(batch): BatchName,
    Query(query): Query<BatchChangesQuery>,
) -> Result<Answer<BatchChangesView>, OperatorProblem> {
    let against = query.against.as_deref().map(read_name).transpose()?;
    let id = batch::named(&app.service, batch).await?.id;
    let sealed = format!("changes {id} {:?} {:?}", against, query.kind);
    let from = match &query.cursor {
        Some(cursor) => Some(place(&app.cursors.open(&sealed, cursor)?).ok_or(Code::CursorInvalid)?),
        None => None,
    };
    let limit = paging::size(query.page_size, USUAL)?;
    let asked = ChangeQuery { batch, against, kind: query.kind, from, limit };
    let page = batch::changes(&app.service, &asked).await?;
    let next =
        page.next.map(|(kind, place)| app.cursors.seal(&sealed, &format!("{} {place}", kind.number())));
    Ok(Answer::of(view(page, paging::by_cursor(limit, next))))
}

/// Where a page begins, as its cursor says it.
fn place(text: &str) -> Option<(ChangeKind, i64)> {
    let (kind, place) = text.split_once(' ')?;
    Some((ChangeKind::from_number(kind.parse().ok()?)?, place.parse().ok()?))
}

fn view(page: ChangePage, pagination: Pagination) -> BatchChangesView {
    let ChangePage { batch, base, report, changes, .. } = page;
    let asset = &batch.asset;
    let base_asset = base.as_ref().map(|base| &base.asset);
    BatchChangesView {
        batch_id: batch.batch.id.0,
        batch_number: batch.batch.number(),
        currency: asset.code.clone(),
        made_at: wire(report.made_at),
        moved_percent: MOVED_PERCENT,
        recent_days: RECENT_DAYS,
        recent_since: wire(report.recent_since),
        lately_days: LATELY_DAYS,
        counts: report.counts.iter().map(|count| ChangeCountView::of(count, asset)).collect(),
        changes: changes.into_iter().map(|one| ChangeView::of(one, asset, base_asset)).collect(),
        base: base.map(ChangeBaseView::of),
        pagination,
    }
}
