//! Resolves the account references of requests; those of batch rows are resolved in `payee`. An account's
//! immutable fields are cached in memory, so a transfer needs no database lookup before it reaches the door.

use crate::{Error, Service};
use domain::account_ref::{AccountRef, GivenAccount};
use domain::asset::Asset;
use domain::code::Code;
use domain::id::{AccountId, AssetId, HolderId};
use domain::noun::NounId;
use domain::visible::shown;
use hashbrown::HashMap;
use std::sync::{Arc, Mutex};
use store::Tx;
use store::account::AccountView;

/// The most accounts in the cache; a full cache is cleared.
const CACHED_MAX: usize = 200_000;

/// The immutable fields of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CachedAccount {
    pub id: AccountId,
    pub number: String,
    pub asset: Asset,
    pub holder: Option<HolderId>,
}

/// The accounts that this process has looked up. A reference never changes its meaning: ids and numbers have
/// disjoint forms, and accounts are neither renumbered nor deleted.
#[derive(Debug, Default)]
pub(crate) struct AccountCache {
    known: Mutex<HashMap<AccountRef, Arc<CachedAccount>>>,
}

impl AccountCache {
    fn get(&self, named: &AccountRef) -> Option<Arc<CachedAccount>> {
        self.known.lock().ok()?.get(named).cloned()
    }

    fn keep(&self, named: &AccountRef, known: &Arc<CachedAccount>) {
        let Ok(mut all) = self.known.lock() else { return };
        if all.len() >= CACHED_MAX {
            all.clear();
        }
        all.insert(named.clone(), Arc::clone(known));
    }
}

/// The account that was given. A text that cannot name one is refused with its reason, or with `missing` if
/// the only reason is that no such account exists.
fn reference(given: &GivenAccount, missing: Code) -> Result<&AccountRef, Error> {
    given.named.as_ref().map_err(|code| {
        let code = if matches!(code, Code::NameInvalid | Code::NulByte) { missing } else { *code };
        Error::refused(code, shown(&given.written))
    })
}

/// The account among those found that the reference means.
fn choose<'a>(found: &'a [AccountView], named: &AccountRef) -> Option<&'a AccountView> {
    found.iter().find(|account| match named {
        AccountRef::Id(id) => account.id == *id,
        AccountRef::Number(number) => account.number == number.as_str(),
    })
}

/// Why no account was found. If bare digits are no account's number but an account's id, the refusal shows
/// how to write the id.
async fn missing(tx: &mut Tx, named: &AccountRef, code: Code) -> Error {
    let meant = match named.looks_like_id() {
        Some(id) => store::account::by_id(tx, id).await,
        None => Ok(None),
    };
    match meant {
        Ok(Some(account)) => Error::refused(Code::IdUntagged, account.id.tagged()),
        Ok(None) => Error::refused(code, shown(&named.to_string())),
        Err(error) => error.into(),
    }
}

/// An account by its id or number.
pub(crate) async fn named(tx: &mut Tx, given: &GivenAccount) -> Result<AccountView, Error> {
    let named = reference(given, Code::AccountNotFound)?;
    let found = store::account::referenced(tx, named, named).await?.into_iter().next();
    match found {
        Some(account) => Ok(account),
        None => Err(missing(tx, named, Code::AccountNotFound).await),
    }
}

/// The two sides of a transfer by id or number, with their currencies; each missing side has its own
/// code.
pub(crate) async fn pair(
    service: &Service,
    from: Option<&GivenAccount>,
    to: Option<&GivenAccount>,
) -> Result<(Option<Arc<CachedAccount>>, Option<Arc<CachedAccount>>), Error> {
    let source = from.map(|given| reference(given, Code::SourceNotFound)).transpose()?;
    let target = to.map(|given| reference(given, Code::TargetNotFound)).transpose()?;
    let kept = |named: Option<&AccountRef>| named.and_then(|named| service.accounts.get(named));
    let (known_source, known_target) = (kept(source), kept(target));
    if known_source.is_some() == source.is_some() && known_target.is_some() == target.is_some() {
        return Ok((known_source, known_target));
    }
    let Some(one) = source.or(target) else { return Err(Code::SourceNotFound.into()) };
    let mut tx = service.store.point_read().await?;
    let found = store::account::referenced(&mut tx, one, target.unwrap_or(one)).await?;
    let source = learn(service, &mut tx, &found, source, Code::SourceNotFound).await?;
    Ok((source, learn(service, &mut tx, &found, target, Code::TargetNotFound).await?))
}

/// Caches the immutable fields of the account that a reference means.
async fn learn(
    service: &Service,
    tx: &mut Tx,
    found: &[AccountView],
    named: Option<&AccountRef>,
    code: Code,
) -> Result<Option<Arc<CachedAccount>>, Error> {
    let Some(named) = named else { return Ok(None) };
    let Some(account) = choose(found, named) else { return Err(missing(tx, named, code).await) };
    let asset = asset_of(&store::asset::all(tx).await?, account.asset)?;
    let (id, number, holder) = (account.id, account.number.clone(), account.holder);
    let known = Arc::new(CachedAccount { id, number, asset, holder });
    service.accounts.keep(named, &known);
    Ok(Some(known))
}

/// The asset with an id.
pub(crate) fn asset_of(assets: &[Asset], id: AssetId) -> Result<Asset, Error> {
    let found = assets.iter().find(|asset| asset.id == id);
    found.cloned().ok_or_else(|| Error::refused(Code::AssetUnknown, id.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_names_no_account_is_refused_with_its_reason() {
        for (text, expected) in [
            ("acct_18", "acct_18"),
            (" A-1 ", "A-1"),
            ("18", "18"),
            ("１８", "18"),
            ("de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
            ("acct_018", "ID_INVALID acct_018"),
            ("hold_3", "ID_INVALID hold_3"),
            ("", "ACCOUNT_NOT_FOUND "),
            ("a\u{0}", r"ACCOUNT_NOT_FOUND a\u{0}"),
            ("MAIN\u{200b}", r"INVISIBLE_CHARACTER MAIN\u{200b}"),
            ("M\u{410}IN", "MIXED_SCRIPTS M\u{410}IN"),
        ] {
            let said = match reference(&text.into(), Code::AccountNotFound) {
                Ok(named) => named.to_string(),
                Err(Error::Refused(refusal)) => {
                    format!("{} {}", refusal.code, refusal.detail.unwrap_or_default())
                }
                Err(error) => error.to_string(),
            };
            assert_eq!(said, expected, "{}", text.escape_unicode());
        }
    }
}
