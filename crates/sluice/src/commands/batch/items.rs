//! `batch items`: a page of a batch's items.

use super::show::View;
use crate::exit::{Exit, Failure};
use crate::out::{or_empty, table};
use crate::session::{Session, major};
use clap::Args;
use domain::asset::Asset;
use domain::code::{Code, Language};
use domain::item::ItemState;
use serde_json::{Value, json};
use store::item::Item;

/// Arguments of `batch items`.
#[derive(Debug, Args)]
pub(crate) struct ItemsArgs {
    /// The batch's id or number
    pub id: String,
    /// Only this state: pending, completed, failed, skipped
    #[arg(long, value_parser = state)]
    pub state: Option<ItemState>,
    /// Begin after this item
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub after: i64,
    /// At most so many
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub limit: i64,
}

fn state(text: &str) -> Result<ItemState, String> {
    let names = || ItemState::ALL.map(ItemState::name).join(", ");
    ItemState::from_name(text).ok_or_else(names)
}

/// An item with the numbers of its accounts.
struct Row {
    item: Item,
    source: String,
    target: String,
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &ItemsArgs) -> Result<Exit, Failure> {
    let (batch, items) = session.service.batch_items(&args.id, args.state, args.after, args.limit).await?;
    let full = i64::try_from(items.len()).unwrap_or(0) >= args.limit.max(1);
    let cursor = items.last().filter(|_| full).map(|item| item.number.0);
    let ids: Vec<_> = items.iter().flat_map(|item| [item.source, item.target]).collect();
    let mut numbers = session.service.account_numbers(&ids).await?.into_iter();
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        let (source, target) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
        rows.push(Row { item, source, target });
    }
    let view = View::of(session, batch).await?;
    let json = json!({
        "batch_id": view.batch.number(), "id": view.batch.id.0, "currency": view.asset.code,
        "items": rows.iter().map(|row| row.to_json(&view.asset, session.language)).collect::<Value>(),
        "cursor": cursor,
    });
    let text = || {
        let header = [">item", ">line", "source", "target", ">amount", "status", "why", "memo"];
        let rows = table(&header, rows.iter().map(|row| row.cells(&view.asset, session.language)));
        rows + &cursor.map(|cursor| format!("\nMore items: --after {cursor}")).unwrap_or_default()
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}

impl Row {
    fn to_json(&self, asset: &Asset, language: Language) -> Value {
        let item = &self.item;
        json!({
            "item": item.number.0, "line": item.line, "source": self.source, "target": self.target,
            "amount": major(item.amount, asset), "status": item.state.name(), "code": item.code.map(Code::name),
            "message": item.code.map(|code| code.message(language)), "memo": item.memo,
            "reference": item.reference, "external_id": item.external_id,
        })
    }

    fn cells(&self, asset: &Asset, language: Language) -> Vec<String> {
        let item = &self.item;
        let why = item.code.map_or_else(String::new, |code| format!("{} ({code})", code.message(language)));
        vec![
            item.number.to_string(),
            item.line.to_string(),
            self.source.clone(),
            self.target.clone(),
            major(item.amount, asset),
            item.state.name().to_owned(),
            why,
            or_empty(item.memo.as_deref()),
        ]
    }
}
