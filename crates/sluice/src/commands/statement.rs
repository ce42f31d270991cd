//! `account statement`: entries with the balance before and after each, and the opening and closing balance.

use crate::exit::{Exit, Failure};
use crate::out::{left, or_empty, right, time};
use crate::say::{Say, say};
use crate::session::{Session, major};
use crate::word::posting;
use clap::{Args, ValueEnum};
use domain::account_ref::GivenAccount;
use domain::asset::Asset;
use domain::code::Language;
use ledger::calendar;
use serde_json::{Value, json};
use service::statement::{self, Balances, Direction, Entry, PAGE_MAX, Statement, StatementQuery};

/// Which entries.
#[derive(Debug, Args)]
pub(crate) struct StatementEntryArgs {
    /// Account number or id, such as acct_18
    pub number: GivenAccount,
    /// From this value date, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Up to this value date
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Only this direction
    #[arg(long)]
    pub direction: Option<DirectionName>,
}

/// Arguments of `account statement`.
#[derive(Debug, Args)]
pub(crate) struct StatementArgs {
    #[command(flatten)]
    pub entries: StatementEntryArgs,
    /// Start after this cursor: `next` of the previous page
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
    /// Maximum number of entries
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = limit)]
    pub limit: i64,
}

fn limit(text: &str) -> Result<i64, Say> {
    match text.parse() {
        Ok(entries @ 1..=PAGE_MAX) => Ok(entries),
        _ => Err(say("must be a number from 1 to 1000", "须为 1 到 1000 之间的整数")),
    }
}

/// A direction on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DirectionName {
    /// Into the account
    In,
    /// Out of the account
    Out,
}

impl StatementEntryArgs {
    /// All of them.
    pub(crate) fn query(&self) -> StatementQuery {
        let direction = self.direction.map(|way| match way {
            DirectionName::In => Direction::In,
            DirectionName::Out => Direction::Out,
        });
        StatementQuery {
            from: self.from.clone(),
            to: self.to.clone(),
            direction,
            ..StatementQuery::default()
        }
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &StatementArgs) -> Result<Exit, Failure> {
    let (cursor, limit, with_balances) = (args.after.clone(), args.limit, true);
    let query = StatementQuery { cursor, limit, with_balances, ..args.entries.query() };
    let found = statement::show(&session.service, &args.entries.number, &query).await?;
    session.out.answer(to_json(&found, args), || to_text(&found, args, session))?;
    Ok(Exit::Success)
}

fn to_json(found: &Statement, args: &StatementArgs) -> Value {
    let asset = &found.asset;
    let sides = |balances: &Balances| {
        let (opening, closing) = (major(balances.opening, asset), major(balances.closing, asset));
        json!({ "opening_balance": opening, "closing_balance": closing })
    };
    let range = found.balances.as_ref().map(|balances| &balances.range);
    json!({
        "account": found.account.number, "currency": asset.code, "from": args.entries.from, "to": args.entries.to,
        "balance": major(found.account.balance, asset),
        "opening_balance": range.map(|range| major(range.opening, asset)),
        "closing_balance": range.map(|range| major(range.closing, asset)),
        "page": found.balances.as_ref().and_then(|balances| balances.page.as_ref()).map(sides),
        "entries": found.entries.iter().map(|entry| entry_json(entry, asset)).collect::<Value>(),
        "next": found.cursor,
    })
}

fn entry_json(entry: &Entry, asset: &Asset) -> Value {
    json!({
        "posting": entry.posting, "transfer": entry.transfer, "kind": posting(entry.kind, Language::English),
        "direction": if entry.is_debit { "out" } else { "in" }, "amount": major(entry.amount, asset),
        "balance_before": major(entry.balance_before, asset),
        "balance_after": major(entry.balance_after, asset), "account": entry.other_number,
        "date": calendar::date_of(entry.value_date).to_string(), "created_at": time(entry.created_at),
        "memo": entry.memo,
    })
}

fn to_text(found: &Statement, args: &StatementArgs, session: &Session) -> String {
    let (asset, language) = (&found.asset, session.language);
    let row = |e: &Entry| {
        vec![
            calendar::date_of(e.value_date).to_string(),
            e.transfer.to_string(),
            posting(e.kind, language).to_owned(),
            e.other_number.clone(),
            major(e.amount, asset),
            major(e.balance_after, asset),
            or_empty(e.memo.as_deref()),
        ]
    };
    let header = [
        left("value date", "起息日"),
        right("transfer", "转账编号"),
        left("kind", "类型"),
        left("counterparty", "对方账户"),
        right("amount", "金额"),
        right("balance", "余额"),
        left("memo", "附言"),
    ];
    let (head, table) =
        (head(found, args, session), session.out.table(&header, found.entries.iter().map(row)));
    match &found.cursor {
        None => format!("{head}\n{table}"),
        Some(next) => say!(
            language,
            "{head}\n{table}\n{} shown; older entries: --after {next}",
            "{head}\n{table}\n显示 {} 条；更早的记录：--after {next}",
            found.entries.len()
        ),
    }
}

/// The account, and the balances before and after what is shown.
fn head(found: &Statement, args: &StatementArgs, session: &Session) -> String {
    let (asset, open) = (&found.asset, String::new);
    let money = |minor: i128| format!("{} {}", major(minor, asset), asset.code);
    let around = |balances: Option<&Balances>| match balances {
        None => (open(), open()),
        Some(balances) => (money(balances.opening), money(balances.closing)),
    };
    let balances = found.balances.as_ref();
    let (opening, closing) = around(balances.map(|balances| &balances.range));
    // If the page is the whole statement, its balances would repeat those above.
    let is_part = found.cursor.is_some() || args.after.is_some() || args.entries.direction.is_some();
    let page = balances.and_then(|balances| balances.page.as_ref()).filter(|_| is_part);
    let (page_opening, page_closing) = around(page);
    session.out.fields(&[
        (say("account", "账户"), found.account.number.clone()),
        (say("from", "开始日期"), or_empty(args.entries.from.as_deref())),
        (say("to", "结束日期"), or_empty(args.entries.to.as_deref())),
        (say("opening balance", "期初余额"), opening),
        (say("closing balance", "期末余额"), closing),
        (say("before this page", "本页之前余额"), page_opening),
        (say("after this page", "本页之后余额"), page_closing),
    ])
}
