//! Previews: what a run would do, without moving money.

use super::change::ChangeSummaryView;
use super::create;
use super::found::BatchFoundView;
use super::input::BatchCreateInput;
use super::path::BatchName;
use super::view::major;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::approval::ApprovalView;
use crate::kit::body::Nothing;
use crate::kit::language;
use crate::kit::once::Once;
use crate::kit::paging::{Pagination, Paging};
use crate::kit::problem::OperatorProblem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use domain::access::Operation as O;
use domain::asset::Asset;
use domain::code::Code;
use domain::noun::NounId;
use serde::{Deserialize, Serialize};
use service::approval::{self, ApprovalStanding};
use service::batch;
use service::batch::list::OffsetPage;
use service::batch::preview::{PredictedItem, Preview};
use service::consent::{BoundAccount, LISTED_MAX};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(O::PreviewNew, routes!(preview_new), create::CODES).add_operator(
        O::BatchPreview,
        routes!(preview),
        &[&[Code::BatchNotFound]],
    )
}

/// The default page size.
const USUAL: i64 = 20;

/// Which page of the transfers to return.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct PreviewQuery {
    /// The page number, from 1.
    #[param(minimum = 1, maximum = 10_000)]
    page: Option<i64>,
    /// Transfers per page; 20 by default.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
}

/// What a run would do now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchPreviewView {
    /// The batch's id; null if it has not been created.
    batch_id: Option<i64>,
    /// The currency of the amounts.
    #[schema(example = "USD")]
    currency: String,
    /// How many transfers were evaluated: the pending ones.
    #[schema(example = 50)]
    total_count: i64,
    /// How many of them would be paid.
    #[schema(example = 49)]
    success_count: i64,
    /// How many of them would be refused.
    #[schema(example = 1)]
    failed_count: i64,
    /// The total that would be paid.
    #[schema(example = "4900.00")]
    success_amount: String,
    /// The total fees, charged on top.
    #[schema(example = "0.00")]
    fee_amount: String,
    /// The single account's number; null if there is none.
    account: Option<String>,
    /// The single account's currency.
    account_currency: Option<String>,
    /// The single account's current balance.
    #[schema(example = "10000.00")]
    balance_before: Option<String>,
    /// The single account's balance after the run.
    #[schema(example = "5100.00")]
    balance_after: Option<String>,
    /// Whether a paying account needs a code for the batch to be executed.
    #[serde(rename = "require2FA")]
    require_2fa: bool,
    /// The paying accounts that need a code, at most 1,000.
    accounts: Vec<CodeAccountView>,
    /// The findings about the batch.
    #[serde(flatten)]
    found: BatchFoundView,
    /// The approvals that the batch needs and has, and who may give them.
    approval: ApprovalView,
    /// What is different about the batch, in counts; null if it has more than 5,000 relations.
    changes: Option<ChangeSummaryView>,
    /// A page of the transfers.
    relations: Vec<RelationForeseenView>,
    /// The page's position in the list.
    pagination: Pagination,
}

/// An account that is only debited with a code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CodeAccountView {
    /// The account's id.
    #[schema(example = "acct_17")]
    id: String,
    /// The account's number.
    #[schema(example = "PAYROLL-1")]
    number: String,
    /// Whether the server may generate its codes.
    #[serde(rename = "auto2FA")]
    auto_2fa: bool,
}

impl From<BoundAccount> for CodeAccountView {
    fn from(account: BoundAccount) -> Self {
        Self { id: account.id.tagged(), number: account.number, auto_2fa: account.automatic }
    }
}

/// What would happen to a transfer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RelationForeseenView {
    /// The relation's id; null if the batch has not been created.
    #[schema(example = 1041)]
    id: Option<i64>,
    /// The relation's position in the request, or its line in the file.
    #[schema(example = 1)]
    line: i64,
    /// The paying account's number.
    #[schema(example = "PAYROLL-1")]
    source_account: String,
    /// The receiving account's number.
    #[schema(example = "ANNA-1")]
    target_account: String,
    /// The amount, in major units.
    #[schema(example = "100.00")]
    amount: String,
    /// Whether the transfer would be paid.
    ok: bool,
    /// The error code if it would be refused.
    #[schema(value_type = Option<String>)]
    error_code: Option<&'static str>,
    /// The error message if it would be refused.
    #[schema(value_type = Option<String>)]
    error_message: Option<&'static str>,
    /// The fee, charged on top.
    #[schema(example = "0.00")]
    fee: String,
    /// The paying account's balance before the transfer.
    #[schema(example = "10000.00")]
    balance_before: Option<String>,
    /// The paying account's balance after the transfer.
    #[schema(example = "9900.00")]
    balance_after: Option<String>,
    /// The amount the payee receives if the transfer is converted.
    converted_amount: Option<String>,
    /// The currency of `convertedAmount`.
    converted_currency: Option<String>,
}

