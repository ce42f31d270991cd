//! Request bodies of the template operations.

use crate::kit::body::{BODY_BYTES_MAX, Input};
use crate::kit::problem::Problem;
use crate::operator::batch::party_input::{BatchPartyInput, BatchPartySchema};
use crate::operator::batch::path::read_name;
use crate::operator::batch::relation_input::{BatchAmountMode, RelationInput, Relations, amounts};
use crate::operator::batch::words::{BatchModeWord, BatchRateMode, BatchTypeWord};
use domain::batch::{BatchMode, BatchType};
use domain::code::Code;
use domain::holder_group::HolderGroupRef;
use serde::{Deserialize, Deserializer};
use service::batch::create::{CreateBatch, RateMode};
use service::batch::rows::Amounts;
use service::batch::submit::Submission;
use service::batch_template::{DrawUp, NewTemplate, TemplateAmounts, TemplateChange, TemplateContent};
use service::payee::{Field, Side};
use utoipa::ToSchema;

/// A template to save: `from` a batch, or from `type`, the single account and `relations`, as a batch is created.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "Monthly salaries", "from": "batch-20260310-001" }))]
pub(super) struct TemplateInput {
    /// Its name.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: String,
    /// The id or name of a group of holders whose members are paid besides; only where one side is a single account.
    #[schema(max_length = 255, example = json!(null))]
    group: Option<String>,
    /// The id or number of a batch whose head and relations are saved, whatever became of them. No field below
    /// may be given with it.
    #[schema(max_length = 40, example = "batch-20260310-001")]
    from: Option<String>,
    /// Which side is a single account.
    #[serde(rename = "type")]
    #[schema(value_type = Option<BatchTypeWord>)]
    kind: Option<BatchType>,
    /// The single paying account (`one_to_many`).
    #[schema(value_type = Option<BatchPartySchema>)]
    source_account_id: Option<BatchPartyInput>,
    /// The single receiving account (`many_to_one`).
    #[schema(value_type = Option<BatchPartySchema>)]
    target_account_id: Option<BatchPartyInput>,
    /// The currency of all amounts, as for a new batch.
    #[schema(min_length = 3, max_length = 12, example = json!(null))]
    currency: Option<String>,
    /// The relations, at most 50,000; their amounts may be missing.
    #[serde(default)]
    #[schema(value_type = Vec<RelationInput>, max_items = 50_000)]
    relations: Relations,
    /// How the amounts are specified; `custom` by default.
    amount_mode: Option<BatchAmountMode>,
    /// For `equal` and `ratio`: the total of all relations, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = json!(null))]
    total_amount: Option<String>,
    /// For `fixed`: the amount of each relation, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = json!(null))]
    fixed_amount: Option<String>,
    /// Remarks of the batches.
    #[schema(max_length = 500)]
    remarks: Option<String>,
    /// How a failed relation affects the rest; `continue` by default.
    #[schema(value_type = Option<BatchModeWord>)]
    mode: Option<BatchMode>,
    /// Whether payees with an account in another currency are paid in it.
    #[serde(default)]
    convert: bool,
    /// Whether a payee may occur more than once, in relations that differ in `reference`.
    #[serde(default)]
    allow_repeat: bool,
    /// Which exchange rates a batch with `convert` is paid at; `kept` by default.
    rate_mode: Option<BatchRateMode>,
}

impl Input for TemplateInput {
    const BYTES_MAX: usize = BODY_BYTES_MAX;
}

impl TemplateInput {
    pub(super) fn into_new(self) -> Result<NewTemplate, Problem> {
        let content = match (&self.from, self.kind) {
            (Some(_), _) if self.is_given() => {
                return Err(Problem::about(
                    Code::BodyInvalid,
                    "from: send it without the content of a batch",
                ));
            }
            (Some(batch), _) => TemplateContent::Batch(read_name(batch)?),
            (None, Some(kind)) => return self.given(kind),
            (None, None) => return Err(Problem::about(Code::BodyInvalid, "from, type: send one of them")),
        };
        let group = self.group.map(|text| HolderGroupRef::parse(&text));
        Ok(NewTemplate { name: self.name, description: self.description, group, content })
    }

    /// Whether any content is given.
    fn is_given(&self) -> bool {
        let has_head = self.kind.is_some()
            || self.source_account_id.is_some()
            || self.target_account_id.is_some()
            || self.currency.is_some()
            || self.mode.is_some()
            || self.remarks.is_some();
        let has_amounts =
            self.amount_mode.is_some() || self.total_amount.is_some() || self.fixed_amount.is_some();
        let is_special = self.convert || self.allow_repeat || self.rate_mode.is_some();
        has_head || has_amounts || is_special || !self.relations.is_empty()
    }

