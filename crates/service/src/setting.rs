//! Settings of the organisation.

use crate::factor::demand::{Need, demand};
use crate::factor::roles::{FACTOR_ROLES, factor_roles_in};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, account_cache, visible};
use domain::access::Role;
use domain::account_ref::GivenAccount;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::AccountId;
use domain::similar::{REMARK_DAYS, WINDOW_SHIPPED};
use hashbrown::HashMap;
use jiff::tz::TimeZone;
use store::Tx;
use store::audit::Actor;

const TIME_ZONE: &str = "time_zone";
const ORGANISATION: &str = "organisation_name";
/// Days within which a similar batch is refused; an account's override is under `duplicate_window.ID`.
const WINDOW: &str = "duplicate_window";
const WINDOW_OF: &str = "duplicate_window.";

/// The settings to change; an absent field stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// The IANA name of the time zone in which the days and months of limits begin.
    pub time_zone: Option<String>,
    /// What the organisation is called; an empty text removes it.
    pub organisation_name: Option<String>,
    /// Days within which a similar batch is refused; 0 switches the comparison off.
    pub duplicate_window: Option<i64>,
    /// The same for batches with this single account; without days the organisation's window applies again.
    pub account_window: Option<(GivenAccount, Option<i64>)>,
    /// The roles whose people must have a second factor: without one they execute, approve and change nothing.
    pub factor_roles: Option<Vec<Role>>,
}

/// The days within which a batch that pays the same as an earlier one is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateWindows {
    /// The window of accounts without an override.
    pub days: i64,
    /// The overrides, by account number.
    pub accounts: Vec<(String, i64)>,
}

/// Changes settings of the organisation: all that are given, or none.
pub async fn set(service: &Service, actor: &Actor, change: &SettingsChange) -> Result<(), Error> {
    let mut write = claimed!(service.write(actor, Action::SettingSet));
    let done = set_in(&mut write, change).await;
    write.end(done).await
}

/// The name of the organisation's time zone.
pub async fn time_zone(service: &Service) -> Result<String, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::setting::get(&mut tx, TIME_ZONE).await?.unwrap_or_else(|| "UTC".to_owned()))
}

/// The roles whose people must have a second factor; as shipped none.
pub async fn factor_roles(service: &Service) -> Result<Vec<Role>, Error> {
    factor_roles_in(&mut service.store.read().await?).await
}

/// What the organisation is called, if it was said.
pub async fn organisation_name(service: &Service) -> Result<Option<String>, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::setting::get(&mut tx, ORGANISATION).await?)
}

/// The windows within which similar batches are refused.
pub async fn duplicate_windows(service: &Service) -> Result<DuplicateWindows, Error> {
    let mut tx = service.store.read().await?;
    let days = window_of(&mut tx, None).await?;
    let own: Vec<(i64, i64)> = store::setting::under(&mut tx, WINDOW_OF)
        .await?
        .into_iter()
        .filter_map(|(id, days)| Some((id.parse().ok()?, days.parse().ok()?)))
        .collect();
    let ids = own.iter().map(|(id, _)| *id).collect();
    let numbers: HashMap<i64, String> = store::account::numbers(&mut tx, ids).await?.into_iter().collect();
    let mut accounts: Vec<(String, i64)> =
        own.into_iter().filter_map(|(id, days)| Some((numbers.get(&id)?.clone(), days))).collect();
    accounts.sort();
    Ok(DuplicateWindows { days, accounts })
}

/// The window for batches with this single account.
pub(crate) async fn window_of(tx: &mut Tx, account: Option<AccountId>) -> Result<i64, Error> {
    let own = match account {
        Some(id) => store::setting::get(tx, &format!("{WINDOW_OF}{id}")).await?,
        None => None,
    };
    let days = match own {
        Some(own) => Some(own),
        None => store::setting::get(tx, WINDOW).await?,
    };
    Ok(days.and_then(|days| days.parse().ok()).unwrap_or(WINDOW_SHIPPED))
}

pub(crate) async fn zone(tx: &mut Tx) -> Result<TimeZone, Error> {
    let name = store::setting::get(tx, TIME_ZONE).await?;
    Ok(name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC))
}

async fn set_in(write: &mut Write, change: &SettingsChange) -> Result<WriteResult<()>, Error> {
    let mut facts = Vec::new();
    if let Some(name) = &change.time_zone {
        facts.push(set_time_zone(&mut write.tx, name).await?);
    }
    if let Some(name) = &change.organisation_name {
        facts.push(set_organisation(&mut write.tx, name).await?);
    }
    if let Some(days) = change.duplicate_window {
        facts.push(set_window(&mut write.tx, None, Some(days)).await?);
    }
    if let Some((account, days)) = &change.account_window {
        facts.push(set_window(&mut write.tx, Some(account), *days).await?);
    }
    // Before the roles change: who has no factor must not be the one to abolish it.
    demand(write, Need::StepUp).await?;
    if let Some(roles) = &change.factor_roles {
        facts.push(set_factor_roles(&mut write.tx, roles).await?);
    }
    Ok(WriteResult::many((), facts))
}

async fn set_factor_roles(tx: &mut Tx, roles: &[Role]) -> Result<Fact, Error> {
    let mut sorted = roles.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let names = sorted.into_iter().map(Role::name).collect::<Vec<_>>().join(" ");
    let before = store::setting::get(tx, FACTOR_ROLES).await?;
    store::setting::set(tx, FACTOR_ROLES, &names).await?;
    Ok(Fact::new(Action::SettingSet, None).with("factor_roles", names).with("before", before))
}

async fn set_time_zone(tx: &mut Tx, name: &str) -> Result<Fact, Error> {
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-+".contains(&b));
    if name.len() > 64 || !is_name || TimeZone::get(name).is_err() {
        return Err(Error::refused(Code::TimeZoneUnknown, domain::visible::shown(name)));
    }
    let before = store::setting::get(tx, TIME_ZONE).await?;
    store::setting::set(tx, TIME_ZONE, name).await?;
    store::head::raise_policy_version(tx).await?;
    Ok(Fact::new(Action::SettingSet, None).with("time_zone", name).with("before", before))
}

async fn set_organisation(tx: &mut Tx, name: &str) -> Result<Fact, Error> {
    let name = if name.trim().is_empty() { None } else { Some(visible(name)?) };
    let before = store::setting::get(tx, ORGANISATION).await?;
    match &name {
        Some(name) => store::setting::set(tx, ORGANISATION, name).await?,
        None => store::setting::delete(tx, ORGANISATION).await.map(|_| ())?,
    }
    Ok(Fact::new(Action::SettingSet, None).with("organisation_name", name).with("before", before))
}

async fn set_window(tx: &mut Tx, account: Option<&GivenAccount>, days: Option<i64>) -> Result<Fact, Error> {
    if days.is_some_and(|days| !(0..=REMARK_DAYS).contains(&days)) {
        return Err(Error::refused(Code::WindowInvalid, days.unwrap_or_default().to_string()));
    }
    let (name, number) = match account {
        Some(account) => {
            let found = account_cache::named(tx, account).await?;
            (format!("{WINDOW_OF}{}", found.id), Some(found.number))
        }
        None => (WINDOW.to_owned(), None),
    };
    let before = store::setting::get(tx, &name).await?;
    match days {
        Some(days) => store::setting::set(tx, &name, &days.to_string()).await?,
        None => store::setting::delete(tx, &name).await.map(|_| ())?,
    }
    Ok(Fact::new(Action::SettingSet, None)
        .with("duplicate_window", days)
        .with("account", number)
        .with("before", before))
}
