//! Which account of a holder is meant, and whether an account can be on a side.

use super::given::Side;
use domain::account::{AccountKind, AccountStatus};
use domain::code::Code;
use domain::id::{AccountId, AssetId};
use store::account::Resolved;

/// An account and its currency.
pub(crate) type AccountAsset = (AccountId, AssetId);

/// The requirements for an account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Want {
    /// The side it is for.
    pub side: Side,
    /// The batch's currency.
    pub asset: AssetId,
    /// Whether the account may be in another currency.
    pub convert: bool,
    /// The currency that the row names.
    pub named: Option<AssetId>,
}

/// The account of a holder that a row means.
pub(super) fn default(want: &Want, owned: &[Resolved]) -> Result<AccountAsset, Code> {
    // The default in a currency is the first account opened in it, until another is chosen.
    let of = |asset| {
        let found = owned.iter().find(|one| one.is_default && one.asset == asset);
        found.map(|one| (one.account, one.asset)).ok_or(Code::PayeeNoDefault)
    };
    match want.named.filter(|_| want.convert) {
        Some(named) => of(named),
        None if want.convert => of(want.asset).or_else(|_| of(only_asset(owned)?)),
        None => of(want.asset),
    }
}

/// The only currency in which a holder has accounts that are not closed.
fn only_asset(owned: &[Resolved]) -> Result<AssetId, Code> {
    let mut assets = owned.iter().filter(|one| one.status != AccountStatus::Closed).map(|one| one.asset);
    let first = assets.next().ok_or(Code::PayeeNoDefault)?;
    if assets.all(|asset| asset == first) { Ok(first) } else { Err(Code::PayeeAmbiguous) }
}

/// The account, if it can be on the side that the row names.
pub(super) fn usable(want: &Want, found: &Resolved) -> Result<AccountAsset, Code> {
    if let Some(code) = out_of_use(found, want.side) {
        return Err(code);
    }
    let fits = if want.convert {
        want.named.is_none_or(|named| named == found.asset || named == want.asset)
    } else {
        found.asset == want.asset
    };
    if fits { Ok((found.account, found.asset)) } else { Err(Code::CurrencyMismatch) }
}

/// Why an account can never be on a side.
pub(crate) const fn out_of_use(found: &Resolved, side: Side) -> Option<Code> {
    match (found.kind, found.status) {
        (AccountKind::Customer, AccountStatus::Active | AccountStatus::Frozen) => None,
        (AccountKind::Customer, AccountStatus::Closed) => Some(side.closed()),
        _ => Some(Code::SystemAccount),
    }
}
