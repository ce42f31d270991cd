//! Payees who are chosen one by one, or as a group, with the amounts of their last payments.

use super::payee::{TemplatePayee, amount};
use super::request::{FileTemplateKind, ROWS_MAX};
use crate::account_cache::asset_of;
use crate::batch_template::too_large;
use crate::{Error, holder_group};
use domain::account_ref::{AccountRef, GivenAccount};
use domain::asset::Asset;
use domain::code::Code;
use domain::holder_group::HolderGroupRef;
use domain::id::{AccountId, HolderId};
use domain::visible::shown;
use hashbrown::{HashMap, HashSet};
use store::account::AccountView;
use store::{Tx, recent_payment};

/// Accounts per look-up of last payments, so that none takes long.
const STEP: usize = 1_000;

/// The given accounts in their order, each once; one that does not exist is refused.
pub(super) async fn accounts(
    tx: &mut Tx,
    kind: FileTemplateKind,
    given: &[GivenAccount],
) -> Result<Vec<TemplatePayee>, Error> {
    if given.len() > ROWS_MAX {
        return Err(too_large());
    }
    let assets = store::asset::all(tx).await?;
    let found = found(tx, given).await?;
    let by_id: HashMap<AccountId, &AccountView> = found.iter().map(|account| (account.id, account)).collect();
    let by_number: HashMap<&str, &AccountView> =
        found.iter().map(|account| (account.number.as_str(), account)).collect();
    let last = last_amounts(tx, kind, by_id.keys().copied().collect()).await?;
    let (mut payees, mut met) = (Vec::with_capacity(given.len()), HashSet::with_capacity(given.len()));
    for one in given {
        let account = match &one.named {
            Ok(AccountRef::Id(id)) => by_id.get(id),
            Ok(AccountRef::Number(number)) => by_number.get(number.as_str()),
            Err(_) => None,
        };
        let account = account.ok_or_else(|| Error::refused(Code::AccountNotFound, shown(&one.written)))?;
        if met.insert(account.id) {
            let asset = asset_of(&assets, account.asset)?;
            payees.push(TemplatePayee {
                account: account.number.clone(),
                holder: account.holder_name.clone().unwrap_or_default(),
                amount: last.get(&account.id).and_then(|minor| amount(*minor, &asset)),
                currency: asset.code.clone(),
                ..TemplatePayee::default()
            });
        }
    }
    Ok(payees)
}

/// The accounts that exist; a text that cannot name one is refused with its reason.
async fn found(tx: &mut Tx, given: &[GivenAccount]) -> Result<Vec<AccountView>, Error> {
    let (mut ids, mut numbers) = (Vec::new(), Vec::new());
    for one in given {
        match &one.named {
            Ok(AccountRef::Id(id)) => ids.push(id.0),
            Ok(AccountRef::Number(number)) => numbers.push(number.as_str().to_owned()),
            Err(code) => return Err(Error::refused(*code, shown(&one.written))),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    numbers.sort_unstable();
    numbers.dedup();
    let mut found = store::account::by_ids(tx, ids).await?;
    found.extend(store::account::by_numbers(tx, numbers).await?);
    Ok(found)
}

/// The members of a group with their default accounts in a currency. A member without one has a row all the same, so
/// that nobody is missing without a word; the import refuses it until it has an account.
pub(super) async fn members(
    tx: &mut Tx,
    kind: FileTemplateKind,
    group: &HolderGroupRef,
    currency: &str,
) -> Result<Vec<TemplatePayee>, Error> {
    let assets = store::asset::all(tx).await?;
    let asset = assets.iter().find(|asset| asset.code == currency);
    let asset = asset.ok_or_else(|| Error::refused(Code::AssetUnknown, shown(currency)))?;
    let group = holder_group::find(tx, group).await?;
    if usize::try_from(group.members).unwrap_or(usize::MAX) > ROWS_MAX {
        return Err(too_large());
    }
    let members = store::holder_group::accounts(tx, group.id, asset.id).await?;
    let accounts = members.iter().filter_map(|(_, account)| account.as_ref().map(|(id, _)| *id));
    let last = last_amounts(tx, kind, accounts.collect()).await?;
    let names = store::holder::names(tx, members.iter().map(|(holder, _)| holder.0).collect()).await?;
    let names: HashMap<HolderId, String> = names.into_iter().collect();
    let last = |id: &AccountId| last.get(id).and_then(|minor| amount(*minor, asset));
    Ok(members
        .into_iter()
        .map(|(holder, account)| member(asset, names.get(&holder), account, last))
        .collect())
}

fn member(
    asset: &Asset,
    name: Option<&String>,
    account: Option<(AccountId, String)>,
    last: impl Fn(&AccountId) -> Option<(i64, u8)>,
) -> TemplatePayee {
    TemplatePayee {
        holder: name.cloned().unwrap_or_default(),
        amount: account.as_ref().and_then(|(id, _)| last(id)),
        account: account.map(|(_, number)| number).unwrap_or_default(),
        currency: asset.code.clone(),
        ..TemplatePayee::default()
    }
}

/// What batches last paid to the accounts or, where the batch collects, from them.
async fn last_amounts(
    tx: &mut Tx,
    kind: FileTemplateKind,
    accounts: Vec<AccountId>,
) -> Result<HashMap<AccountId, i64>, Error> {
    let mut last = HashMap::with_capacity(accounts.len());
    for some in accounts.chunks(STEP) {
        let ids = some.iter().map(|id| id.0).collect();
        last.extend(match kind {
            FileTemplateKind::ManyToOne => recent_payment::paid(tx, ids).await?,
            FileTemplateKind::OneToMany | FileTemplateKind::ManyToMany | FileTemplateKind::Accounts => {
                recent_payment::received(tx, ids).await?
            }
        });
    }
    Ok(last)
}
