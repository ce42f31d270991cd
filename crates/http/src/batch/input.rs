//! Request bodies of the batch operations.

use super::words::{BatchModeWord, BatchRateMode, BatchTypeWord, ContactWord};
use crate::body::Input;
use crate::problem::Problem;
use domain::code::Code;
use domain::script::Digits;
use serde::de::{DeserializeOwned, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use service::batch::create::{CreateBatch, RateMode};
use service::batch::edit::EditBatch;
use service::batch::rows::{Amounts, NewRow, ROWS_MAX};
use service::batch::submit::Submission;
use service::payee::{Field, Given, Side};
use std::collections::BTreeMap;
use std::fmt;
use utoipa::ToSchema;

/// Large enough for the maximum number of relations in a request.
pub(crate) const RELATIONS_BYTES_MAX: usize = 16 * 1024 * 1024;

/// An account: its id as a JSON number, or, as a string, its account number or its id in the form `acct_18`.
/// A string of digits only is an account number, never an id.
#[derive(Debug, Clone, ToSchema)]
#[schema(example = "PAYROLL-1")]
#[expect(
    dead_code,
    reason = "the schema of `BatchPartyInput`: read by its own visitor, which names no Rust type"
)]
#[serde(untagged)]
pub(crate) enum BatchPartySchema {
    /// The account's id.
    Id(i64),
    /// The account's number, or its prefixed id.
    Number(String),
}

/// An account as it was sent.
#[derive(Debug, Clone)]
pub(crate) enum BatchPartyInput {
    /// A JSON number.
    Id(i64),
    /// A JSON string.
    Text(String),
}

impl BatchPartyInput {
    fn given(self, side: Option<Side>, field: Field) -> Given {
        match self {
            Self::Id(id) => Given::id(side, field, id),
            Self::Text(text) => Given::account(side, field, text, Digits::Refuse),
        }
    }
}

impl<'de> Deserialize<'de> for BatchPartyInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Party;

        impl Visitor<'_> for Party {
            type Value = BatchPartyInput;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an account: its id as a number, or its account number as a string")
            }

            fn visit_i64<E: serde::de::Error>(self, id: i64) -> Result<BatchPartyInput, E> {
                Ok(BatchPartyInput::Id(id))
            }

            fn visit_u64<E: serde::de::Error>(self, id: u64) -> Result<BatchPartyInput, E> {
                // A number that is too large is refused as an invalid id, just like a negative one.
                Ok(BatchPartyInput::Id(i64::try_from(id).unwrap_or(i64::MAX)))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<BatchPartyInput, E> {
                Ok(BatchPartyInput::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Party)
    }
}

/// A ratio: a decimal string such as `2.5`, or a whole number.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum RatioInput {
    /// A whole number.
    Whole(u32),
    /// A decimal string.
    Text(String),
}

/// How the relations' amounts are specified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchAmountMode {
    /// Each relation has its own `amount`.
    #[default]
    Custom,
    /// `totalAmount` in equal shares; the indivisible remainder goes to the first relations.
    Equal,
    /// `fixedAmount` for each relation.
    Fixed,
    /// `totalAmount` in proportion to each relation's `ratio`.
    Ratio,
}

/// A relation to create. It identifies the side that is not the single account: by account
/// (`targetAccountId`, or `sourceAccountId` in many-to-one), or by `contactType` and `targetIdentifier`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "targetAccountId": "ANNA-1", "amount": "100.00", "memo": "Salary 2026-03" }))]
pub(crate) struct RelationInput {
    /// The paying account.
    #[schema(value_type = Option<BatchPartySchema>)]
    source_account_id: Option<BatchPartyInput>,
    /// The receiving account.
    #[schema(value_type = Option<BatchPartySchema>)]
    target_account_id: Option<BatchPartyInput>,
    /// How `targetIdentifier` is interpreted; `inner` by default.
    contact_type: Option<ContactWord>,
    /// The payee (in many-to-one, the payer). `uid` and `email` mean the holder's default account in the
    /// batch's currency, `inner` an account number or an id in the form `acct_18`.
    #[schema(max_length = 255, example = "anna@example.com")]
    target_identifier: Option<String>,
    /// The amount in major units, as a decimal string.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = "100.00")]
    amount: Option<String>,
    /// The batch's currency; in a batch with `convert`, the currency of the payee's account.
    #[schema(min_length = 3, max_length = 12, example = "USD")]
    currency: Option<String>,
    /// The relation's share of `totalAmount`, in proportion to the other ratios.
    ratio: Option<RatioInput>,
    /// The purpose of the payment.
    #[schema(max_length = 500)]
    memo: Option<String>,
    /// An alias of `memo`.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// Free text for the payee, 1 to 140 visible characters.
    #[schema(max_length = 140)]
    reference: Option<String>,
    /// The payment's id in the client's system: unique among payments that have been paid or can still be
    /// paid.
    #[schema(min_length = 1, max_length = 64, pattern = r"^[A-Za-z0-9._:/-]+$", example = "HR-2026-03-0001")]
    external_id: Option<String>,
}

