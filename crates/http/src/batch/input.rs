//! What the operations of this noun take.

use super::words::{BatchModeWord, BatchTypeWord, ContactWord};
use crate::body::Input;
use crate::problem::Problem;
use domain::code::Code;
use serde::de::{DeserializeOwned, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use service::batch::create::CreateBatch;
use service::batch::edit::EditBatch;
use service::batch::rows::{AccountName, Amounts, Contact, NewRow, ROWS_MAX};
use service::batch::similar::Submission;
use std::collections::BTreeMap;
use std::fmt;
use utoipa::ToSchema;

/// Enough for as many relations as one request may have.
const RELATIONS_BYTES_MAX: usize = 16 * 1024 * 1024;

/// An account: its id as a number, or its number as a text. A text that is no account's number and has digits
/// only is read as an id.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum BatchPartyInput {
    /// Its id.
    Id(i64),
    /// Its number.
    Number(String),
}

impl From<BatchPartyInput> for AccountName {
    fn from(named: BatchPartyInput) -> Self {
        match named {
            BatchPartyInput::Id(id) => Self::Id(id),
            BatchPartyInput::Number(number) => Self::Text(number),
        }
    }
}

/// A ratio: a text such as `2.5`, or a whole number.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum RatioInput {
    /// A whole number.
    Whole(u32),
    /// A decimal.
    Text(String),
}

/// How the amounts of relations are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchAmountMode {
    /// Each relation has an `amount` of its own.
    #[default]
    Custom,
    /// `totalAmount` in equal shares; what cannot be shared goes to the first relations.
    Equal,
    /// `fixedAmount` for each relation.
    Fixed,
    /// `totalAmount` in proportion to each relation's `ratio`.
    Ratio,
}

/// A relation to make. It names the side that is not the single account: by account (`targetAccountId`, or
/// `sourceAccountId` where many pay one), or by `contactType` and `targetIdentifier`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "targetAccountId": "ANNA-1", "amount": "100.00", "memo": "Salary 2026-03" }))]
pub(crate) struct RelationInput {
    /// Who pays.
    source_account_id: Option<BatchPartyInput>,
    /// Who is paid.
    target_account_id: Option<BatchPartyInput>,
    /// How `targetIdentifier` is read; `inner` if it is missing.
    contact_type: Option<ContactWord>,
    /// Whose account it is: `uid` and `email` mean the holder's only active account in the batch's currency.
    /// Where many pay one, it names who pays.
    #[schema(max_length = 255, example = "anna@example.com")]
    target_identifier: Option<String>,
    /// Major units, as a text.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = "100.00")]
    amount: Option<String>,
    /// Its share of `totalAmount`.
    ratio: Option<RatioInput>,
    /// What it is for.
    #[schema(max_length = 500)]
    memo: Option<String>,
    /// Another name of `memo`.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// The client's own reference.
    #[schema(max_length = 500)]
    reference: Option<String>,
    /// What the payment is called in the client's system. No two payments that are paid or can still be paid have the
    /// same.
    #[schema(min_length = 1, max_length = 64, pattern = r"^[A-Za-z0-9._:/-]+$", example = "HR-2026-03-0001")]
    external_id: Option<String>,
}

impl From<RelationInput> for NewRow {
    fn from(input: RelationInput) -> Self {
        let contact = input.contact_type.map_or(Contact::Inner, Contact::from);
        Self {
            source: input.source_account_id.map(AccountName::from),
            target: input.target_account_id.map(AccountName::from),
            payee: input.target_identifier.map(|text| (contact, text)),
            amount: input.amount,
            ratio: input.ratio.map(|ratio| match ratio {
                RatioInput::Whole(whole) => whole.to_string(),
                RatioInput::Text(text) => text,
            }),
            memo: input.memo.or(input.note),
            reference: input.reference,
            external_id: input.external_id,
        }
    }
}

/// Relations, as many as a request may have; the rest is counted and not kept, so that a body of a million
/// costs no more memory than its bytes.
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

/// How the amounts of a request are given, out of its fields.
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

