//! Accounts: open, show, list, freeze, thaw, close.

use crate::holder::NewHolder;
use crate::{Deed, Error, Service, visible};
use domain::account::{AccountKind, AccountStatus};
use domain::asset::Asset;
use domain::code::Code;
use domain::id::AccountId;
use domain::posting::opened;
use serde_json::json;
use store::Tx;
use store::account::{AccountFilter, AccountView, NewAccount};
use store::audit::Actor;
use store::counter::{self, Counter};
use store::turn::{self, Turn};

/// An account to open.
#[derive(Debug, Clone, Default)]
pub struct OpenAccount {
    /// Its number, as people write it; unique.
    pub number: String,
    /// Its owner: found by uid, e-mail address or name, or added.
    pub holder: NewHolder,
    /// Its currency's code.
    pub currency: String,
}

impl Service {
    /// Opens an account, and adds its holder and enables its currency if need be.
    pub async fn account_open(&self, actor: &Actor, new: &OpenAccount) -> Result<AccountView, Error> {
        let number = visible(&new.number)?;
        let mut tx = self.begin().await?;
        turn::take(&mut tx, Turn::Directory).await?;
        if store::account::by_number(&mut tx, &number).await?.is_some() {
            return Err(Error::refused(Code::AccountExists, number));
        }
        let asset = self.asset_for(&mut tx, &new.currency).await?;
        let holder = Some(self.holder_for(&mut tx, &new.holder).await?);
        let id = AccountId(counter::take(&mut tx, Counter::Account, 1).await?);
        let (kind, opened_at) = (AccountKind::Customer, self.now());
        let account = NewAccount { id, number, holder, asset: asset.id, kind, stripe: 0, opened_at };
        store::account::insert(&mut tx, std::slice::from_ref(&account)).await?;
        store::balance::insert(&mut tx, &[opened(id, asset.id, holder, kind)]).await?;
        let detail = json!({ "number": account.number, "currency": asset.code });
        let opened = Self::account_by_number(&mut tx, &account.number).await?;
        self.keep(&mut tx, &opened).await?;
        let deed = Deed { actor, action: "account.open", subject: "account", id: Some(id.0), detail };
        self.finish(tx, deed).await?;
        Ok(opened)
    }

    /// An account by its number, and its currency.
    pub async fn account_show(&self, number: &str) -> Result<(AccountView, Asset), Error> {
        let mut tx = self.store.read().await?;
        let account = Self::account_by_number(&mut tx, number).await?;
        let asset = Self::asset(&mut tx, account.asset).await?;
        Ok((account, asset))
    }

    /// A page of accounts in the order of ids.
    pub async fn account_list(&self, filter: &AccountFilter, limit: i64) -> Result<Vec<AccountView>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::account::list(&mut tx, filter, limit).await?)
    }

    /// Freezes, thaws or closes an account; closing asks for a balance of zero.
    pub async fn account_set_status(
        &self,
        actor: &Actor,
        number: &str,
        status: AccountStatus,
        reason: &str,
    ) -> Result<AccountView, Error> {
        let mut tx = self.begin().await?;
        let account = Self::account_by_number(&mut tx, number).await?;
        if account.kind.is_system() {
            return Err(Error::refused(Code::SystemAccount, number));
        }
        let locked = store::balance::lock(&mut tx, vec![account.id.0]).await?;
        let current = locked.first().ok_or_else(|| Error::refused(Code::AccountNotFound, number))?;
        current
            .status
            .change_to(status, current.balance, current.held)
            .map_err(|code| Error::refused(code, format!("{number}: {}", current.status.name())))?;
        store::balance::set_status(&mut tx, account.id, status).await?;
        let detail = json!({ "from": current.status.name(), "to": status.name(), "reason": reason });
        let (id, changed) = (Some(account.id.0), AccountView { status, ..account });
        self.keep(&mut tx, &changed).await?;
        self.finish(tx, Deed { actor, action: "account.status", subject: "account", id, detail }).await?;
        Ok(changed)
    }

    /// The numbers of accounts, in the order of the ids given; unknown ids show as `#id`.
    pub async fn account_numbers(&self, ids: &[AccountId]) -> Result<Vec<String>, Error> {
        let mut tx = self.store.read().await?;
        let mut distinct: Vec<i64> = ids.iter().map(|id| id.0).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let names: hashbrown::HashMap<i64, String> =
            store::account::numbers(&mut tx, distinct).await?.into_iter().collect();
        Ok(ids.iter().map(|id| names.get(&id.0).cloned().unwrap_or_else(|| format!("#{id}"))).collect())
    }

    pub(crate) async fn account_by_number(tx: &mut Tx, number: &str) -> Result<AccountView, Error> {
        let found = store::account::by_number(tx, number.trim()).await?;
        found
            .ok_or_else(|| Error::refused(Code::AccountNotFound, number.chars().take(64).collect::<String>()))
    }
}
