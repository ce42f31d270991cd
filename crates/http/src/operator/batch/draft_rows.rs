//! Commands on the relations of a draft: change one, remove many, add all accounts that match.

use super::draft::{OnVersion, ask, remark};
use super::party_input::{BatchPartyInput, BatchPartySchema};
use super::path::{BatchName, RelationName};
use super::relation_input::{BatchAmountMode, amounts};
use super::view::{BatchView, RelationView};
use super::words::ContactWord;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{BODY_BYTES_MAX, Body, Input};
use crate::kit::list::body_text;
use crate::kit::once::Once;
use crate::kit::problem::{OperatorProblem, Problem};
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::account::AccountStatus;
use domain::batch::ContactType;
use domain::code::Code;
use domain::code::groups::{DRAFT, ROWS};
use domain::holder_group::HolderGroupRef;
use domain::script::Digits;
use serde::{Deserialize, Deserializer, Serialize};
use service::account::AccountFilter;
use service::batch::rows::{Amounts, LeftOut};
use service::batch::{self, AddAccounts, EditItem, ItemsToRemove};
use service::payee::{Field, Given, Side};
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .add_operator(O::RelationEdit, routes!(edit), &[ROWS, DRAFT, &[Code::ItemNotFound]])
        .add_operator(O::RelationsRemove, routes!(remove), &[DRAFT, &[Code::ItemNotFound]])
        .add_operator(
            O::RelationsByFilter,
            routes!(add),
            &[
                ROWS,
                DRAFT,
                &[
                    Code::FileTooLarge,
                    Code::FilterTooWide,
                    Code::BatchSideInvalid,
                    Code::AssetUnknown,
                    Code::HolderGroupNotFound,
                ],
            ],
        )
}

const EDITED: Message = Message { english: "The relation was changed", chinese: "转账关系已修改" };
const REMOVED: Message = Message { english: "The relations were removed", chinese: "转账关系已删除" };
const ADDED: Message =
    Message { english: "The matching accounts were added", chinese: "符合条件的账户已添加" };

/// Changes to a relation: omitted fields stay unchanged.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "amount": "120.00", "memo": "Salary 2026-03, corrected" }))]
pub(super) struct RelationEditInput {
    /// The new amount, in major units; null: the draft waits for it again.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>, pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = "120.00")]
    amount: Option<Option<String>>,
    /// The paying account, where it is not the batch's single one.
    #[schema(value_type = Option<BatchPartySchema>)]
    source_account_id: Option<BatchPartyInput>,
    /// The receiving account, where it is not the batch's single one. In `many_to_many` both accounts are sent.
    #[schema(value_type = Option<BatchPartySchema>)]
    target_account_id: Option<BatchPartyInput>,
    /// How `targetIdentifier` is interpreted; `inner` by default.
    #[schema(value_type = Option<ContactWord>)]
    contact_type: Option<ContactType>,
    /// The payee (in many-to-one, the payer).
    #[schema(max_length = 255, example = json!(null))]
    target_identifier: Option<String>,
    /// The purpose of the payment; an empty string removes it.
    #[schema(max_length = 500)]
    memo: Option<String>,
    /// Free text for the payee; an empty string removes it.
    #[schema(max_length = 140)]
    reference: Option<String>,
    /// The payment's id in the client's system; an empty string removes it.
    #[schema(max_length = 64)]
    external_id: Option<String>,
}

impl Input for RelationEditInput {}

/// Reads a field that is present, even if it is null; serde does not call this for an omitted field.
fn named<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(field).map(Some)
}

impl From<RelationEditInput> for EditItem {
    fn from(input: RelationEditInput) -> Self {
        let mut given = Vec::new();
        given.extend(input.source_account_id.map(|party| party.given(Some(Side::Payer), Field::Payer)));
        given.extend(input.target_account_id.map(|party| party.given(Some(Side::Payee), Field::Payee)));
        given.extend(input.target_identifier.map(|text| match input.contact_type {
            Some(ContactType::Uid) => Given::uid(None, text, Digits::Refuse),
            Some(ContactType::Email) => Given::email(None, text, Digits::Refuse),
            Some(ContactType::Inner) | None => Given::account(None, Field::Account, text, Digits::Refuse),
        }));
        Self {
            amount: input.amount,
            given: Some(given).filter(|given| !given.is_empty()),
            memo: input.memo,
            reference: input.reference,
            external_id: input.external_id,
        }
    }
}