/// A batch to make.
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
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// Which side is one account.
    #[serde(rename = "type")]
    kind: BatchTypeWord,
    /// The account that pays many.
    source_account_id: Option<BatchPartyInput>,
    /// The account that many pay into.
    target_account_id: Option<BatchPartyInput>,
    /// The currency of all amounts. Needed for `many_to_many`; for `many_to_one` with `convert`, the currency
    /// of the paying accounts, if it is not the paid account's; else it must be the single account's.
    #[schema(min_length = 3, max_length = 12, example = "USD")]
    currency: Option<String>,
    /// The relations, 50,000 at most.
    #[schema(value_type = Vec<RelationInput>, min_items = 1, max_items = 50_000)]
    relations: Relations,
    /// How the amounts are given; `custom` if it is missing.
    amount_mode: Option<BatchAmountMode>,
    /// For `equal` and `ratio`: what all relations get together, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = "5000.00")]
    total_amount: Option<String>,
    /// For `fixed`: what each relation gets, in major units.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", example = "100.00")]
    fixed_amount: Option<String>,
    /// What people wrote.
    #[schema(max_length = 500)]
    remarks: Option<String>,
    /// What a failed relation means for the rest; `continue` if it is missing.
    mode: Option<BatchModeWord>,
    /// Whether payees in another currency are paid in it, at the stored rate. Amounts are always in the paying
    /// accounts' currency, so that one batch has one sum. Without it another currency is `CURRENCY_MISMATCH`.
    #[serde(default)]
    convert: bool,
    /// Leave it a draft; else it is submitted at once.
    #[serde(default)]
    draft: bool,
    /// Why it is paid although an earlier batch pays the same.
    #[schema(max_length = 500)]
    again: Option<String>,
    /// Leave out relations that equal one which is paid or can still be paid.
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
            source: self.source_account_id.map(AccountName::from),
            target: self.target_account_id.map(AccountName::from),
            currency: self.currency,
            remarks: self.remarks,
            convert: self.convert,
            draft: self.draft,
            submission: Submission { again: self.again, without_paid: self.without_paid },
        })
    }
}

/// What to change of a draft; what is not given stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "March salaries, corrected", "mode": "stop_on_failure" }))]
pub(crate) struct BatchEditInput {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    name: Option<String>,
    /// What people wrote; an empty text takes it away.
    #[schema(max_length = 500)]
    remarks: Option<String>,
    /// What a failed relation means for the rest.
    mode: Option<BatchModeWord>,
    /// These relations in place of all that stand.
    #[schema(value_type = Option<Vec<RelationInput>>, min_items = 1, max_items = 50_000)]
    relations: Option<Relations>,
    /// How the new relations' amounts are given.
    amount_mode: Option<BatchAmountMode>,
    /// For `equal` and `ratio`.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$")]
    total_amount: Option<String>,
    /// For `fixed`.
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

/// Relations to add to a draft. `totalAmount` and `fixedAmount` are about these relations alone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "relations": [{ "targetAccountId": "CARL-1", "amount": "80.00" }] }))]
pub(crate) struct RelationAddInput {
    /// The relations, 50,000 at most.
    #[schema(value_type = Vec<RelationInput>, min_items = 1, max_items = 50_000)]
    relations: Relations,
    /// How the amounts are given; `custom` if it is missing.
    amount_mode: Option<BatchAmountMode>,
    /// For `equal` and `ratio`.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$")]
    total_amount: Option<String>,
    /// For `fixed`.
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

/// What need not be sent: no body and `null` mean that nothing is said.
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

/// The second factor of the accounts that pay. No account has one bound yet, so nothing here is asked for:
/// `auto2FA` changes nothing, and codes are accepted and not looked at.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "auto2FA": false }))]
pub(crate) struct BatchConsentInput {
    /// Let the server make the codes from the secrets that it keeps.
    #[serde(rename = "auto2FA", default)]
    #[expect(dead_code, reason = "known, and without effect while no account has a second factor")]
    auto_2fa: bool,
    /// The code of the paying account.
    #[expect(dead_code, reason = "known, and without effect while no account has a second factor")]
    verification_code: Option<String>,
    /// Codes by the id of the paying account.
    #[expect(dead_code, reason = "known, and without effect while no account has a second factor")]
    verification_codes: Option<BTreeMap<String, String>>,
}

/// How a draft is submitted.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "again": "The first payment was returned by the bank" }))]
pub(crate) struct BatchSubmitInput {
    /// Why it is paid although an earlier batch pays the same.
    #[schema(max_length = 500)]
    again: Option<String>,
    /// Leave out relations that equal one which is paid or can still be paid.
    #[serde(default)]
    without_paid: bool,
}

impl From<BatchSubmitInput> for Submission {
    fn from(input: BatchSubmitInput) -> Self {
        Self { again: input.again, without_paid: input.without_paid }
    }
}

/// Why.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "reason": "The wrong month" }))]
pub(crate) struct BatchReasonInput {
    /// Why, for those who read the history.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

impl BatchReasonInput {
    pub(crate) fn text(self) -> Result<String, Problem> {
        let text = self.reason.unwrap_or_default();
        if text.contains('\0') {
            return Err(Problem::about(Code::NulByte, "reason"));
        }
        if text.chars().count() > domain::transfer::MEMO_MAX {
            return Err(Problem::about(Code::TextTooLong, "reason"));
        }
        Ok(text)
    }
}
