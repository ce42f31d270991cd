//! `setting`: settings of the whole organisation, stored in the ledger.

use crate::commands::user::RoleArg;
use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::{Access, Session};
use crate::word::Word;
use clap::{ArgGroup, Args, Subcommand};
use domain::account_ref::GivenAccount;
use serde_json::json;
use service::setting::{self, SettingsChange};

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
                            --duplicate-window 7\n  sluice setting set --account COLLECT-1 --duplicate-window 0\n  \
                            sluice setting set --factor-roles finance,admin"
    )]
    Set(SettingChangeArgs),
}

/// Settings to change.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
#[command(group = ArgGroup::new("window").args(["duplicate_window", "no_own_window"]))]
pub(crate) struct SettingChangeArgs {
    /// IANA name of the time zone in which days begin
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// What the organisation is called, as shown before sign-in; empty removes it
    #[arg(long, value_name = "NAME")]
    organisation_name: Option<String>,
    /// Days within which a batch that pays the same as an earlier one is refused; 0 disables the check
    #[arg(long, value_name = "DAYS")]
    duplicate_window: Option<i64>,
    /// With --duplicate-window or --no-own-window: only for batches with this single account
    #[arg(long, value_name = "NUMBER", requires = "window")]
    account: Option<GivenAccount>,
    /// Apply the organisation's window to this account again
    #[arg(long, requires = "account")]
    no_own_window: bool,
    /// Roles whose users must have a second factor to execute, approve or change settings, separated by commas
    #[arg(long, value_name = "ROLES", value_delimiter = ',', conflicts_with = "no_factor_roles")]
    factor_roles: Option<Vec<RoleArg>>,
    /// Let users of every role do without a second factor
    #[arg(long)]
    no_factor_roles: bool,
}

impl SettingChangeArgs {
    fn change(&self) -> SettingsChange {
        let days = self.duplicate_window;
        SettingsChange {
            time_zone: self.time_zone.clone(),
            organisation_name: self.organisation_name.clone(),
            duplicate_window: days.filter(|_| self.account.is_none()),
            account_window: self.account.clone().map(|account| (account, days)),
            factor_roles: match (&self.factor_roles, self.no_factor_roles) {
                (Some(roles), _) => Some(roles.iter().map(|role| role.role()).collect()),
                (None, true) => Some(Vec::new()),
                (None, false) => None,
            },
        }
    }
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &SettingArgs) -> Access {
    match args.verb {
        SettingVerb::Show => Access::Read,
        SettingVerb::Set(_) => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &SettingArgs) -> Result<Exit, Failure> {
    if let SettingVerb::Set(args) = &args.verb {
        setting::set(&session.service, &session.actor, &args.change()).await?;
    }
    let zone = setting::time_zone(&session.service).await?;
    let organisation = setting::organisation_name(&session.service).await?;
    let windows = setting::duplicate_windows(&session.service).await?;
    let roles = setting::factor_roles(&session.service).await?;
    let names: Vec<_> = roles.iter().map(|role| role.name()).collect();
    let own = windows.accounts.iter().map(|(account, days)| json!({ "account": account, "days": days }));
    let json = json!({
        "time_zone": zone, "organisation_name": organisation, "duplicate_window": windows.days,
        "duplicate_windows": own.collect::<Vec<_>>(), "factor_roles": names,
    });
    let text = || {
        let own = windows.accounts.iter().map(|(account, days)| format!("{account} {days}"));
        session.out.fields(&[
            (say("time zone", "时区"), zone.clone()),
            (say("organisation", "组织名称"), organisation.clone().unwrap_or_default()),
            (say("duplicate window", "重复付款检查窗口（天）"), windows.days.to_string()),
            (say("per account", "账户单独设置"), own.collect::<Vec<_>>().join(", ")),
            (
                say("second factor required of", "须启用双重验证的角色"),
                roles.iter().map(|role| role.word(session.language)).collect::<Vec<_>>().join(", "),
            ),
        ])
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}