/// A relation that was changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RelationEditedView {
    /// The batch with its new total and version.
    batch: BatchView,
    /// The relation; its id and line are as before.
    relation: Option<RelationView>,
}

/// Which relations to remove: one of the three.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "ids": [1041, 1042] }))]
pub(super) struct RelationsRemoveInput {
    /// These, at most 50,000.
    #[schema(max_items = 50_000)]
    ids: Option<Vec<i64>>,
    /// Those that wait for their amount.
    #[serde(default)]
    missing_amount: bool,
    /// All.
    #[serde(default)]
    all: bool,
}

impl Input for RelationsRemoveInput {
    const BYTES_MAX: usize = BODY_BYTES_MAX;
}

impl RelationsRemoveInput {
    fn which(&self) -> Result<ItemsToRemove, Problem> {
        match (&self.ids, self.missing_amount, self.all) {
            (Some(ids), false, false) => Ok(ItemsToRemove::Numbers(ids.clone())),
            (None, true, false) => Ok(ItemsToRemove::Open),
            (None, false, true) => Ok(ItemsToRemove::All),
            _ => Err(Problem::about(Code::BodyInvalid, "ids, missingAmount, all: send one of them")),
        }
    }
}

/// A draft without the removed relations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RelationsRemovedView {
    /// The batch.
    batch: BatchView,
    /// How many relations were removed.
    #[schema(example = 2)]
    removed: u64,
}

/// The status of the accounts that are added.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AddedStatusWord {
    /// They can pay and be paid.
    Active,
    /// They can do neither until they are unfrozen: their relations fail until then.
    Frozen,
}

/// Which accounts to add, as `listAccounts` filters them, and their amounts.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "group": "Sales London" }))]
pub(super) struct RelationsByFilterInput {
    /// Only accounts with this text in the number, or in the holder's name, e-mail address or uid.
    #[schema(max_length = 255, example = json!(null))]
    text: Option<String>,
    /// Only accounts of the members of the group with this id or name.
    #[schema(max_length = 255, example = "Sales London")]
    group: Option<String>,
    /// Only accounts of the holder with this e-mail address.
    #[schema(max_length = 255, example = json!(null))]
    email: Option<String>,
    /// Only accounts of the holder with this uid.
    #[schema(max_length = 255, example = json!(null))]
    uid: Option<String>,
    /// Only accounts with at least this balance, in minor units.
    min_balance_cents: Option<i64>,
    /// Only accounts with at most this balance, in minor units.
    max_balance_cents: Option<i64>,
    /// Only accounts with this status; `active` by default.
    status: Option<AddedStatusWord>,
    /// The currency of the accounts; by default the batch's. Another needs a batch with `convert`.
    #[schema(max_length = 12, example = json!(null))]
    currency: Option<String>,
    /// How the amounts are specified: `fixed` or `equal`; without it, the new relations wait for their amounts.
    amount_mode: Option<BatchAmountMode>,
    /// For `equal`: the total of the new relations, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = json!(null))]
    total_amount: Option<String>,
    /// For `fixed`: the amount of each new relation, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = json!(null))]
    fixed_amount: Option<String>,
}

impl Input for RelationsByFilterInput {}

impl RelationsByFilterInput {
    fn into_add(self) -> Result<AddAccounts, Problem> {
        let amounts = match amounts(self.amount_mode, self.total_amount, self.fixed_amount)? {
            Amounts::Ratio { .. } => return Err(Problem::about(Code::AmountModeInvalid, "amountMode")),
            amounts => amounts,
        };
        let filter = AccountFilter {
            text: body_text("text", self.text)?,
            status: self.status.map(|status| match status {
                AddedStatusWord::Active => AccountStatus::Active,
                AddedStatusWord::Frozen => AccountStatus::Frozen,
            }),
            email: body_text("email", self.email)?.map(|email| email.to_lowercase()),
            uid: body_text("uid", self.uid)?,
            balance_min: self.min_balance_cents,
            balance_max: self.max_balance_cents,
            ..AccountFilter::default()
        };
        let group = body_text("group", self.group)?.map(|group| HolderGroupRef::parse(&group));
        Ok(AddAccounts { filter, currency: self.currency, group, amounts })
    }
}

/// An account that cannot be in the draft.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefusedAccountView {
    /// The account's number.
    #[schema(example = "ANNA-1")]
    account: String,
    /// Why.
    #[schema(example = "SAME_ACCOUNT")]
    code: String,
}

impl From<LeftOut> for RefusedAccountView {
    fn from(left: LeftOut) -> Self {
        Self { account: left.payee, code: left.code }
    }
}

