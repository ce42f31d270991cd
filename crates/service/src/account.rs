//! Accounts: open, show, list, freeze, thaw, close.

use crate::directory::{asset_of, name, short};
use crate::holder::NewHolder;
use crate::{Deed, Error, Service, visible};
use domain::account::{AccountKind, AccountStatus};
use domain::asset::Asset;
use domain::code::Code;
use domain::id::{AccountId, HolderId};
use domain::posting::opened;
use domain::transfer::MEMO_MAX;
use serde_json::json;
use store::Tx;
use store::account::NewAccount;
use store::audit::Actor;
use store::counter::{self, Counter};
use store::listing::{Place, Slice};
use store::turn::{self, Turn};

pub use store::account::{AccountFilter, AccountSort, AccountView};

/// Which accounts a list shows.
#[derive(Debug, Clone, Default)]
pub struct AccountQuery {
    /// Which ones.
    pub filter: AccountFilter,
    /// Only this currency.
    pub currency: Option<String>,
    /// What it is sorted by.
    pub sort: AccountSort,
    /// Which part is wanted.
    pub slice: Slice,
    /// Whether the whole list is to be counted.
    pub counted: bool,
}

/// A part of a list of accounts.
#[derive(Debug, Clone)]
pub struct AccountPage {
    /// The accounts with their currencies.
    pub accounts: Vec<(Asset, AccountView)>,
    /// How many there are in all, if they were counted.
    pub total: Option<i64>,
    /// Where the next part begins; none on the last one.
    pub next: Option<Place>,
}

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
        let (mut tx, number, asset) = self.begin_opening(&new.number, &new.currency).await?;
        let holder = self.holder_for(&mut tx, &new.holder).await?;
        self.open(actor, tx, number, &asset, holder).await
    }

    /// Opens an account for a holder that is there, and enables its currency if need be.
    pub async fn account_open_for(
        &self,
        actor: &Actor,
        number: &str,
        holder: HolderId,
        currency: &str,
    ) -> Result<AccountView, Error> {
        let (mut tx, number, asset) = self.begin_opening(number, currency).await?;
        if store::holder::get(&mut tx, holder).await?.is_none() {
            return Err(Error::refused(Code::HolderNotFound, holder.to_string()));
        }
        self.open(actor, tx, number, &asset, holder).await
    }

    async fn begin_opening(&self, number: &str, currency: &str) -> Result<(Tx, String, Asset), Error> {
        let number = visible(number)?;
        let mut tx = self.begin().await?;
        turn::take(&mut tx, Turn::Directory).await?;
        if store::account::by_number(&mut tx, &number).await?.is_some() {
            return Err(Error::refused(Code::AccountExists, number));
        }
        let asset = self.asset_for(&mut tx, currency).await?;
        Ok((tx, number, asset))
    }

    async fn open(
        &self,
        actor: &Actor,
        mut tx: Tx,
        number: String,
        asset: &Asset,
        holder: HolderId,
    ) -> Result<AccountView, Error> {
        let holder = Some(holder);
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
        self.directory.forget();
        Ok(opened)
    }

    /// An account by its id or number, and its currency. A text that is both means the id: nothing is moved by
    /// reading.
    pub async fn account_find(&self, text: &str) -> Result<(AccountView, Asset), Error> {
        let missing = || Error::refused(Code::AccountNotFound, short(text));
        let name = name(text).ok_or_else(missing)?;
        let mut tx = self.store.read().await?;
        let mut found = store::account::named(&mut tx, &name, &name).await?;
        found.sort_by_key(|account| name.id != Some(account.id));
        let account = found.into_iter().next().ok_or_else(missing)?;
        let asset = Self::asset(&mut tx, account.asset).await?;
        Ok((account, asset))
    }

    /// A part of the list of accounts.
    pub async fn account_search(&self, query: &AccountQuery) -> Result<AccountPage, Error> {
        let mut tx = self.store.read().await?;
        let assets = store::asset::all(&mut tx).await?;
        let mut filter = query.filter.clone();
        if let Some(code) = &query.currency {
            let asset = assets.iter().find(|asset| asset.code == *code);
            filter.asset = Some(asset.ok_or_else(|| Error::refused(Code::AssetUnknown, short(code)))?.id);
        }
        let total = match query.counted {
            true => Some(store::account::count(&mut tx, &filter).await?),
            false => None,
        };
        let after = match &query.slice.after {
            Some(place) if query.sort == AccountSort::Number => by_number(&mut tx, place.key).await?,
            other => other.clone(),
        };
        let slice = Slice { limit: query.slice.limit + 1, after, ..query.slice.clone() };
        let mut accounts = store::account::page(&mut tx, &filter, query.sort, slice).await?;
        let wanted = usize::try_from(query.slice.limit).unwrap_or(0);
        let is_more = accounts.len() > wanted;
        accounts.truncate(wanted);
        let next = accounts.last().filter(|_| is_more).map(|last| query.sort.place(last));
        let with_asset = |account: AccountView| Ok((asset_of(&assets, account.asset)?, account));
        let accounts = accounts.into_iter().map(with_asset).collect::<Result<_, Error>>()?;
        Ok(AccountPage { accounts, total, next })
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
        self.set_status(actor, tx, account, status, reason).await
    }

    /// Freezes, thaws or closes an account that is named by its id or number.
    pub async fn account_change(
        &self,
        actor: &Actor,
        text: &str,
        status: AccountStatus,
        reason: &str,
    ) -> Result<AccountView, Error> {
        if reason.chars().count() > MEMO_MAX {
            return Err(Code::TextTooLong.into());
        }
        let mut tx = self.begin().await?;
        let account = Self::account_named(&mut tx, text).await?;
        self.set_status(actor, tx, account, status, reason).await
    }

    async fn set_status(
        &self,
        actor: &Actor,
        mut tx: Tx,
        account: AccountView,
        status: AccountStatus,
        reason: &str,
    ) -> Result<AccountView, Error> {
        let number = account.number.as_str();
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

/// The place of an account in a list by number: its cursor names the account alone.
async fn by_number(tx: &mut Tx, id: i64) -> Result<Option<Place>, Error> {
    let account = store::account::by_id(tx, AccountId(id)).await?;
    Ok(account.map(|account| AccountSort::Number.place(&account)))
}
