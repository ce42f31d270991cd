//! A row of a template: one payment that is to be filled in.

use super::request::{FileTemplateKind, unfit};
use crate::Error;
use domain::asset::Asset;
use domain::batch::BatchType;

/// One payment of a template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TemplatePayee {
    /// The payer's account number, in a template whose rows name both sides; else empty.
    pub payer: String,
    /// The account number of the side that is not the batch's single account; empty if the person has none.
    pub account: String,
    /// The name of its holder.
    pub holder: String,
    /// The amount in minor units, and its currency's number of decimals.
    pub amount: Option<(i64, u8)>,
    /// The currency's code; empty if the batch converts, since the account has the currency.
    pub currency: String,
    /// What it was for.
    pub memo: String,
    /// Free text for the payee.
    pub reference: String,
}

/// An amount in a currency; none if there was none yet.
pub(super) fn amount(minor: i64, asset: &Asset) -> Option<(i64, u8)> {
    (minor > 0).then_some((minor, asset.scale))
}

/// Refuses payments of another type than the template's.
pub(super) fn is_of(kind: FileTemplateKind, found: BatchType) -> Result<(), Error> {
    if kind.batch() == Some(found) {
        return Ok(());
    }
    let (wanted, found) = (kind.name(), found.name());
    Err(unfit(
        format!("type: {wanted}; these payments are {found}"),
        format!("类型为 `{wanted}`，所选转账为 `{found}`"),
    ))
}
