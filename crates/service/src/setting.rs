//! Settings of the organisation.

use crate::write::{Done, Write, begun};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::AccountId;
use domain::similar::{REMARK_DAYS, WINDOW_SHIPPED};
use hashbrown::HashMap;
use jiff::tz::TimeZone;
use store::Tx;
use store::audit::Actor;

const TIME_ZONE: &str = "time_zone";
/// Days within which a similar batch is refused; an account's own is under `duplicate_window.ID`.
const WINDOW: &str = "duplicate_window";
const WINDOW_OF: &str = "duplicate_window.";

/// The days within which a batch that pays the same as an earlier one is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateWindows {
    /// Where an account has none of its own.
    pub days: i64,
    /// Accounts that have one, by number.
    pub accounts: Vec<(String, i64)>,
}

impl Service {
    /// Sets the organisation's time zone, by its IANA name.
    pub async fn set_time_zone(&self, actor: &Actor, name: &str) -> Result<(), Error> {
        let mut write = begun!(self.write(actor, Action::SettingSet));
        let done = set_time_zone(&mut write, name).await;
        write.end(done).await
    }

    /// The name of the organisation's time zone.
    pub async fn time_zone(&self) -> Result<String, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::setting::get(&mut tx, TIME_ZONE).await?.unwrap_or_else(|| "UTC".to_owned()))
    }

    /// The windows within which similar batches are refused.
    pub async fn duplicate_windows(&self) -> Result<DuplicateWindows, Error> {
        let mut tx = self.store.read().await?;
        let days = Self::window_of(&mut tx, None).await?;
        let own: Vec<(i64, i64)> = store::setting::under(&mut tx, WINDOW_OF)
            .await?
            .into_iter()
            .filter_map(|(id, days)| Some((id.parse().ok()?, days.parse().ok()?)))
            .collect();
        let ids = own.iter().map(|(id, _)| *id).collect();
        let numbers: HashMap<i64, String> =
            store::account::numbers(&mut tx, ids).await?.into_iter().collect();
        let mut accounts: Vec<(String, i64)> =
            own.into_iter().filter_map(|(id, days)| Some((numbers.get(&id)?.clone(), days))).collect();
        accounts.sort();
        Ok(DuplicateWindows { days, accounts })
    }

    /// Sets the window of the organisation, or of one account; without days the account's own is taken away.
    pub async fn set_duplicate_window(
        &self,
        actor: &Actor,
        account: Option<&str>,
        days: Option<i64>,
    ) -> Result<(), Error> {
        let mut write = begun!(self.write(actor, Action::SettingSet));
        let done = set_window(&mut write, account, days).await;
        write.end(done).await
    }

    /// The window of batches whose single account this is.
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
}

async fn set_time_zone(write: &mut Write, name: &str) -> Result<Done<()>, Error> {
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-+".contains(&b));
    if name.len() > 64 || !is_name || TimeZone::get(name).is_err() {
        return Err(Error::refused(Code::TimeZoneUnknown, crate::directory::short(name)));
    }
    let before = store::setting::get(&mut write.tx, TIME_ZONE).await?;
    store::setting::set(&mut write.tx, TIME_ZONE, name).await?;
    store::head::raise_policy_version(&mut write.tx).await?;
    Ok(Done::one((), Fact::new(Action::SettingSet, None).with("time_zone", name).with("before", before)))
}

async fn set_window(write: &mut Write, account: Option<&str>, days: Option<i64>) -> Result<Done<()>, Error> {
    if days.is_some_and(|days| !(0..=REMARK_DAYS).contains(&days)) {
        return Err(Error::refused(Code::WindowInvalid, days.unwrap_or_default().to_string()));
    }
    let tx = &mut write.tx;
    let (name, number) = match account {
        Some(account) => {
            let found = Service::account_named(tx, account).await?;
            (format!("{WINDOW_OF}{}", found.id), Some(found.number))
        }
        None => (WINDOW.to_owned(), None),
    };
    let before = store::setting::get(tx, &name).await?;
    match days {
        Some(days) => store::setting::set(tx, &name, &days.to_string()).await?,
        None => store::setting::delete(tx, &name).await.map(|_| ())?,
    }
    let fact = Fact::new(Action::SettingSet, None)
        .with("duplicate_window", days)
        .with("account", number)
        .with("before", before);
    Ok(Done::one((), fact))
}
