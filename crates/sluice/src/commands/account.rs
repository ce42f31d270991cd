//! `account`: open, import, list, show, statement, freeze, unfreeze, close.

use crate::commands::problem::{self, Shown, delimiter};
use crate::commands::statement::{self, StatementArgs};
use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{left, or_empty, right, time};
use crate::say::say;
use crate::session::{Access, Session, major};
use crate::word::Word;
use clap::{Args, Subcommand, ValueEnum};
use domain::account::AccountStatus;
use domain::asset::Asset;
use formats::csv_reader::Delimiter;
use serde_json::{Value, json};
use service::account::{AccountFilter, AccountQuery, AccountSort, AccountView, OpenAccount};
use service::holder::NewHolder;
use service::listing::{Order, Slice};

/// Arguments of `account`.
#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    #[command(subcommand)]
    pub verb: AccountVerb,
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountVerb {
    /// Open an account; its holder is added if it is not known
    #[command(after_help = "Example:\n  sluice account open --number ACME --holder \"Acme Ltd\" \
                            --email pay@acme.example --currency USD")]
    Open(OpenArgs),
    /// Open many accounts from a CSV file: number,holder,email,uid,currency,opening
    #[command(after_help = "Example:\n  sluice account import accounts.csv --json")]
    Import(ImportArgs),
    /// List accounts
    #[command(after_help = "Example:\n  sluice account list --text acme --currency USD")]
    List(ListArgs),
    /// Show an account and its balance
    #[command(after_help = "Example:\n  sluice account show ACME --json")]
    Show {
        /// The account's number
        number: String,
    },
    /// An account's entries, newest first
    #[command(after_help = "Example:\n  sluice account statement ACME --from 2026-05-01 --to 2026-05-31")]
    Statement(StatementArgs),
    /// Freeze an account: it neither pays nor is paid
    #[command(after_help = "Example:\n  sluice account freeze ACME --reason \"court order\"")]
    Freeze(StatusArgs),
    /// Let a frozen account take part again
    #[command(after_help = "Example:\n  sluice account unfreeze ACME")]
    Unfreeze(StatusArgs),
    /// Close an account for ever; its balance must be zero
    #[command(after_help = "Example:\n  sluice account close ACME --reason \"left\"")]
    Close(StatusArgs),
}

/// Arguments of `account open`.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// Its number; unique
    #[arg(long)]
    pub number: String,
    /// Its holder's name
    #[arg(long, value_name = "NAME")]
    pub holder: String,
    /// The holder's e-mail address
    #[arg(long)]
    pub email: Option<String>,
    /// The holder's number with the organisation
    #[arg(long)]
    pub uid: Option<String>,
    /// Its currency's code
    #[arg(long, value_name = "CODE")]
    pub currency: String,
}

/// Arguments of `account import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file; `-` is standard input
    pub file: String,
    /// What separates fields: comma, semicolon or tab
    #[arg(long, default_value = "comma", value_parser = delimiter)]
    pub delimiter: Delimiter,
}

/// Arguments of `account list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Part of the number, the holder's name, e-mail address or uid
    #[arg(long)]
    pub text: Option<String>,
    /// Only this currency
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Only this status
    #[arg(long)]
    pub status: Option<Status>,
    /// The ledger's own accounts too
    #[arg(long)]
    pub system: bool,
    #[command(flatten)]
    pub page: PageArgs,
}

/// Arguments of a change of status.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The account's number
    pub number: String,
    /// Why, for the audit log
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub reason: String,
}

/// A status on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Status {
    /// Takes part
    Active,
    /// Does not, for now
    Frozen,
    /// For ever out of use
    Closed,
}

impl Status {
    const fn status(self) -> AccountStatus {
        match self {
            Self::Active => AccountStatus::Active,
            Self::Frozen => AccountStatus::Frozen,
            Self::Closed => AccountStatus::Closed,
        }
    }
}

