//! `batch preview`: what a run would do now.

use super::found;
use super::show::View;
use crate::commands::problem::{self, Shown};
use crate::exit::{Exit, Failure};
use crate::out::{fields, table};
use crate::session::{Session, major};
use serde_json::{Value, json};
use service::batch::import::PROBLEMS_SHOWN;
use service::batch::list::Part;
use service::batch::preview::Foreseen;

/// Refusals that people see.
const SHOWN: usize = 20;

/// Runs it.
pub(crate) async fn run(session: &Session, name: &str) -> Result<Exit, Failure> {
    let (described, preview) = session.service.batch_preview(name, Part { limit: 0, offset: 0 }).await?;
    let problems = session.service.batch_problems(name, PROBLEMS_SHOWN).await?;
    let problems: Vec<Shown> = problems.into_iter().map(Shown::from).collect();
    let view = View::of(session, described.batch).await?;
    let asset = &view.asset;
    let targets: Vec<_> = preview.refusals.iter().flat_map(|r| [r.item.source, r.item.target]).collect();
    let numbers = session.service.account_numbers(&targets).await?;
    let refusals: Vec<(&Foreseen, &[String])> = preview.refusals.iter().zip(numbers.chunks(2)).collect();
    let side = |pair: &[String], place: usize| pair.get(place).cloned().unwrap_or_default();
    let one = |(foreseen, pair): &(&Foreseen, &[String])| {
        json!({ "item": foreseen.item.number.0, "line": foreseen.item.line, "source": side(pair, 0),
                "target": side(pair, 1), "amount": major(foreseen.item.amount, asset),
                "code": foreseen.code.name(), "message": foreseen.code.message(session.language) })
    };
    let single = preview.single.as_ref();
    let before = single.map(|single| major(single.before, &single.asset));
    let after = single.map(|single| major(single.after, &single.asset));
    let (amount, fee) = (major(preview.amount, asset), major(preview.fee, asset));
    let refused = view.batch.refused_count;
    let taken = view.batch.tally.total_count;
    let mut json = json!({
        "batch_id": view.batch.number(), "id": view.batch.id.0, "status": view.batch.state.name(),
        "currency": asset.code, "account": view.account, "taken": taken, "refused": refused,
        "problems": problem::to_json(&problems, session.language),
        "total_amount": major(view.batch.tally.total_amount, asset),
        "would_succeed": preview.would_succeed, "would_fail": preview.would_fail, "amount": amount, "fee": fee,
        "balance_before": before, "balance_after": after,
        "refusals": refusals.iter().map(one).collect::<Value>(),
    });
    if let Value::Object(json) = &mut json {
        json.extend(found::to_json(&preview.found, asset, session.language));
    }
    let text = || {
        let head = fields(&[
            ("batch", format!("{}, {}", view.batch.number(), view.batch.name)),
            ("rows taken", taken.to_string()),
            ("rows refused", refused.to_string()),
            ("would succeed", format!("{}, {amount} {}", preview.would_succeed, asset.code)),
            ("fees", format!("{fee} {}", asset.code)),
            ("would fail", preview.would_fail.to_string()),
            ("balance before", before.clone().unwrap_or_default()),
            ("balance after", after.clone().unwrap_or_default()),
        ]);
        let row = |(foreseen, pair): &(&Foreseen, &[String])| {
            let why = format!("{} ({})", foreseen.code.message(session.language), foreseen.code);
            vec![foreseen.item.line.to_string(), side(pair, 1), major(foreseen.item.amount, asset), why]
        };
        let mut text = head;
        let found = found::to_text(&preview.found, asset, session.language);
        if !found.is_empty() {
            text += &format!("\n{found}");
        }
        if !problems.is_empty() {
            text += "\nRefused rows:\n";
            text += &problem::to_text(&problems, session.language);
        }
        if !refusals.is_empty() {
            text += "\nItems that would fail:\n";
            text += &table(&[">line", "target", ">amount", "why"], refusals.iter().take(SHOWN).map(row));
        }
        text
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}
