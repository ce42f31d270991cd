//! Accounts: open, show, list, freeze, unfreeze, close.

use crate::asset::{self, asset_for};
use crate::holder::{NewHolder, holder_for, missing};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Refusal, Service, account_cache, account_default};
use domain::account::{AccountKind, AccountStatus};
use domain::account_ref::GivenAccount;
use domain::asset::Asset;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::{AccountId, HolderId};
use domain::noun::NounId;
use domain::number::AccountNumber;
use domain::posting::opened;
use domain::script::Digits;
use domain::transfer::MEMO_MAX;
use domain::visible::shown;
use serde_json::json;
use store::Tx;
use store::account::NewAccount;
use store::audit::Actor;
use store::counter::{self, Counter};
use store::holder_default::{self, HolderDefault};
use store::named_lock::{self, NamedLock};

pub use crate::account_default::make_default;
pub use crate::account_export::export;
pub use crate::account_import::import;
pub use crate::account_list::{AccountFilter, AccountPage, AccountQuery, AccountSort, search};
pub use store::account::AccountView;

/// An account to open.
#[derive(Debug, Clone, Default)]
pub struct OpenAccount {
    /// Its number, as people write it; unique.
    pub number: String,
    /// Its owner: found by uid, e-mail address or name, or created. Ignored if `holder_id` is set.
    pub holder: NewHolder,
    /// Its owner, by id.
    pub holder_id: Option<HolderId>,
    /// Its currency code.
    pub currency: String,
    /// Whether a number that looks like another account's is allowed.
    pub confusable: bool,
}

/// Opens an account; creates its holder and enables its currency if necessary.
pub async fn open(service: &Service, actor: &Actor, new: &OpenAccount) -> Result<AccountView, Error> {
    let mut write = claimed!(service.write(actor, Action::AccountOpen));
    write.about = Fact::new(Action::AccountOpen, None)
        .with("number", shown(&new.number))
        .with("currency", shown(&new.currency));
    let done = open_in(&mut write, new).await;
    write.end(done).await
}

/// An account, by id or number, with its currency.
pub async fn show(service: &Service, account: &GivenAccount) -> Result<(AccountView, Asset), Error> {
    let mut tx = service.store.read().await?;
    let account = account_cache::named(&mut tx, account).await?;
    let asset = asset::by_id(&mut tx, account.asset).await?;
    Ok((account, asset))
}

/// Freezes, unfreezes or closes an account, given by id or number; closing requires a zero balance.
pub async fn set_status(
    service: &Service,
    actor: &Actor,
    account: &GivenAccount,
    status: AccountStatus,
    reason: &str,
) -> Result<AccountView, Error> {
    let mut write = claimed!(service.write(actor, Action::AccountStatus));
    let done = match account_cache::named(&mut write.tx, account).await {
        Ok(account) => set_status_in(&mut write, account, status, reason).await,
        Err(error) => Err(error),
    };
    write.end(done).await
}

/// Account numbers in the order of the given ids; unknown ids show as `#id`.
pub async fn numbers(service: &Service, ids: &[AccountId]) -> Result<Vec<String>, Error> {
    let mut tx = service.store.read().await?;
    let mut distinct: Vec<i64> = ids.iter().map(|id| id.0).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let names: hashbrown::HashMap<i64, String> =
        store::account::numbers(&mut tx, distinct).await?.into_iter().collect();
    Ok(ids.iter().map(|id| names.get(&id.0).cloned().unwrap_or_else(|| format!("#{id}"))).collect())
}

async fn open_in(write: &mut Write, new: &OpenAccount) -> Result<WriteResult<AccountView>, Error> {
    let number = AccountNumber::for_opening(&new.number, Digits::Fold)
        .map_err(|code| Error::refused(code, shown(&new.number)))?;
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Directory).await?;
    if store::account::by_number(tx, number.as_str()).await?.is_some() {
        return Err(Error::refused(Code::AccountExists, number));
    }
    if !new.confusable {
        refuse_look_alike(tx, &number).await?;
    }
    let asset = asset_for(tx, &new.currency, write.now).await?;
    let holder = match new.holder_id {
        None => holder_for(tx, &new.holder, write.now).await?,
        Some(id) => store::holder::get(tx, id).await?.ok_or_else(|| missing(id))?.id,
    };
    let id = AccountId(counter::take(tx, Counter::Account, 1).await?);
    let (kind, opened_at, number) = (AccountKind::Customer, write.now, String::from(number));
    let (asset, code) = (asset.id, asset.code);
    let account = NewAccount { id, number, holder: Some(holder), asset, kind, stripe: 0, opened_at };
    store::account::insert(tx, std::slice::from_ref(&account)).await?;
    store::balance::insert(tx, &[opened(id, asset, Some(holder), kind)]).await?;
    holder_default::add(tx, vec![HolderDefault { holder, asset, account: id }]).await?;
    let fact = Fact::new(Action::AccountOpen, Some(id.0))
        .with("number", account.number.as_str())
        .with("currency", code)
        .with("confusable", new.confusable);
    Ok(WriteResult::one(view(tx, id).await?, fact))
}

/// Refuses a number that a reader could mistake for another account's.
async fn refuse_look_alike(tx: &mut Tx, number: &AccountNumber) -> Result<(), Error> {
    let alike = store::account::look_alikes(tx, vec![number.skeleton()]).await?;
    match alike.into_iter().map(|(_, alike)| alike).next() {
        Some(alike) => Err(look_alike(number.as_str(), &alike)),
        None => Ok(()),
    }
}

/// The refusal for a number that looks like another account's.
pub(crate) fn look_alike(number: &str, alike: &str) -> Error {
    let data = Some(json!({ "looksLike": alike }));
    Error::Refused(Refusal { data, ..Refusal::new(Code::NumberConfusable, format!("{number}: {alike}")) })
}

/// Reads back an account that was just written.
async fn view(tx: &mut Tx, id: AccountId) -> Result<AccountView, Error> {
    let missing = || Error::refused(Code::AccountNotFound, id.tagged());
    store::account::by_id(tx, id).await?.ok_or_else(missing)
}

async fn set_status_in(
    write: &mut Write,
    account: AccountView,
    status: AccountStatus,
    reason: &str,
) -> Result<WriteResult<AccountView>, Error> {
    let number = account.number.as_str();
    write.about = Fact::new(Action::AccountStatus, Some(account.id.0)).with("to", status.name());
    if reason.chars().count() > MEMO_MAX {
        return Err(Code::TextTooLong.into());
    }
    if account.kind.is_system() {
        return Err(Error::refused(Code::SystemAccount, number));
    }
    if status == AccountStatus::Closed {
        named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    }
    let locked = store::balance::lock(&mut write.tx, vec![account.id.0]).await?;
    let current = locked.first().ok_or_else(|| Error::refused(Code::AccountNotFound, number))?;
    current
        .status
        .change_to(status, current.balance, current.held)
        .map_err(|code| Error::refused(code, format!("{number}: {}", current.status.name())))?;
    if status == AccountStatus::Closed {
        account_default::release(&mut write.tx, &account).await?;
    }
    store::balance::set_status(&mut write.tx, account.id, status).await?;
    let fact = Fact::new(Action::AccountStatus, Some(account.id.0))
        .with("from", current.status.name())
        .with("to", status.name())
        .with("reason", reason);
    let is_default = account.is_default && status != AccountStatus::Closed;
    Ok(WriteResult::one(AccountView { status, is_default, ..account }, fact))
}
