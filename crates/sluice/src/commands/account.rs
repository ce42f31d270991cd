//! `account`: open, import, list, export, show, statement, freeze, unfreeze, close.

use crate::commands::account_export::{self, AccountExportArgs};
use crate::commands::account_filter::AccountFilterArgs;
use crate::commands::account_import::{self, AccountImportArgs};
use crate::commands::account_totp::{self, AccountTotpArgs};
use crate::commands::statement::{self, StatementArgs};
use crate::commands::statement_export::{self, StatementExportArgs};
use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{left, or_empty, right, time};
use crate::say::say;
use crate::session::{Access, Session, major};
use crate::word::{Word, marked};
use clap::{Args, Subcommand};
use domain::account::AccountStatus;
use domain::account_ref::GivenAccount;
use domain::asset::Asset;
use domain::code::Language;
use serde_json::{Value, json};
use service::account::{self, AccountQuery, AccountView, OpenAccount};
use service::holder::NewHolder;
use service::listing::{Counting, PageRequest};
use service::place::NextPage;

/// Arguments of `account`.
#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    #[command(subcommand)]
    pub verb: AccountVerb,
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountVerb {
    /// Open an account; its holder is added if unknown
    #[command(after_help = "Example:\n  sluice account open --number ACME --holder \"Acme Ltd\" \
                            --email pay@acme.example --currency USD")]
    Open(OpenArgs),
    /// Open many accounts from a CSV file: number,holder,email,uid,currency,opening
    #[command(
        after_help = "An opening balance is paid to an account that this import opened, or to an unused account \
                            whose holder,\nemail, uid and currency match the row.\n\nExit code: 0 all rows \
                            accepted, 4 some refused, 1 all refused.\n\nExample:\n  \
                            sluice account import accounts.csv --json"
    )]
    Import(AccountImportArgs),
    /// List accounts
    #[command(after_help = "Example:\n  sluice account list --text acme --currency USD")]
    List(AccountListArgs),
    /// Write the accounts that match, with holders and balances
    #[command(after_help = "Example:\n  sluice account export --currency USD --out accounts.xlsx")]
    Export(AccountExportArgs),
    /// Show an account and its balance
    #[command(after_help = "Example:\n  sluice account show ACME --json")]
    Show {
        /// Account number or id, such as acct_18
        number: GivenAccount,
    },
    /// Show an account's entries, newest first
    #[command(after_help = "Example:\n  sluice account statement ACME --from 2026-05-01 --to 2026-05-31")]
    Statement(StatementArgs),
    /// Write an account's entries, newest first
    #[command(after_help = "Example:\n  sluice account export-statement ACME --from 2026-05-01 --to \
                            2026-05-31 --out may.xlsx")]
    ExportStatement(StatementExportArgs),
    /// Freeze an account: it can neither pay nor be paid
    #[command(after_help = "Example:\n  sluice account freeze ACME --reason \"court order\"")]
    Freeze(StatusArgs),
    /// Unfreeze an account: it can pay and be paid again
    #[command(after_help = "Example:\n  sluice account unfreeze ACME")]
    Unfreeze(StatusArgs),
    /// Make an account its holder's default, which receives payments by email or uid in its currency
    #[command(after_help = "Example:\n  sluice account make-default ACME-2")]
    MakeDefault {
        /// Account number or id, such as acct_18
        number: GivenAccount,
    },
    /// Manage an account's second factor, without whose code no money leaves it
    Totp(AccountTotpArgs),
    /// Close an account permanently; its balance must be zero
    #[command(after_help = "Example:\n  sluice account close ACME --reason \"left\"")]
    Close(StatusArgs),
}

/// Arguments of `account open`.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// Account number; must be unique
    #[arg(long)]
    pub number: String,
    /// Name of the holder
    #[arg(long, value_name = "NAME")]
    pub holder: String,
    /// Email address of the holder
    #[arg(long)]
    pub email: Option<String>,
    /// Holder's number in the organisation
    #[arg(long)]
    pub uid: Option<String>,
    /// Currency code
    #[arg(long, value_name = "CODE")]
    pub currency: String,
    /// Allow a number that looks like another account's
    #[arg(long)]
    pub confusable: bool,
}

/// Arguments of `account list`.
#[derive(Debug, Args)]
pub(crate) struct AccountListArgs {
    #[command(flatten)]
    pub filter: AccountFilterArgs,
    #[command(flatten)]
    pub page: PageArgs,
}

