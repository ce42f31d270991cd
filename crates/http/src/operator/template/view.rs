//! Templates as the API shows them.

use crate::kit::time::wire;
use crate::operator::batch::view::major;
use crate::operator::batch::words::{BatchModeWord, BatchRateMode, BatchTypeWord, ContactWord};
use domain::asset::Asset;
use domain::batch::{BatchMode, BatchType, ContactType};
use domain::script::is_mixed;
use serde::Serialize;
use service::batch_template::{DescribedPayment, DescribedTemplate};
use utoipa::ToSchema;

/// A saved template of batches.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchTemplateView {
    /// The template's id.
    #[schema(example = 3)]
    id: i64,
    /// Its name.
    #[schema(example = "Monthly salaries")]
    name: String,
    /// Whether the name mixes scripts with look-alike letters, such as Latin and Cyrillic. If so, read it letter by
    /// letter before using it.
    #[schema(example = false)]
    mixed_scripts: bool,
    /// What it is for; may be empty.
    #[schema(example = "everyone in London")]
    description: String,
    /// Which side is a single account.
    #[serde(rename = "type")]
    #[schema(value_type = BatchTypeWord)]
    kind: BatchType,
    /// How a failed relation affects the rest.
    #[schema(value_type = BatchModeWord)]
    mode: BatchMode,
    /// The currency of the amounts.
    #[schema(example = "USD")]
    currency: String,
    /// The single account's id; null where each relation names both sides.
    #[schema(example = 4)]
    account_id: Option<i64>,
    /// The single account's number.
    #[schema(example = "PAYROLL-1")]
    account: Option<String>,
    /// Whether payees in another currency are paid in it.
    #[schema(example = false)]
    convert: bool,
    /// Which rates a batch that converts is paid at; null if it does not.
    rate_mode: Option<BatchRateMode>,
    /// Whether a payee may occur more than once.
    #[schema(example = false)]
    allow_repeat: bool,
    /// The remarks of the batches.
    #[schema(example = "Paid on the 25th")]
    remarks: Option<String>,
    /// The id of the group whose members are paid besides.
    #[schema(example = 4)]
    group_id: Option<i64>,
    /// The group's name.
    #[schema(example = "Sales London")]
    group: Option<String>,
    /// The number of saved relations.
    #[schema(example = 120)]
    relation_count: i64,
    /// The sum of the saved amounts, in major units.
    #[schema(example = "150000.00")]
    total_amount: String,
    /// The template's version, for `If-Match`.
    #[schema(example = 1)]
    version: i64,
    /// Who saved it.
    #[schema(example = "anna")]
    created_by: String,
    /// When it was saved.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    created_at: String,
    /// When it was last changed.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    updated_at: String,
}

impl From<DescribedTemplate> for BatchTemplateView {
    fn from(described: DescribedTemplate) -> Self {
        let DescribedTemplate { template, asset, account, group } = described;
        let rate_mode = if template.follows_rates { BatchRateMode::Follow } else { BatchRateMode::Kept };
        Self {
            id: template.id.0,
            mixed_scripts: is_mixed(&template.name),
            name: template.name,
            description: template.description,
            kind: template.kind,
            mode: template.mode,
            account_id: template.account.map(|id| id.0),
            account,
            convert: template.convert,
            rate_mode: template.convert.then_some(rate_mode),
            allow_repeat: template.allow_repeat,
            remarks: template.remarks,
            group_id: template.holder_group.map(|id| id.0),
            group,
            relation_count: template.items,
            total_amount: major(template.amount, &asset),
            currency: asset.code,
            version: template.version,
            created_by: template.created_by.name,
            created_at: wire(template.created_at),
            updated_at: wire(template.changed_at),
        }
    }
}

/// A saved relation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TemplateRelationView {
    /// The relation's place in the template, from 1.
    #[schema(example = 1)]
    id: i64,
    /// The paying account's id.
    #[schema(example = 4)]
    source_account_id: i64,
    /// The paying account's number.
    #[schema(example = "PAYROLL-1")]
    source_account: String,
    /// The receiving account's id.
    #[schema(example = 9)]
    target_account_id: i64,
    /// The receiving account's number.
    #[schema(example = "ANNA-1")]
    target_account: String,
    /// How the relation names the side that is not the single account. `uid` and `email` are looked up again
    /// whenever a batch is made.
    #[schema(value_type = ContactWord)]
    contact_type: ContactType,
    /// That side as it was sent; by default the account's number.
    #[schema(example = "ANNA-1")]
    target_identifier: String,
    /// The saved amount, in major units; null if none was saved.
    #[schema(example = "100.00")]
    amount: Option<String>,
    /// The purpose of the payment.
    #[schema(example = "Salary")]
    memo: Option<String>,
    /// Free text for the payee.
    #[schema(example = "HR-0001")]
    reference: Option<String>,
}

impl TemplateRelationView {
    pub(super) fn of(kind: BatchType, asset: &Asset, payment: DescribedPayment) -> Self {
        let DescribedPayment { item, source, target } = payment;
        let own = match kind {
            BatchType::ManyToOne | BatchType::Withdrawal => &source,
            BatchType::OneToMany | BatchType::ManyToMany | BatchType::Deposit => &target,
        };
        Self {
            id: item.place,
            source_account_id: item.source.0,
            target_account_id: item.target.0,
            contact_type: item.contact_kind.unwrap_or(ContactType::Inner),
            target_identifier: item.contact.unwrap_or_else(|| own.clone()),
            source_account: source,
            target_account: target,
            amount: (item.amount > 0).then(|| major(item.amount, asset)),
            memo: item.memo,
            reference: item.reference,
        }
    }
}