impl From<RelationInput> for NewRow {
    fn from(input: RelationInput) -> Self {
        let mut given = Vec::with_capacity(1);
        given.extend(input.source_account_id.map(|party| party.given(Some(Side::Payer), Field::Payer)));
        given.extend(input.target_account_id.map(|party| party.given(Some(Side::Payee), Field::Payee)));
        given.extend(input.target_identifier.map(|text| match input.contact_type {
            Some(ContactWord::Uid) => Given::uid(None, text, Digits::Refuse),
            Some(ContactWord::Email) => Given::email(None, text, Digits::Refuse),
            Some(ContactWord::Inner) | None => Given::account(None, Field::Account, text, Digits::Refuse),
        }));
        Self {
            given,
            currency: input.currency,
            external_id: input.external_id,
            amount: input.amount,
            ratio: input.ratio.map(|ratio| match ratio {
                RatioInput::Whole(whole) => whole.to_string(),
                RatioInput::Text(text) => text,
            }),
            memo: input.memo.or(input.note),
            reference: input.reference,
        }
    }
}

/// Relations, up to the maximum per request; the rest are counted but not kept, so that a body with a million
/// relations costs no more memory than its bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relations {
    rows: Vec<RelationInput>,
    count: usize,
}

impl Relations {
    fn rows(self) -> Result<Vec<NewRow>, Problem> {
        if self.count > ROWS_MAX {
            return Err(Problem::about(Code::BodyTooLarge, format!("{ROWS_MAX} relations")));
        }
        Ok(self.rows.into_iter().map(NewRow::from).collect())
    }
}

impl<'de> Deserialize<'de> for Relations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Relations;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of relations")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Relations, A::Error> {
                let mut all = Relations::default();
                while all.rows.len() < ROWS_MAX {
                    let Some(row) = list.next_element()? else {
                        all.count = all.rows.len();
                        return Ok(all);
                    };
                    all.rows.push(row);
                }
                all.count = all.rows.len();
                while list.next_element::<IgnoredAny>()?.is_some() {
                    all.count += 1;
                }
                Ok(all)
            }
        }
        deserializer.deserialize_seq(All)
    }
}

/// Derives from a request's fields how its amounts are specified.
fn amounts(
    mode: Option<BatchAmountMode>,
    total: Option<String>,
    fixed: Option<String>,
) -> Result<Amounts, Problem> {
    let mode = mode.unwrap_or_default();
    match (mode, total, fixed) {
        (BatchAmountMode::Custom, None, None) => Ok(Amounts::Custom),
        (BatchAmountMode::Equal, Some(total), None) => Ok(Amounts::Equal { total }),
        (BatchAmountMode::Ratio, Some(total), None) => Ok(Amounts::Ratio { total }),
        (BatchAmountMode::Fixed, None, Some(each)) => Ok(Amounts::Fixed { each }),
        (BatchAmountMode::Fixed, ..) => Err(Problem::about(Code::AmountModeInvalid, "fixedAmount")),
        _ => Err(Problem::about(Code::AmountModeInvalid, "totalAmount")),
    }
}

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
    /// Which side is a single account.
    #[serde(rename = "type")]
    kind: BatchTypeWord,
    /// The single paying account (`one_to_many`).
    #[schema(value_type = Option<BatchPartySchema>)]
    source_account_id: Option<BatchPartyInput>,
    /// The single receiving account (`many_to_one`).
    #[schema(value_type = Option<BatchPartySchema>)]
    target_account_id: Option<BatchPartyInput>,
    /// The currency of all amounts. Required for `many_to_many`. For `many_to_one` with `convert`, the
    /// currency of the paying accounts, if it differs from the receiving account's. Otherwise it must be the
    /// single account's currency.
    #[schema(min_length = 3, max_length = 12, example = "USD")]
    currency: Option<String>,
    /// The relations, at most 50,000.
    #[schema(value_type = Vec<RelationInput>, min_items = 1, max_items = 50_000)]
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
    mode: Option<BatchModeWord>,
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
    /// Whether to leave the batch a draft; otherwise it is submitted immediately.
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
    const BYTES_MAX: usize = RELATIONS_BYTES_MAX;
}

