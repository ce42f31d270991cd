//! The response body of an account.

use crate::kit::time::wire;
use domain::asset::Asset;
use domain::noun::NounId;
use domain::script::is_mixed;
use serde::Serialize;
use service::account::AccountView as Stored;
use utoipa::ToSchema;

/// An account with its holder and balances.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountView {
    /// The account's id.
    #[schema(example = "acct_17")]
    id: String,
    /// The account's number, as people write it.
    #[schema(example = "ACC-A1-001")]
    number: String,
    /// `customer`, or the purpose of a system account.
    #[schema(example = "customer")]
    kind: &'static str,
    /// `active`, `frozen` or `closed`.
    #[schema(example = "active")]
    status: &'static str,
    /// The account's currency.
    #[schema(example = "USD")]
    currency: String,
    /// The currency's number of decimals: at scale 2, one major unit is 100 minor units.
    #[schema(example = 2)]
    scale: u8,
    /// The holder; null for system accounts.
    holder: Option<AccountHolderView>,
    /// Whether payments by the holder's e-mail address or uid in this currency go to this account.
    #[schema(example = true)]
    is_default: bool,
    /// The balance (the sum of the account's entries), in minor units.
    #[schema(example = 1_000_000)]
    balance_cents: i64,
    /// The amount that can be paid out now, in minor units.
    #[schema(example = 1_000_000)]
    available_cents: i64,
    /// The reserved amount, in minor units.
    #[schema(example = 0)]
    held_cents: i64,
    /// How far below zero the balance may go, in minor units.
    #[schema(example = 0)]
    overdraft_cents: i64,
    /// When the account was opened.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    created_at: String,
    /// `bound` if the account is only debited with a code of its second factor, otherwise `none`.
    #[schema(example = "none")]
    totp: &'static str,
}

/// The holder of an account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountHolderView {
    /// The holder's id.
    #[schema(example = "hold_9")]
    id: String,
    /// The holder's name.
    #[schema(example = "Example Trading Ltd")]
    name: String,
    /// Whether the name mixes scripts with look-alike letters, such as Latin and Cyrillic. If so, read it
    /// letter by letter before paying.
    #[schema(example = false)]
    mixed_scripts: bool,
    /// The holder's e-mail address.
    #[schema(example = "pay@example.com")]
    email: Option<String>,
    /// The holder's id in the organisation's other systems.
    #[schema(example = "U-1001")]
    uid: Option<String>,
}

impl AccountView {
    pub(crate) fn of(asset: Asset, account: Stored) -> Self {
        let available = account.balance.saturating_sub(account.held).saturating_add(account.overdraft);
        let holder = account.holder.map(|id| AccountHolderView {
            id: id.tagged(),
            mixed_scripts: account.holder_name.as_deref().is_some_and(is_mixed),
            name: account.holder_name.unwrap_or_default(),
            email: account.email,
            uid: account.uid,
        });
        Self {
            id: account.id.tagged(),
            number: account.number,
            kind: account.kind.name(),
            status: account.status.name(),
            currency: asset.code,
            scale: asset.scale,
            holder,
            is_default: account.is_default,
            balance_cents: account.balance,
            available_cents: available,
            held_cents: account.held,
            overdraft_cents: account.overdraft,
            created_at: wire(account.opened_at),
            totp: if account.is_totp_bound { "bound" } else { "none" },
        }
    }
}
