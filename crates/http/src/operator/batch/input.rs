//! Request bodies of the batch operations.

use super::party_input::{BatchPartyInput, BatchPartySchema};
use super::relation_input::{BatchAmountMode, RelationInput, Relations, amounts};
use super::words::{BatchModeWord, BatchRateMode, BatchTypeWord};
use crate::kit::body::{BODY_BYTES_MAX, Input};
use crate::kit::consent::consenting;
use crate::kit::problem::Problem;
use domain::batch::{BatchMode, BatchType};
use domain::code::Code;
use serde::{Deserialize, Deserializer};
use service::batch::create::{CreateBatch, RateMode};
use service::batch::edit::EditBatch;
use service::batch::rows::Amounts;
use service::batch::submit::Submission;
use service::payee::{Field, Side};
use service::{Secret, Service};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A batch to create.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "name": "March salaries", "type": "one_to_many", "sourceAccountId": "PAYROLL-1",
    "relations": [
        { "targetAccountId": "ANNA-1", "amount": "100.00", "memo": "Salary 2026-03" },
        { "contactType": "email", "targetIdentifier": "bo@example.com", "amount": "120.50" }
    ],
    "remarks": "Paid on the 10th"
}))]
pub(crate) struct BatchCreateInput {
    /// The batch's name.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// Which side is a single account. A `deposit` or `withdrawal` has one relation, whose other side is outside
    /// the ledger.
    #[serde(rename = "type")]
    #[schema(value_type = BatchTypeWord)]
    kind: BatchType,
    /// The single paying account (`one_to_many`).
    #[schema(value_type = Option<BatchPartySchema>)]
    source_account_id: Option<BatchPartyInput>,
    /// The single receiving account (`many_to_one`).
    #[schema(value_type = Option<BatchPartySchema>)]
    target_account_id: Option<BatchPartyInput>,
    /// The currency of all amounts. Required for `many_to_many`, `deposit` and `withdrawal`. For `many_to_one`
    /// with `convert`, the currency of the paying accounts, if it differs from the receiving account's.
    /// Otherwise it must be the single account's currency.
    #[schema(min_length = 3, max_length = 12, example = "USD")]
    currency: Option<String>,
    /// The relations, at most 50,000. A draft may have none yet, and relations without amounts.
    #[serde(default)]
    #[schema(value_type = Vec<RelationInput>, max_items = 50_000)]
    relations: Relations,
    /// How the amounts are specified; `custom` by default.
    amount_mode: Option<BatchAmountMode>,
    /// For `equal` and `ratio`: the total of all relations, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = "5000.00")]
    total_amount: Option<String>,
    /// For `fixed`: the amount of each relation, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = "100.00")]
    fixed_amount: Option<String>,
    /// Free-text remarks.
    #[schema(max_length = 500)]
    remarks: Option<String>,
    /// How a failed relation affects the rest; `continue` by default.
    #[schema(value_type = Option<BatchModeWord>)]
    mode: Option<BatchMode>,
    /// Whether payees with an account in another currency are paid in that currency. Amounts are always in
    /// the paying accounts' currency, so that a batch has a single total. Without `convert`, another currency
    /// is refused with `CURRENCY_MISMATCH`.
    #[serde(default)]
    convert: bool,
    /// Whether a payee may occur more than once, in relations that differ in `reference` or `externalId`.
    /// Without it, a second occurrence is refused with `DUPLICATE_TARGET` (`DUPLICATE_SOURCE`).
    #[serde(default)]
    allow_repeat: bool,
    /// Which exchange rates a batch with `convert` is paid at; `kept` by default.
    rate_mode: Option<BatchRateMode>,
    /// Whether to leave the batch a draft; otherwise it is submitted immediately. A draft whose relations wait for
    /// amounts cannot be submitted (`DRAFT_INCOMPLETE`).
    #[serde(default)]
    draft: bool,
    /// The reason for paying although an earlier batch pays the same; without it, such a batch is refused
    /// with `BATCH_SIMILAR`.
    #[schema(max_length = 500)]
    again: Option<String>,
    /// Whether to leave out relations that equal one that has been paid or can still be paid.
    #[serde(default)]
    without_paid: bool,
}

impl Input for BatchCreateInput {
    const BYTES_MAX: usize = BODY_BYTES_MAX;
}

