//! `setting`: what holds for the whole organisation, kept in the ledger.

use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::{Access, Session};
use clap::{ArgGroup, Args, Subcommand};
use serde_json::json;
use service::setting::SettingsChange;

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
    #[command(
        after_help = "Examples:\n  sluice setting set --time-zone Asia/Shanghai\n  sluice setting set \
                            --duplicate-window 7\n  sluice setting set --account COLLECT-1 --duplicate-window 0"
    )]
    Set(SetArgs),
}

/// Settings to change.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
#[command(group = ArgGroup::new("window").args(["duplicate_window", "no_own_window"]))]
pub(crate) struct SetArgs {
    /// The time zone in which days begin, by its IANA name
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Days within which a batch that pays the same as an earlier one is refused; 0 switches that off
    #[arg(long, value_name = "DAYS")]
    duplicate_window: Option<i64>,
    /// With --duplicate-window or --no-own-window: only batches whose single account this is
    #[arg(long, value_name = "NUMBER", requires = "window")]
    account: Option<String>,
    /// The organisation's window holds for this account again
    #[arg(long, requires = "account")]
    no_own_window: bool,
}

impl SetArgs {
    fn change(&self) -> SettingsChange {
        let days = self.duplicate_window;
        SettingsChange {
            time_zone: self.time_zone.clone(),
            duplicate_window: days.filter(|_| self.account.is_none()),
            account_window: self.account.clone().map(|account| (account, days)),
        }
    }
}

/// How it opens the ledger.
pub(crate) const fn access(args: &SettingArgs) -> Access {
    match args.verb {
        SettingVerb::Show => Access::Read,
        SettingVerb::Set(_) => Access::Write,
    }
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &SettingArgs) -> Result<Exit, Failure> {
    if let SettingVerb::Set(args) = &args.verb {
        session.service.set_settings(&session.actor, &args.change()).await?;
    }
    let zone = session.service.time_zone().await?;
    let windows = session.service.duplicate_windows().await?;
    let own = windows.accounts.iter().map(|(account, days)| json!({ "account": account, "days": days }));
    let json = json!({
        "time_zone": zone, "duplicate_window": windows.days, "duplicate_windows": own.collect::<Vec<_>>(),
    });
    let text = || {
        let own = windows.accounts.iter().map(|(account, days)| format!("{account} {days}"));
        session.out.fields(&[
            (say("time zone", "时区"), zone.clone()),
            (say("duplicate window", "重复付款检查窗口（天）"), windows.days.to_string()),
            (say("of accounts", "账户单独设置"), own.collect::<Vec<_>>().join(", ")),
        ])
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}
