//! `account totp`: the second factor of an account.

use crate::exit::{Exit, Failure};
use crate::out::{note, or_empty, time};
use crate::say::{Say, say};
use crate::session::{Access, Session};
use crate::terminal::one_line;
use clap::{Args, Subcommand};
use domain::account_ref::GivenAccount;
use serde_json::json;
use service::Secret;
use service::account::AccountView;
use service::account_totp;

/// Arguments of `account totp`.
#[derive(Debug, Args)]
pub(crate) struct AccountTotpArgs {
    #[command(subcommand)]
    pub verb: AccountTotpVerb,
}

/// What to do with an account's second factor.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountTotpVerb {
    /// Draw a secret for an authenticator app, or confirm it with the app's code
    #[command(
        after_help = "From the confirmation on, money leaves the account only with a code.\n\nExample:\n  \
                            sluice account totp bind PAYROLL-1\n  sluice account totp bind PAYROLL-1 --confirm 123456 \
                            --auto-2fa"
    )]
    Bind {
        /// Account number or id, such as acct_18
        number: GivenAccount,
        /// Code that the app shows for the new secret
        #[arg(long, value_name = "CODE")]
        confirm: Option<String>,
        /// Let the server generate codes from the stored secret when a request asks for it
        #[arg(long = "auto-2fa", requires = "confirm")]
        auto_2fa: bool,
    },
    /// Remove an account's second factor
    #[command(after_help = "Example:\n  sluice account totp unbind PAYROLL-1")]
    Unbind {
        /// Account number or id, such as acct_18
        number: GivenAccount,
        /// Code that the app shows; not needed here if it is lost
        #[arg(long, value_name = "CODE")]
        code: Option<String>,
    },
    /// Show whether an account has a second factor; never the secret
    #[command(after_help = "Example:\n  sluice account totp show PAYROLL-1")]
    Show {
        /// Account number or id, such as acct_18
        number: GivenAccount,
    },
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &AccountTotpArgs) -> Access {
    match args.verb {
        AccountTotpVerb::Show { .. } => Access::Read,
        AccountTotpVerb::Bind { .. } | AccountTotpVerb::Unbind { .. } => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &AccountTotpArgs) -> Result<Exit, Failure> {
    let (service, actor) = (&session.service, &session.actor);
    match &args.verb {
        AccountTotpVerb::Bind { number, confirm: None, .. } => bind(session, number).await,
        AccountTotpVerb::Bind { number, confirm: Some(code), auto_2fa } => {
            let code = Secret::new(code.as_str());
            changed(session, &account_totp::confirm(service, actor, number, &code, *auto_2fa).await?)
        }
        AccountTotpVerb::Unbind { number, code } => {
            let code = code.as_deref().map(Secret::new);
            changed(session, &account_totp::unbind(service, actor, number, code.as_ref()).await?)
        }
        AccountTotpVerb::Show { number } => show(session, number).await,
    }
}

async fn bind(session: &Session, number: &GivenAccount) -> Result<Exit, Failure> {
    let drawn = account_totp::bind(&session.service, &session.actor, number).await?;
    let (secret, uri) = (drawn.base32(), drawn.uri());
    if !session.out.json {
        let text = say(
            "notice: the secret is shown only once; confirm it with `--confirm CODE` within an hour",
            "注意：密钥只显示这一次；请在一小时内用 `--confirm CODE` 确认",
        );
        note(text.to(session.language));
    }
    let json = json!({ "account": drawn.account.number, "secret": secret.as_str(), "uri": uri.as_str() });
    session.out.answer(json, || {
        session.out.fields(&[
            (say("account", "账户"), one_line(&drawn.account.number)),
            (say("secret", "密钥"), secret.to_string()),
            (say("uri", "链接"), uri.to_string()),
        ])
    })?;
    Ok(Exit::Success)
}

const fn state(is_bound: bool) -> Say {
    if is_bound { say("bound", "已绑定") } else { say("none", "未绑定") }
}

fn changed(session: &Session, account: &AccountView) -> Result<Exit, Failure> {
    let (number, state) = (one_line(&account.number), state(account.is_totp_bound));
    let json = json!({ "account": account.number, "totp": state.to_string() });
    let state = state.to(session.language);
    let text =
        || say!(session.language, "Account {number}: second factor {state}", "账户 {number}：2FA{state}");
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}

async fn show(session: &Session, number: &GivenAccount) -> Result<Exit, Failure> {
    let (account, factor) = account_totp::show(&session.service, number).await?;
    let confirmed = factor.and_then(|factor| factor.confirmed_at);
    let automatic = factor.is_some_and(|factor| factor.automatic);
    let json = json!({ "account": account.number, "totp": state(confirmed.is_some()).to_string(),
                       "confirmed_at": confirmed.map(time), "auto_2fa": automatic,
                       "waits_for_confirmation": factor.is_some() && confirmed.is_none() });
    let yes = |yes: bool| if yes { say("yes", "是") } else { say("no", "否") };
    session.out.answer(json, || {
        session.out.fields(&[
            (say("account", "账户"), one_line(&account.number)),
            (say("second factor", "2FA"), state(confirmed.is_some()).to(session.language).to_owned()),
            (say("since", "绑定时间"), or_empty(confirmed.map(time).as_deref())),
            (say("automatic codes", "自动验证"), yes(automatic).to(session.language).to_owned()),
        ])
    })?;
    Ok(Exit::Success)
}
