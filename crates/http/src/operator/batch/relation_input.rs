//! The relations in a request, and how their amounts are specified.

use super::party_input::{BatchPartyInput, BatchPartySchema};
use super::words::ContactWord;
use crate::kit::body::{BODY_BYTES_MAX, Input};
use crate::kit::problem::Problem;
use domain::batch::ContactType;
use domain::code::Code;
use domain::script::Digits;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use service::batch::rows::{Amounts, NewRow, ROWS_MAX};
use service::payee::{Field, Given, Side};
use std::fmt;
use utoipa::ToSchema;

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
    #[schema(value_type = Option<ContactWord>)]
    contact_type: Option<ContactType>,
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
            Some(ContactType::Uid) => Given::uid(None, text, Digits::Refuse),
            Some(ContactType::Email) => Given::email(None, text, Digits::Refuse),
            Some(ContactType::Inner) | None => Given::account(None, Field::Account, text, Digits::Refuse),
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
    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn rows(self) -> Result<Vec<NewRow>, Problem> {
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
pub(crate) fn amounts(
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
    const BYTES_MAX: usize = BODY_BYTES_MAX;
}

impl RelationAddInput {
    pub(crate) fn into_rows(self) -> Result<(Amounts, Vec<NewRow>), Problem> {
        let amounts = amounts(self.amount_mode, self.total_amount, self.fixed_amount)?;
        Ok((amounts, self.relations.rows()?))
    }
}
