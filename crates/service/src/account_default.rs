//! A holder's default account in a currency: the one an e-mail address or uid refers to. It is the first
//! account opened until finance or an administrator chooses another, and it is never bypassed.

use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, account_cache, asset};
use domain::account::AccountStatus;
use domain::account_ref::GivenAccount;
use domain::code::Code;
use domain::fact::{Action, Fact};
use serde_json::json;
use store::Tx;
use store::account::AccountView;
use store::audit::Actor;
use store::holder_default::{self, HolderDefault};
use store::named_lock::{self, NamedLock};

/// Makes an account its holder's default in its currency.
pub async fn make_default(
    service: &Service,
    actor: &Actor,
    account: &GivenAccount,
) -> Result<AccountView, Error> {
    let mut write = claimed!(service.write(actor, Action::HolderDefault));
    let done = make(&mut write, account).await;
    write.end(done).await
}

async fn make(write: &mut Write, account: &GivenAccount) -> Result<WriteResult<AccountView>, Error> {
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Directory).await?;
    let account = account_cache::named(tx, account).await?;
    let number = account.number.as_str();
    let holder = account.holder.ok_or_else(|| Error::refused(Code::SystemAccount, number))?;
    write.about.id = Some(holder.0);
    if account.status == AccountStatus::Closed {
        return Err(Error::refused(Code::AccountState, format!("{number}: {}", account.status.name())));
    }
    let before = holder_default::get(tx, holder, account.asset).await?;
    if before == Some(account.id) {
        return Ok(WriteResult::nothing(account));
    }
    let asset = asset::by_id(tx, account.asset).await?;
    let old = match before {
        Some(id) => store::account::by_id(tx, id).await?.map(|account| account.number),
        None => None,
    };
    holder_default::set(tx, HolderDefault { holder, asset: account.asset, account: account.id }).await?;
    let value = |number: Option<&str>| json!({ "currency": asset.code, "account": number });
    let fact = Fact::new(Action::HolderDefault, Some(holder.0))
        .with("before", value(old.as_deref()))
        .with("after", value(Some(number)));
    Ok(WriteResult::one(AccountView { is_default: true, ..account }, fact))
}

/// Called before an account is closed: a default account needs a successor while the holder has another
/// account in its currency.
pub(crate) async fn release(tx: &mut Tx, account: &AccountView) -> Result<(), Error> {
    let Some(holder) = account.holder else { return Ok(()) };
    if holder_default::get(tx, holder, account.asset).await? != Some(account.id) {
        return Ok(());
    }
    match holder_default::other(tx, holder, account.asset, account.id).await? {
        Some(other) => Err(Error::refused(Code::DefaultNeeded, format!("{}: {other}", account.number))),
        None => Ok(holder_default::clear(tx, holder, account.asset).await?),
    }
}
