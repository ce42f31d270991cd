//! `account statement`: entries with the balance before and after.

use crate::commands::show_transfer::kind;
use crate::exit::{Exit, Failure};
use crate::out::{or_empty, table, time};
use crate::session::{Session, major};
use clap::{Args, ValueEnum};
use domain::asset::Asset;
use ledger::calendar;
use serde_json::{Value, json};
use service::statement::{Direction, Entry, StatementQuery};

/// Arguments of `account statement`.
#[derive(Debug, Args)]
pub(crate) struct StatementArgs {
    /// The account's number or acct_ID
    pub number: String,
    /// From this value date, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Up to this value date
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// One direction only
    #[arg(long)]
    pub direction: Option<Way>,
    /// At most so many entries
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub limit: i64,
    /// Where the page before ended
    #[arg(long)]
    pub cursor: Option<String>,
}

/// A direction on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Way {
    /// Into the account
    In,
    /// Out of the account
    Out,
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &StatementArgs) -> Result<Exit, Failure> {
    let direction = args.direction.map(|way| match way {
        Way::In => Direction::In,
        Way::Out => Direction::Out,
    });
    let (from, to, cursor) = (args.from.clone(), args.to.clone(), args.cursor.clone());
    let query = StatementQuery { from, to, direction, cursor, limit: args.limit };
    let page = session.service.statement(&args.number, &query).await?;
    let asset = &page.asset;
    let json = json!({
        "account": page.account.number, "currency": asset.code, "balance": major(page.account.balance, asset),
        "entries": page.entries.iter().map(|entry| to_json(entry, asset)).collect::<Value>(),
        "cursor": page.cursor,
    });
    let row = |e: &Entry| {
        vec![
            calendar::date_of(e.value_date).to_string(),
            e.transfer.to_string(),
            kind(e.kind).to_owned(),
            e.other_number.clone(),
            major(e.amount, asset),
            major(e.balance_after, asset),
            or_empty(e.memo.as_deref()),
        ]
    };
    let text = || {
        let header = ["date", ">transfer", "kind", "with", ">amount", ">balance", "memo"];
        let rows = table(&header, page.entries.iter().map(row));
        let more = page.cursor.as_ref().map(|cursor| format!("\nOlder entries: --cursor {cursor}"));
        rows + &more.unwrap_or_default()
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}

fn to_json(entry: &Entry, asset: &Asset) -> Value {
    json!({
        "posting": entry.posting, "transfer": entry.transfer, "kind": kind(entry.kind),
        "direction": if entry.is_debit { "out" } else { "in" }, "amount": major(entry.amount, asset),
        "balance_before": major(entry.balance_before, asset),
        "balance_after": major(entry.balance_after, asset), "account": entry.other_number,
        "date": calendar::date_of(entry.value_date).to_string(), "created_at": time(entry.created_at),
        "memo": entry.memo,
    })
}
