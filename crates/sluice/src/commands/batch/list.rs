//! `batch list` and `batch history`.

use super::show::View;
use crate::exit::{Exit, Failure};
use crate::out::{or_empty, table, time};
use crate::session::{Session, major};
use clap::Args;
use domain::batch::BatchState;
use serde_json::{Value, json};
use store::batch::BatchFilter;
use store::batch_history::Event;

/// Arguments of `batch list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only this state, such as paused or partially_completed
    #[arg(long, value_parser = state)]
    pub state: Option<BatchState>,
    /// Only batches before this id
    #[arg(long, value_name = "ID")]
    pub before: Option<i64>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub limit: i64,
}

fn state(text: &str) -> Result<BatchState, String> {
    let names = || BatchState::ALL.iter().map(|state| state.name()).collect::<Vec<_>>().join(", ");
    BatchState::from_name(text).ok_or_else(names)
}

/// Runs `batch list`.
pub(crate) async fn run(session: &Session, args: &ListArgs) -> Result<Exit, Failure> {
    let states = args.state.into_iter().collect();
    let filter = BatchFilter { states, before: args.before, ..BatchFilter::default() };
    let mut views = Vec::new();
    for batch in session.service.batch_list(&filter, args.limit).await? {
        views.push(View::of(session, batch).await?);
    }
    let json =
        json!({ "batches": views.iter().map(|view| Value::Object(view.to_json())).collect::<Value>() });
    let row = |view: &View| {
        let (batch, tally) = (&view.batch, &view.batch.tally);
        vec![
            batch.number(),
            batch.name.clone(),
            batch.state.name().to_owned(),
            tally.total_count.to_string(),
            tally.success_count.to_string(),
            tally.failed_count.to_string(),
            batch.refused_count.to_string(),
            major(tally.total_amount, &view.asset),
            view.asset.code.clone(),
        ]
    };
    let header =
        ["batch", "name", "status", ">items", ">succeeded", ">failed", ">refused", ">amount", "currency"];
    session.out.answer(json, || table(&header, views.iter().map(row)))?;
    Ok(Exit::Success)
}

/// The particulars as an object; words alone are its note.
fn detail(event: &Event) -> Value {
    let read = |text: &str| match serde_json::from_str(text) {
        Ok(Value::Object(detail)) => Value::Object(detail),
        _ => json!({ "note": text }),
    };
    event.detail.as_deref().map_or(Value::Null, read)
}

/// Runs `batch history`.
pub(crate) async fn history(session: &Session, name: &str) -> Result<Exit, Failure> {
    let (batch, events) = session.service.batch_history(name).await?;
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
            e.event.clone(),
            e.state.name().to_owned(),
            item,
            e.actor.name.clone(),
            or_empty(e.detail.as_deref()),
        ]
    };
    let header = ["at", "event", "status", ">item", "who", "detail"];
    session.out.answer(json, || table(&header, events.iter().map(row)))?;
    Ok(Exit::Success)
}