/// A draft to which accounts were added.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RelationsByFilterView {
    /// The batch.
    batch: BatchView,
    /// How many accounts were added.
    #[schema(example = 120)]
    added: u64,
    /// How many were in the draft already.
    #[schema(example = 0)]
    already: u64,
    /// How many cannot be in it.
    #[schema(example = 0)]
    refused_count: u64,
    /// The first 1,000 of these.
    refused: Vec<RefusedAccountView>,
}

/// Changes one relation of a draft. Its id and line stay.
#[utoipa::path(patch, path = "/api/batch-transfers/{id}/relations/{relationId}", operation_id = "editRelation",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"),
        ("relationId" = String, Path, description = "The relation's id", example = "1041"),
        ("If-Match" = Option<String>, Header, description = "The expected version; refused if the draft has changed since")),
    request_body = RelationEditInput,
    responses((status = 200, description = "The batch and the relation.", body = Envelope<RelationEditedView>)))]
pub(super) async fn edit(
    State(app): State<App>,
    who: Who,
    RelationName { batch, relation }: RelationName,
    OnVersion(version): OnVersion,
    Body(body): Body<RelationEditInput>,
) -> Result<Answer<RelationEditedView>, OperatorProblem> {
    let ask = ask(&who, batch).on_version(version);
    let done = batch::edit_item(&app.service, who.actor(), &ask, relation, &body.into()).await?;
    let items = batch::items_by_number(&app.service, done.batch.batch.id, done.items).await?;
    let relation = items.into_iter().next().map(|item| RelationView::of(&done.batch, item));
    let remark = remark(&who, &done.batch.batch.created_by);
    let view = RelationEditedView { relation, batch: BatchView::of(done.batch) };
    Ok(Answer::saying(EDITED, view).remarking(remark))
}

/// Removes many relations of a draft at once.
#[utoipa::path(post, path = "/api/batch-transfers/{id}/relations/remove", operation_id = "deleteRelations",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"),
        ("If-Match" = Option<String>, Header, description = "The expected version; refused if the draft has changed since")),
    request_body = RelationsRemoveInput,
    responses((status = 200, description = "The batch, and how many were removed.",
        body = Envelope<RelationsRemovedView>)))]
pub(super) async fn remove(
    who: Who,
    BatchName(batch): BatchName,
    OnVersion(version): OnVersion,
    once: Once<RelationsRemoveInput>,
) -> Result<Answer<RelationsRemovedView>, OperatorProblem> {
    let ask = ask(&who, batch).on_version(version);
    let which = once.body.which()?;
    let done = once.settle(batch::remove_items(&once.service, who.actor(), &ask, &which).await).await?;
    let remark = remark(&who, &done.batch.batch.created_by);
    let view = RelationsRemovedView { removed: done.removed, batch: BatchView::of(done.batch) };
    Ok(Answer::saying(REMOVED, view).remarking(remark))
}

/// Adds every account that a filter matches to a draft with a single account.
///
/// Accounts that are in the draft already are skipped; those that cannot be in it are listed with the reason. A filter
/// that matches more than 50,000 accounts, or takes too long, is refused (`DRAFT_FILTER_TOO_WIDE`).
#[utoipa::path(post, path = "/api/batch-transfers/{id}/relations/by-filter", operation_id = "addRelationsByFilter",
    tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"),
        ("If-Match" = Option<String>, Header, description = "The expected version; refused if the draft has changed since")),
    request_body = RelationsByFilterInput,
    responses((status = 200, description = "The batch, and what became of the accounts.",
        body = Envelope<RelationsByFilterView>)))]
pub(super) async fn add(
    who: Who,
    BatchName(batch): BatchName,
    OnVersion(version): OnVersion,
    once: Once<RelationsByFilterInput>,
) -> Result<Answer<RelationsByFilterView>, OperatorProblem> {
    let Once { body, service } = once;
    let ask = ask(&who, batch).on_version(version);
    let add = body.into_add()?;
    let done = service.settle(batch::add_accounts(&service, who.actor(), &ask, &add).await).await?;
    let remark = remark(&who, &done.batch.batch.created_by);
    let view = RelationsByFilterView {
        added: done.added,
        already: done.already,
        refused_count: done.refused.count,
        refused: done.refused.first.into_iter().map(RefusedAccountView::from).collect(),
        batch: BatchView::of(done.batch),
    };
    Ok(Answer::saying(ADDED, view).remarking(remark))
}