/// How it opens the ledger.
pub(crate) const fn access(args: &AccountArgs) -> Access {
    match args.verb {
        AccountVerb::List(_) | AccountVerb::Show { .. } | AccountVerb::Statement(_) => Access::Read,
        AccountVerb::Open(_)
        | AccountVerb::Import(_)
        | AccountVerb::Freeze(_)
        | AccountVerb::Unfreeze(_)
        | AccountVerb::Close(_) => Access::Write,
    }
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &AccountArgs) -> Result<Exit, Failure> {
    match &args.verb {
        AccountVerb::Open(args) => open(session, args).await,
        AccountVerb::Import(args) => import(session, args).await,
        AccountVerb::List(args) => list(session, args).await,
        AccountVerb::Show { number } => {
            let (account, asset) = session.service.account_find(number).await?;
            show(session, &account, &asset)
        }
        AccountVerb::Statement(args) => statement::run(session, args).await,
        AccountVerb::Freeze(args) => set(session, args, AccountStatus::Frozen).await,
        AccountVerb::Unfreeze(args) => set(session, args, AccountStatus::Active).await,
        AccountVerb::Close(args) => set(session, args, AccountStatus::Closed).await,
    }
}

async fn open(session: &Session, args: &OpenArgs) -> Result<Exit, Failure> {
    let holder = NewHolder { name: args.holder.clone(), email: args.email.clone(), uid: args.uid.clone() };
    let new = OpenAccount { number: args.number.clone(), holder, currency: args.currency.clone() };
    let account = session.service.account_open(&session.actor, &new).await?;
    show(session, &account, &session.asset(account.asset).await?)
}

async fn set(session: &Session, args: &StatusArgs, status: AccountStatus) -> Result<Exit, Failure> {
    let done = session.service.account_set_status(&session.actor, &args.number, status, &args.reason).await?;
    show(session, &done, &session.asset(done.asset).await?)
}

async fn import(session: &Session, args: &ImportArgs) -> Result<Exit, Failure> {
    let file = problem::open(&args.file)?;
    let imported = session.service.account_import(&session.actor, file, args.delimiter).await?;
    let problems: Vec<Shown> = imported.problems.into_iter().map(Shown::from).collect();
    let (opened, refused) = (imported.opened, imported.refused);
    let shown = problem::to_json(&problems, session.language);
    let json = json!({ "opened": opened, "refused": refused, "problems": shown });
    let text = || {
        let rows = problem::to_text(&problems, session.out);
        let done = say!(
            session.language,
            "{opened} accounts opened, {refused} rows refused",
            "已开立 {opened} 个账户，{refused} 行被拒绝"
        );
        format!("{done}\n{rows}").trim_end().to_owned()
    };
    session.out.answer(json, text)?;
    Ok(if opened == 0 && refused > 0 { Exit::Refused } else { Exit::Success })
}

async fn list(session: &Session, args: &ListArgs) -> Result<Exit, Failure> {
    let filter = AccountFilter {
        text: args.text.clone(),
        status: args.status.map(Status::status),
        with_system: args.system,
        ..AccountFilter::default()
    };
    let (after, limit) = (args.page.place()?, args.page.limit);
    let query = AccountQuery {
        filter,
        currency: args.currency.as_ref().map(|code| code.to_ascii_uppercase()),
        sort: AccountSort::Id,
        slice: Slice { order: Order::Ascending, after, offset: 0, limit },
        counted: true,
    };
    let found = session.service.account_search(&query).await?;
    let row = |(asset, account): &(Asset, AccountView)| {
        vec![
            account.id.to_string(),
            account.number.clone(),
            or_empty(account.holder_name.as_deref()),
            account.status.word(session.language).to_owned(),
            major(account.balance, asset),
            asset.code.clone(),
        ]
    };
    let page = Page {
        rows: found.accounts.iter().map(|(asset, account)| to_json(account, asset)).collect(),
        total: found.total.unwrap_or_default(),
        next: found.next.map(|place| place.key.to_string()),
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

fn show(session: &Session, account: &AccountView, asset: &Asset) -> Result<Exit, Failure> {
    let text = || {
        session.out.fields(&[
            (say("number", "账号"), account.number.clone()),
            (say("holder", "持有人"), or_empty(account.holder_name.as_deref())),
            (say("email", "邮箱"), or_empty(account.email.as_deref())),
            (say("uid", "用户编号"), or_empty(account.uid.as_deref())),
            (say("status", "状态"), account.status.word(session.language).to_owned()),
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
        "holder": account.holder_name, "email": account.email, "uid": account.uid,
        "opened_at": time(account.opened_at),
    })
}