impl BatchCreateInput {
    pub(crate) fn into_new(self) -> Result<CreateBatch, Problem> {
        Ok(CreateBatch {
            amounts: amounts(self.amount_mode, self.total_amount, self.fixed_amount)?,
            rows: self.relations.rows()?,
            name: self.name,
            kind: self.kind,
            mode: self.mode.unwrap_or(BatchMode::Continue),
            source: self.source_account_id.map(|party| party.given(Some(Side::Payer), Field::Payer)),
            target: self.target_account_id.map(|party| party.given(Some(Side::Payee), Field::Payee)),
            currency: self.currency,
            remarks: self.remarks,
            convert: self.convert,
            allow_repeat: self.allow_repeat,
            rate_mode: self.rate_mode.map(RateMode::from),
            draft: self.draft,
            submission: Submission {
                again: self.again,
                without_paid: self.without_paid,
                ..Submission::default()
            },
        })
    }
}

/// Changes to a draft; omitted fields stay unchanged.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "March salaries, corrected", "mode": "stop_on_failure" }))]
pub(crate) struct BatchEditInput {
    /// The new name.
    #[schema(min_length = 1, max_length = 255)]
    name: Option<String>,
    /// The new remarks; an empty string removes them.
    #[schema(max_length = 500)]
    remarks: Option<String>,
    /// How a failed relation affects the rest.
    #[schema(value_type = Option<BatchModeWord>)]
    mode: Option<BatchMode>,
    /// The relations that replace all existing ones. Their amounts may be missing.
    #[schema(value_type = Option<Vec<RelationInput>>, max_items = 50_000)]
    relations: Option<Relations>,
    /// How the new relations' amounts are specified; `custom` by default.
    amount_mode: Option<BatchAmountMode>,
    /// For `equal` and `ratio`: the total of these relations, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$")]
    total_amount: Option<String>,
    /// For `fixed`: the amount of each of these relations, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$")]
    fixed_amount: Option<String>,
}

impl Input for BatchEditInput {
    const BYTES_MAX: usize = BODY_BYTES_MAX;
}

impl BatchEditInput {
    pub(crate) fn into_edit(self) -> Result<EditBatch, Problem> {
        let amounts = amounts(self.amount_mode, self.total_amount, self.fixed_amount)?;
        let rows = self.relations.map(Relations::rows).transpose()?;
        if rows.is_none() && amounts != Amounts::Custom {
            return Err(Problem::about(Code::AmountModeInvalid, "relations"));
        }
        let rows = rows.map(|rows| (amounts, rows));
        Ok(EditBatch { name: self.name, remarks: self.remarks, mode: self.mode, rows })
    }
}

/// An optional body: no body and `null` both mean the default.
#[derive(Debug, Clone, Default)]
pub(crate) struct Maybe<T>(pub T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::deserialize(deserializer)?.unwrap_or_default()))
    }
}

impl<T: Input + Default> Input for Maybe<T> {
    const BYTES_MAX: usize = T::BYTES_MAX;

    fn empty() -> Option<Self> {
        Some(Self(T::default()))
    }

    fn code(&self) -> Option<&Secret> {
        self.0.code()
    }
}

/// The second factors that a payment needs: of the paying accounts, and of the person who sends the request.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "auto2FA": false }))]
pub(crate) struct BatchConsentInput {
    /// Whether the server generates the codes of the paying accounts that allow it, from their stored secrets.
    #[serde(rename = "auto2FA", default)]
    auto_2fa: bool,
    /// The code of the only paying account that needs one. If no paying account has a second factor, the code of
    /// the person.
    #[schema(value_type = Option<String>, max_length = 16, example = "123456")]
    verification_code: Option<Secret>,
    /// Codes by paying account: its id as `acct_17`, its number, or its id in bare digits unless a paying account
    /// has them as its number.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    verification_codes: Option<BTreeMap<String, Secret>>,
    /// The code of the person who sends the request, where one is asked for.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, max_length = 16, example = json!(null))]
    own_code: Option<Secret>,
}

impl Input for BatchConsentInput {
    fn code(&self) -> Option<&Secret> {
        self.own_code.as_ref()
    }
}

impl BatchConsentInput {
    /// The service for this request, with the codes of the paying accounts.
    pub(crate) async fn of(self, service: &Service) -> Service {
        consenting(service, self.verification_code, self.verification_codes, self.auto_2fa).await
    }
}