/// Arguments of a status change.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Account number or id, such as acct_18
    pub number: GivenAccount,
    /// Reason, for the audit log
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub reason: String,
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &AccountArgs) -> Access {
    match &args.verb {
        AccountVerb::Totp(args) => account_totp::access(args),
        AccountVerb::List(_)
        | AccountVerb::Export(_)
        | AccountVerb::Show { .. }
        | AccountVerb::Statement(_)
        | AccountVerb::ExportStatement(_) => Access::Read,
        AccountVerb::Open(_)
        | AccountVerb::Import(_)
        | AccountVerb::Freeze(_)
        | AccountVerb::Unfreeze(_)
        | AccountVerb::MakeDefault { .. }
        | AccountVerb::Close(_) => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &AccountArgs) -> Result<Exit, Failure> {
    match &args.verb {
        AccountVerb::Open(args) => open(session, args).await,
        AccountVerb::Import(args) => account_import::run(session, args).await,
        AccountVerb::List(args) => list(session, args).await,
        AccountVerb::Export(args) => account_export::run(session, args).await,
        AccountVerb::Show { number } => {
            let (account, asset) = account::show(&session.service, number).await?;
            show(session, &account, &asset)
        }
        AccountVerb::Statement(args) => statement::run(session, args).await,
        AccountVerb::ExportStatement(args) => statement_export::run(session, args).await,
        AccountVerb::Freeze(args) => set(session, args, AccountStatus::Frozen).await,
        AccountVerb::Unfreeze(args) => set(session, args, AccountStatus::Active).await,
        AccountVerb::MakeDefault { number } => {
            let made = account::make_default(&session.service, &session.actor, number).await?;
            show(session, &made, &session.asset(made.asset).await?)
        }
        AccountVerb::Totp(args) => account_totp::run(session, args).await,
        AccountVerb::Close(args) => set(session, args, AccountStatus::Closed).await,
    }
}

async fn open(session: &Session, args: &OpenArgs) -> Result<Exit, Failure> {
    let holder = NewHolder { name: args.holder.clone(), email: args.email.clone(), uid: args.uid.clone() };
    let (number, currency, confusable) = (args.number.clone(), args.currency.clone(), args.confusable);
    let new = OpenAccount { number, holder, holder_id: None, currency, confusable };
    let account = account::open(&session.service, &session.actor, &new).await?;
    show(session, &account, &session.asset(account.asset).await?)
}

async fn set(session: &Session, args: &StatusArgs, status: AccountStatus) -> Result<Exit, Failure> {
    let done =
        account::set_status(&session.service, &session.actor, &args.number, status, &args.reason).await?;
    show(session, &done, &session.asset(done.asset).await?)
}

async fn list(session: &Session, args: &AccountListArgs) -> Result<Exit, Failure> {
    let (after, limit) = (args.page.place()?, args.page.limit);
    let slice = PageRequest { after, limit, ..PageRequest::default() };
    let query = AccountQuery { slice, counting: Counting::Whole, ..args.filter.query() };
    let found = account::search(&session.service, &query).await?;
    let row = |(asset, account): &(Asset, AccountView)| {
        vec![
            account.id.to_string(),
            account.number.clone(),
            owner(account, session.language),
            account.status.word(session.language).to_owned(),
            major(account.balance, asset),
            asset.code.clone(),
        ]
    };
    let page = Page {
        rows: found.accounts.iter().map(|(asset, account)| to_json(account, asset)).collect(),
        total: found.total.map_or(0, |total| total.rows),
        next: found.next.as_ref().and_then(NextPage::row).map(|row| row.key.to_string()),
    };
    let header = [
        right("id", "编号"),
        left("number", "账号"),
        left("holder", "持有人"),
        left("status", "状态"),
        right("balance", "余额"),
        left("currency", "币种"),
    ];
    page.answer(session.out, "accounts", || session.out.table(&header, found.accounts.iter().map(row)))?;
    Ok(Exit::Success)
}

/// The holder's name as displayed.
fn owner(account: &AccountView, language: Language) -> String {
    account.holder_name.as_deref().map(|name| marked(name, language)).unwrap_or_default()
}

fn show(session: &Session, account: &AccountView, asset: &Asset) -> Result<Exit, Failure> {
    let text = || {
        let default = if account.is_default { say("yes", "是") } else { say("no", "否") };
        session.out.fields(&[
            (say("number", "账号"), account.number.clone()),
            (say("holder", "持有人"), owner(account, session.language)),
            (say("email", "邮箱"), or_empty(account.email.as_deref())),
            (say("uid", "UID"), or_empty(account.uid.as_deref())),
            (say("status", "状态"), account.status.word(session.language).to_owned()),
            (say("default", "默认账户"), default.to(session.language).to_owned()),
            (say("balance", "余额"), format!("{} {}", major(account.balance, asset), asset.code)),
            (say("held", "占用金额"), format!("{} {}", major(account.held, asset), asset.code)),
            (say("opened", "开立时间"), time(account.opened_at)),
        ])
    };
    session.out.answer(to_json(account, asset), text)?;
    Ok(Exit::Success)
}

fn to_json(account: &AccountView, asset: &Asset) -> Value {
    let available = i128::from(account.balance) - i128::from(account.held);
    json!({
        "id": account.id.0, "number": account.number, "kind": account.kind.name(),
        "status": account.status.name(), "currency": asset.code, "balance": major(account.balance, asset),
        "held": major(account.held, asset), "available": major(available, asset),
        "is_default": account.is_default, "holder": account.holder_name,
        "mixed_scripts": account.holder_name.as_deref().is_some_and(domain::script::is_mixed),
        "email": account.email, "uid": account.uid,
        "opened_at": time(account.opened_at),
    })
}
