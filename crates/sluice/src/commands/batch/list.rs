//! `batch list` and `batch history`.

use super::show::BatchView;
use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{left, or_empty, right, time};
use crate::session::{Session, major};
use crate::word::{self, Word};
use clap::Args;
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use serde_json::{Value, json};
use service::batch;
use service::batch::list::{BatchQuery, OffsetPage};
use service::listing::{Counting, PageRequest};
use service::place::NextPage;
use store::batch::BatchFilter;
use store::batch_history::Event;

/// Arguments of `batch list`.
#[derive(Debug, Args)]
pub(crate) struct BatchListArgs {
    /// Only this state, such as paused or partially_completed
    #[arg(long, value_parser = state)]
    pub state: Option<BatchState>,
    #[command(flatten)]
    pub page: PageArgs,
}

fn state(text: &str) -> Result<BatchState, String> {
    let names = || BatchState::ALL.iter().map(|state| state.name()).collect::<Vec<_>>().join(", ");
    BatchState::from_name(text).ok_or_else(names)
}

/// Runs `batch list`.
pub(crate) async fn run(session: &Session, args: &BatchListArgs) -> Result<Exit, Failure> {
    let filter = BatchFilter { states: args.state.into_iter().collect(), ..BatchFilter::default() };
    let (after, limit) = (args.page.place()?, args.page.limit);
    let slice = PageRequest { after, limit, ..PageRequest::default() };
    let wanted = BatchQuery { filter, slice, counting: Counting::Whole, ..BatchQuery::default() };
    let found = batch::search(&session.service, &wanted).await?;
    let views: Vec<BatchView> = found.batches.into_iter().map(BatchView::from).collect();
    let page = Page {
        rows: views.iter().map(|view| Value::Object(view.to_json())).collect(),
        total: found.total.map_or(0, |total| total.rows),
        next: found.next.as_ref().and_then(NextPage::row).map(|row| row.key.to_string()),
    };
    let row = |view: &BatchView| {
        let (batch, tally) = (&view.batch, &view.batch.tally);
        vec![
            batch.number(),
            batch.name.clone(),
            batch.state.word(session.language).to_owned(),
            tally.total_count.to_string(),
            tally.success_count.to_string(),
            tally.failed_count.to_string(),
            batch.refused_count.to_string(),
            major(tally.total_amount, &view.asset),
            view.asset.code.clone(),
        ]
    };
    let header = [
        left("batch", "批次"),
        left("name", "名称"),
        left("status", "状态"),
        right("items", "笔数"),
        right("succeeded", "成功"),
        right("failed", "失败"),
        right("refused", "被拒绝"),
        right("amount", "金额"),
        left("currency", "币种"),
    ];
    page.answer(session.out, "batches", || session.out.table(&header, views.iter().map(row)))?;
    Ok(Exit::Success)
}

/// The detail as an object; plain text becomes its note.
fn detail(event: &Event) -> Value {
    let read = |text: &str| match serde_json::from_str(text) {
        Ok(Value::Object(detail)) => Value::Object(detail),
        _ => json!({ "note": text }),
    };
    event.detail.as_deref().map_or(Value::Null, read)
}

/// Runs `batch history`.
pub(crate) async fn history(session: &Session, batch: BatchRef) -> Result<Exit, Failure> {
    let whole = OffsetPage { limit: i64::MAX, offset: 0 };
    let (batch, events, _) = batch::history(&session.service, batch, whole).await?;
    let events: Vec<Event> = events.into_iter().map(|(_, event)| event).collect();
    let one = |e: &Event| {
        json!({ "at": time(e.at), "event": e.event, "status": e.state.name(), "item": e.item, "actor": e.actor.name,
                "detail": detail(e) })
    };
    let json = json!({ "batch_id": batch.number(), "id": batch.id.0,
                       "events": events.iter().map(one).collect::<Value>() });
    let row = |e: &Event| {
        let item = e.item.map(|item| item.to_string()).unwrap_or_default();
        vec![
            time(e.at),
            word::event(&e.event, session.language).to_owned(),
            e.state.word(session.language).to_owned(),
            item,
            e.actor.name.clone(),
            or_empty(e.detail.as_deref()),
        ]
    };
    let header = [
        left("time", "时间"),
        left("event", "事件"),
        left("status", "状态"),
        right("item", "转账明细"),
        left("actor", "操作人"),
        left("detail", "详情"),
    ];
    session.out.answer(json, || session.out.table(&header, events.iter().map(row)))?;
    Ok(Exit::Success)
}
