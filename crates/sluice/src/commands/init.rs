//! `init`: a new ledger.

use crate::cli::Globals;
use crate::exit::{Exit, Failure};
use crate::session::Session;
use clap::Args;
use domain::code::Code;
use jiff::tz::TimeZone;
use serde_json::json;
use service::Error;
use service::setting::SettingsChange;

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice --data ./data init --time-zone Asia/Shanghai")]
pub(crate) struct InitArgs {
    /// The time zone in which days begin, by its IANA name
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    pub time_zone: String,
}

/// Makes the ledger; one that stands already is left as it is.
pub(crate) async fn run(globals: &Globals, args: &InitArgs) -> Result<Exit, Failure> {
    if TimeZone::get(&args.time_zone).is_err() {
        let detail = format!("no time zone {}; use an IANA name such as Europe/Berlin", args.time_zone);
        return Err(Error::refused(Code::TimeZoneUnknown, detail).into());
    }
    let session = Session::create(globals).await?;
    let change = SettingsChange { time_zone: Some(args.time_zone.clone()), ..SettingsChange::default() };
    session.service.set_settings(&session.actor, &change).await?;
    let place = session.service.store().shown();
    let (directory, option) = match &globals.database {
        Some(_) => (place, "--database URL".to_owned()),
        None => (globals.data.display().to_string(), format!("--data {}", globals.data.display())),
    };
    let json = json!({ "data": directory, "time_zone": args.time_zone, "created": true });
    let text = || {
        format!(
            "A new ledger is in {directory} (time zone {}).\nNext: sluice {option} account open \
             --number ACME --holder \"Acme Ltd\" --currency USD",
            args.time_zone
        )
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}