impl BatchCreateInput {
    pub(crate) fn into_new(self) -> Result<CreateBatch, Problem> {
        Ok(CreateBatch {
            amounts: amounts(self.amount_mode, self.total_amount, self.fixed_amount)?,
            rows: self.relations.rows()?,
            name: self.name,
            kind: self.kind.into(),
            mode: self.mode.unwrap_or(BatchModeWord::Continue).into(),
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
    mode: Option<BatchModeWord>,
    /// The relations that replace all existing ones.
    #[schema(value_type = Option<Vec<RelationInput>>, min_items = 1, max_items = 50_000)]
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
    const BYTES_MAX: usize = RELATIONS_BYTES_MAX;
}

impl BatchEditInput {
    pub(crate) fn into_edit(self) -> Result<EditBatch, Problem> {
        let amounts = amounts(self.amount_mode, self.total_amount, self.fixed_amount)?;
        let rows = self.relations.map(Relations::rows).transpose()?;
        if rows.is_none() && amounts != Amounts::Custom {
            return Err(Problem::about(Code::AmountModeInvalid, "relations"));
        }
        let rows = rows.map(|rows| (amounts, rows));
        let mode = self.mode.map(domain::batch::BatchMode::from);
        Ok(EditBatch { name: self.name, remarks: self.remarks, mode, rows })
    }
}

/// Relations to add to a draft. `totalAmount` and `fixedAmount` apply to these relations only.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "relations": [{ "targetAccountId": "CARL-1", "amount": "80.00" }] }))]
pub(crate) struct RelationAddInput {
    /// The relations, at most 50,000.
    #[schema(value_type = Vec<RelationInput>, min_items = 1, max_items = 50_000)]
    relations: Relations,
    /// How the amounts are specified; `custom` by default.
    amount_mode: Option<BatchAmountMode>,
    /// For `equal` and `ratio`: the total of these relations, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$")]
    total_amount: Option<String>,
    /// For `fixed`: the amount of each of these relations, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$")]
    fixed_amount: Option<String>,
}

impl Input for RelationAddInput {
    const BYTES_MAX: usize = RELATIONS_BYTES_MAX;
}

impl RelationAddInput {
    pub(crate) fn into_rows(self) -> Result<(Amounts, Vec<NewRow>), Problem> {
        let amounts = amounts(self.amount_mode, self.total_amount, self.fixed_amount)?;
        Ok((amounts, self.relations.rows()?))
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

impl<T: DeserializeOwned + Default + Send> Input for Maybe<T> {
    fn empty() -> Option<Self> {
        Some(Self(T::default()))
    }
}

/// The second factor of the paying accounts. No account can have one yet, so none of these fields is
/// required: `auto2FA` has no effect, and codes are accepted without being checked.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "auto2FA": false }))]
pub(crate) struct BatchConsentInput {
    /// Whether the server generates the codes from its stored secrets.
    #[serde(rename = "auto2FA", default)]
    #[expect(dead_code, reason = "accepted, but without effect while no account has a second factor")]
    auto_2fa: bool,
    /// The paying account's code.
    #[expect(dead_code, reason = "accepted, but without effect while no account has a second factor")]
    verification_code: Option<String>,
    /// Codes by paying account id.
    #[expect(dead_code, reason = "accepted, but without effect while no account has a second factor")]
    verification_codes: Option<BTreeMap<String, String>>,
}
