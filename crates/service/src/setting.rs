//! Settings of the organisation.

use crate::write::{Done, Write, begun};
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use jiff::tz::TimeZone;
use store::Tx;
use store::audit::Actor;

const TIME_ZONE: &str = "time_zone";

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

    pub(crate) async fn zone(tx: &mut Tx) -> Result<TimeZone, Error> {
        let name = store::setting::get(tx, TIME_ZONE).await?;
        Ok(name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC))
    }
}

async fn set_time_zone(write: &mut Write, name: &str) -> Result<Done<()>, Error> {
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-+".contains(&b));
    if name.len() > 64 || !is_name || TimeZone::get(name).is_err() {
        return Err(Error::refused(Code::TimeZoneUnknown, domain::visible::shown(name)));
    }
    let before = store::setting::get(&mut write.tx, TIME_ZONE).await?;
    store::setting::set(&mut write.tx, TIME_ZONE, name).await?;
    store::head::raise_policy_version(&mut write.tx).await?;
    Ok(Done::one((), Fact::new(Action::SettingSet, None).with("time_zone", name).with("before", before)))
}
