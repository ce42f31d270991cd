//! Settings of the organisation.

use crate::{Deed, Error, Service};
use domain::code::Code;
use jiff::tz::TimeZone;
use serde_json::json;
use store::Tx;
use store::audit::Actor;

const TIME_ZONE: &str = "time_zone";

impl Service {
    /// Sets the organisation's time zone, by its IANA name.
    pub async fn set_time_zone(&self, actor: &Actor, name: &str) -> Result<(), Error> {
        let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-+".contains(&b));
        if name.len() > 64 || !is_name || TimeZone::get(name).is_err() {
            return Err(Error::refused(Code::TimeZoneUnknown, crate::directory::short(name)));
        }
        let mut tx = self.store.write().await?;
        store::setting::set(&mut tx, TIME_ZONE, name).await?;
        store::head::raise_policy_version(&mut tx).await?;
        let detail = json!({ "time_zone": name });
        self.finish(tx, Deed { actor, action: "setting.set", subject: "setting", id: None, detail }).await
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