    fn given(self, kind: BatchType) -> Result<NewTemplate, Problem> {
        let given = CreateBatch {
            name: self.name.clone(),
            kind,
            mode: self.mode.unwrap_or(BatchMode::Continue),
            source: self.source_account_id.map(|party| party.given(Some(Side::Payer), Field::Payer)),
            target: self.target_account_id.map(|party| party.given(Some(Side::Payee), Field::Payee)),
            currency: self.currency,
            amounts: amounts(self.amount_mode, self.total_amount, self.fixed_amount)?,
            rows: self.relations.rows()?,
            remarks: self.remarks,
            convert: self.convert,
            allow_repeat: self.allow_repeat,
            rate_mode: self.rate_mode.map(RateMode::from),
            draft: true,
            submission: Submission::default(),
        };
        let content = TemplateContent::Given(Box::new(given));
        let group = self.group.map(|text| HolderGroupRef::parse(&text));
        Ok(NewTemplate { name: self.name, description: self.description, group, content })
    }
}

/// Changes to a template: omitted fields stay unchanged.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "Monthly salaries, London" }))]
pub(super) struct TemplateChangeInput {
    /// The new name.
    #[schema(min_length = 1, max_length = 255, nullable = false)]
    name: Option<String>,
    /// What it is for; an empty string removes it.
    #[schema(max_length = 500, nullable = false)]
    description: Option<String>,
    /// The remarks of the batches; an empty string removes them.
    #[schema(max_length = 500, nullable = false)]
    remarks: Option<String>,
    /// How a failed relation affects the rest.
    #[schema(value_type = Option<BatchModeWord>, nullable = false)]
    mode: Option<BatchMode>,
    /// The id or name of the group whose members are paid besides; null removes it.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>, max_length = 255)]
    group: Option<Option<String>>,
    /// The relations that replace all existing ones; their amounts may be missing.
    #[schema(value_type = Option<Vec<RelationInput>>, max_items = 50_000, nullable = false)]
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

impl Input for TemplateChangeInput {
    const BYTES_MAX: usize = BODY_BYTES_MAX;
}

/// Reads a field that is present, even if it is null; serde does not call this for an omitted field.
fn named<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(field).map(Some)
}

impl TemplateChangeInput {
    pub(super) fn into_change(self) -> Result<TemplateChange, Problem> {
        let amounts = amounts(self.amount_mode, self.total_amount, self.fixed_amount)?;
        let rows = self.relations.map(Relations::rows).transpose()?;
        if rows.is_none() && amounts != Amounts::Custom {
            return Err(Problem::about(Code::AmountModeInvalid, "relations"));
        }
        Ok(TemplateChange {
            name: self.name,
            description: self.description,
            remarks: self.remarks,
            mode: self.mode,
            group: self.group.map(|group| group.map(|text| HolderGroupRef::parse(&text))),
            rows: rows.map(|rows| (amounts.of_draft(), rows)),
        })
    }
}

/// Where the amounts of a batch made from a template come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TemplateAmountsWord {
    /// As they were saved. A relation without a saved amount waits for one.
    Saved,
    /// Those of the last batch from this template that was begun. A payee who was not in it has the saved amount.
    Last,
    /// None: all relations wait for their amounts.
    Empty,
}

/// How a batch is made from a template.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "April salaries", "amounts": "last" }))]
pub(super) struct TemplateDrawInput {
    /// The batch's name; by default the template's.
    #[schema(min_length = 1, max_length = 255)]
    name: Option<String>,
    /// Where the amounts come from; `saved` by default. Not with `amountMode`.
    amounts: Option<TemplateAmountsWord>,
    /// Instead of `amounts`: `equal` or `fixed`.
    amount_mode: Option<BatchAmountMode>,
    /// For `equal`: the total of all relations, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = json!(null))]
    total_amount: Option<String>,
    /// For `fixed`: the amount of each relation, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = json!(null))]
    fixed_amount: Option<String>,
    /// Whether payees who cannot be paid now are left out and listed in the answer; otherwise they refuse the
    /// request.
    #[serde(default)]
    partial: bool,
}

impl Input for TemplateDrawInput {}

impl TemplateDrawInput {
    pub(super) fn into_draw(self) -> Result<DrawUp, Problem> {
        let split = amounts(self.amount_mode, self.total_amount, self.fixed_amount)?;
        let amounts = match (self.amounts, split) {
            (None | Some(TemplateAmountsWord::Saved), Amounts::Custom) => TemplateAmounts::Saved,
            (Some(TemplateAmountsWord::Last), Amounts::Custom) => TemplateAmounts::Last,
            (Some(TemplateAmountsWord::Empty), Amounts::Custom) => TemplateAmounts::Empty,
            (None, split @ (Amounts::Equal { .. } | Amounts::Fixed { .. })) => TemplateAmounts::Split(split),
            _ => return Err(Problem::about(Code::AmountModeInvalid, "amounts, amountMode")),
        };
        Ok(DrawUp { name: self.name, amounts, partial: self.partial })
    }
}
