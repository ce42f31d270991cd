//! `batch items`: a page of a batch's items.

use super::name::BatchName;
use super::show::BatchView;
use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{left, or_empty, right};
use crate::session::{Session, item_amount};
use crate::word::{Word, reason};
use clap::Args;
use domain::asset::Asset;
use domain::code::{Code, Language};
use domain::item::ItemState;
use serde_json::{Value, json};
use service::batch::list::OffsetPage;
use service::batch::{self, DescribedItem};

/// Arguments of `batch items`.
#[derive(Debug, Args)]
pub(crate) struct ItemsArgs {
    #[command(flatten)]
    pub name: BatchName,
    /// Only this state, such as pending, completed, failed or skipped
    #[arg(long, value_parser = state)]
    pub state: Option<ItemState>,
    #[command(flatten)]
    pub page: PageArgs,
}

fn state(text: &str) -> Result<ItemState, String> {
    let names = || ItemState::ALL.map(ItemState::name).join(", ");
    ItemState::from_name(text).ok_or_else(names)
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &ItemsArgs) -> Result<Exit, Failure> {
    let states: Vec<_> = args.state.into_iter().collect();
    let part = OffsetPage { limit: args.page.one_more(), offset: 0 };
    let found = batch::item_list(&session.service, args.name.read()?, &states, args.page.id()?, part).await?;
    let (mut items, view) = (found.items, BatchView::from(found.batch));
    let next = args.page.cut(&mut items, |row| row.item.number.0);
    let page = Page {
        rows: items.iter().map(|row| to_json(row, &view.asset, session.language)).collect(),
        total: found.total,
        next,
    };
    let header = [
        right("item", "编号"),
        right("line", "行"),
        left("source", "源账户"),
        left("target", "目标账户"),
        right("amount", "金额"),
        left("status", "状态"),
        left("reason", "原因"),
        left("memo", "附言"),
    ];
    let cells = items.iter().map(|row| cells(row, &view.asset, session.language));
    let more = json!({ "batch_id": view.batch.number(), "id": view.batch.id.0, "currency": view.asset.code });
    page.answer_with(session.out, "items", more, || session.out.table(&header, cells))?;
    Ok(Exit::Success)
}

fn to_json(row: &DescribedItem, asset: &Asset, language: Language) -> Value {
    let item = &row.item;
    json!({
        "item": item.number.0, "line": item.line, "source": row.source, "target": row.target,
        "amount": item_amount(item.amount, asset), "status": item.state.name(), "code": item.code.map(Code::name),
        "message": item.code.map(|code| code.message(language)), "memo": item.memo,
        "reference": item.reference, "external_id": item.external_id,
    })
}

fn cells(row: &DescribedItem, asset: &Asset, language: Language) -> Vec<String> {
    let item = &row.item;
    vec![
        item.number.to_string(),
        item.line.to_string(),
        row.source.clone(),
        row.target.clone(),
        item_amount(item.amount, asset).unwrap_or_default(),
        item.state.word(language).to_owned(),
        item.code.map(|code| reason(code, language)).unwrap_or_default(),
        or_empty(item.memo.as_deref()),
    ]
}
