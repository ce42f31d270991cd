//! `init`: creates a new ledger.

use crate::exit::{Exit, Failure};
use crate::globals::Globals;
use crate::say::say;
use crate::session::Session;
use clap::Args;
use domain::code::Code;
use jiff::tz::TimeZone;
use serde_json::json;
use service::Error;
use service::setting::{self, SettingsChange};

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice --data ./data init --time-zone Asia/Shanghai")]
pub(crate) struct InitArgs {
    /// IANA name of the time zone in which days begin
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    pub time_zone: String,
}

/// Creates the ledger; an existing one is left unchanged.
pub(crate) async fn run(globals: &Globals, args: &InitArgs) -> Result<Exit, Failure> {
    if TimeZone::get(&args.time_zone).is_err() {
        return Err(Error::refused(Code::TimeZoneUnknown, args.time_zone.as_str()).into());
    }
    let mut session = Session::create(globals).await?;
    let change = SettingsChange { time_zone: Some(args.time_zone.clone()), ..SettingsChange::default() };
    setting::set(&session.service, &session.actor, &change).await?;
    let place = session.store.shown();
    let (directory, option) = match &globals.database {
        Some(_) => (place, "--database URL".to_owned()),
        None => (globals.data.display().to_string(), format!("--data {}", globals.data.display())),
    };
    let json = json!({ "data": directory, "time_zone": args.time_zone, "created": true });
    let zone = &args.time_zone;
    let text = || {
        let next =
            format!("`sluice {option} account open --number ACME --holder \"Acme Ltd\" --currency USD`");
        say!(
            session.language,
            "Created a ledger in {directory} (time zone {zone}).\nNext: {next}",
            "已在 {directory} 创建账本（时区 {zone}）。\n下一步：{next}"
        )
    };
    session.out.answer(json, text)?;
    session.close().await;
    Ok(Exit::Success)
}
