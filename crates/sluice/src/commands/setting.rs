//! `setting`: what holds for the whole organisation, kept in the ledger.

use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::{Access, Session};
use clap::{Args, Subcommand};
use serde_json::json;

/// Arguments of `setting`.
#[derive(Debug, Args)]
pub(crate) struct SettingArgs {
    #[command(subcommand)]
    pub verb: SettingVerb,
}

/// What to do with settings.
#[derive(Debug, Subcommand)]
pub(crate) enum SettingVerb {
    /// Show the organisation's settings
    #[command(after_help = "Example:\n  sluice setting show")]
    Show,
    /// Change the organisation's settings
    #[command(after_help = "Example:\n  sluice setting set --time-zone Asia/Shanghai")]
    Set {
        /// The time zone in which days begin, by its IANA name
        #[arg(long, value_name = "ZONE")]
        time_zone: String,
    },
}

/// How it opens the ledger.
pub(crate) const fn access(args: &SettingArgs) -> Access {
    match args.verb {
        SettingVerb::Show => Access::Read,
        SettingVerb::Set { .. } => Access::Write,
    }
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &SettingArgs) -> Result<Exit, Failure> {
    if let SettingVerb::Set { time_zone } = &args.verb {
        session.service.set_time_zone(&session.actor, time_zone).await?;
    }
    let zone = session.service.time_zone().await?;
    let text = || session.out.fields(&[(say("time zone", "时区"), zone.clone())]);
    session.out.answer(json!({ "time_zone": zone }), text)?;
    Ok(Exit::Success)
}