fn foreseen(item: PredictedItem, asset: &Asset) -> RelationForeseenView {
    let PredictedItem { item, code, fee, balance, exchanged } = item;
    let number = item.item.number.0;
    RelationForeseenView {
        id: (number != 0).then_some(number),
        line: item.item.line,
        source_account: item.source,
        target_account: item.target,
        amount: major(item.item.amount, asset),
        ok: code.is_none(),
        error_code: code.map(Code::name),
        error_message: code.map(|code| code.message(language::current())),
        fee: major(fee, asset),
        balance_before: balance.map(|(before, _)| major(before, asset)),
        balance_after: balance.map(|(_, after)| major(after, asset)),
        converted_amount: exchanged.as_ref().map(|(asset, minor)| major(*minor, asset)),
        converted_currency: exchanged.map(|(asset, _)| asset.code),
    }
}

fn view(
    batch: Option<i64>,
    asset: &Asset,
    account: Option<String>,
    (preview, approval): (Preview, ApprovalStanding),
    paging: Paging,
) -> BatchPreviewView {
    let total = preview.would_succeed + preview.would_fail;
    let single = preview.single.as_ref();
    let found = BatchFoundView::of(preview.found, asset);
    let changes = preview.changes.as_ref().map(|changes| ChangeSummaryView::of(changes, asset));
    BatchPreviewView {
        found,
        approval: ApprovalView::of(approval, asset),
        require_2fa: !preview.bound.is_empty(),
        accounts: preview.bound.into_iter().take(LISTED_MAX).map(CodeAccountView::from).collect(),
        changes,
        batch_id: batch,
        currency: asset.code.clone(),
        total_count: total,
        success_count: preview.would_succeed,
        failed_count: preview.would_fail,
        success_amount: major(preview.amount, asset),
        fee_amount: major(preview.fee, asset),
        account,
        account_currency: single.map(|single| single.asset.code.clone()),
        balance_before: single.map(|single| major(single.before, &single.asset)),
        balance_after: single.map(|single| major(single.after, &single.asset)),
        relations: preview.items.into_iter().map(|item| foreseen(item, asset)).collect(),
        pagination: paging.of_total(total, None),
    }
}

fn part(query: &PreviewQuery) -> Result<(Paging, OffsetPage), OperatorProblem> {
    let paging = Paging::of(query.page, query.page_size, USUAL)?;
    Ok((paging, OffsetPage { limit: paging.page_size, offset: paging.offset() }))
}

/// Previews the execution of a batch.
///
/// Evaluates each pending transfer with fees, limits and exchange rates, and carries the balances forward
/// from one to the next. No money moves.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/preview", operation_id = "previewBatchTransfer",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"), PreviewQuery),
    responses((status = 200, description = "What would happen.", body = Envelope<BatchPreviewView>)))]
pub(crate) async fn preview(
    BatchName(batch): BatchName,
    Query(query): Query<PreviewQuery>,
    once: Once<Nothing>,
) -> Result<Answer<BatchPreviewView>, OperatorProblem> {
    let (paging, part) = part(&query)?;
    let (described, preview) = batch::preview(&once.service, batch, part).await?;
    let id = Some(described.batch.id.0);
    let approval = approval::standing_of(&once.service, &described.batch).await?;
    Ok(Answer::of(view(id, &described.asset, described.account, (preview, approval), paging)))
}

/// Previews a batch without creating it.
///
/// Nothing is stored and no money moves. Whatever creating the batch would refuse is refused here too.
#[utoipa::path(post, path = "/api/batch-transfers/preview", operation_id = "previewNewBatchTransfer",
    tag = "batches", params(PreviewQuery), request_body = BatchCreateInput,
    responses((status = 200, description = "What would happen.", body = Envelope<BatchPreviewView>)))]
pub(crate) async fn preview_new(
    who: Who,
    Query(query): Query<PreviewQuery>,
    once: Once<BatchCreateInput>,
) -> Result<Answer<BatchPreviewView>, OperatorProblem> {
    let (paging, part) = part(&query)?;
    let Once { body, service } = once;
    let (asset, account, preview) = batch::preview_new(&service, &body.into_new()?, part).await?;
    let total = i64::try_from(preview.amount + preview.refused_amount).unwrap_or(i64::MAX);
    let payment = (asset.id, preview.single.as_ref().map(|single| single.account), total);
    let approval = approval::foreseen(&service, who.actor(), payment).await?;
    Ok(Answer::of(view(None, &asset, account, (preview, approval), paging)))
}
