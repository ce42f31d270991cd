//! `batch preview`: what a run would do now.

use super::found;
use super::show::BatchView;
use crate::commands::problem::{self, ShownProblem};
use crate::exit::{Exit, Failure};
use crate::out::{Out, left, right};
use crate::say::{grouped, say};
use crate::session::{Session, item_amount, major};
use crate::terminal::one_line;
use crate::word::reason;
use domain::batch_ref::BatchRef;
use domain::code::Language;
use serde_json::{Value, json};
use service::batch::import::PROBLEMS_SHOWN;
use service::batch::list::OffsetPage;
use service::batch::preview::{PredictedRefusal, Preview};
use service::{account, batch};

/// Maximum refusals shown as text.
const SHOWN: usize = 20;
/// Maximum accounts that need a code in the answer for scripts.
const SHOWN_MAX: usize = 1_000;

/// What the command shows.
struct Outlook {
    view: BatchView,
    preview: Preview,
    /// Rows of the file that were refused.
    problems: Vec<ShownProblem>,
    /// The numbers of payer and payee, for each item that would be refused.
    sides: Vec<[String; 2]>,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, batch: BatchRef) -> Result<Exit, Failure> {
    let (described, preview) =
        batch::preview(&session.service, batch, OffsetPage { limit: 0, offset: 0 }).await?;
    let problems = batch::problems(&session.service, batch, PROBLEMS_SHOWN).await?;
    let accounts: Vec<_> = preview.refusals.iter().flat_map(|r| [r.item.source, r.item.target]).collect();
    let mut numbers = account::numbers(&session.service, &accounts).await?.into_iter();
    let mut side = || numbers.next().unwrap_or_default();
    let sides = preview.refusals.iter().map(|_| [side(), side()]).collect();
    let problems = problems.into_iter().map(ShownProblem::from).collect();
    let outlook = Outlook { view: BatchView::from(described), preview, problems, sides };
    session.out.answer(outlook.to_json(session.language), || outlook.to_text(session.out))?;
    Ok(Exit::Success)
}

impl Outlook {
    fn refusals(&self) -> impl Iterator<Item = (&PredictedRefusal, &[String; 2])> {
        self.preview.refusals.iter().zip(&self.sides)
    }

    /// The single account's balance before and after.
    fn balances(&self) -> (Option<String>, Option<String>) {
        let of = |minor: i64, asset| major(minor, asset);
        let single = self.preview.single.as_ref();
        let before = single.map(|single| of(single.before, &single.asset));
        (before, single.map(|single| of(single.after, &single.asset)))
    }

    fn to_json(&self, language: Language) -> Value {
        let (batch, asset, preview) = (&self.view.batch, &self.view.asset, &self.preview);
        let (before, after) = self.balances();
        let one = |(foreseen, [source, target]): (&PredictedRefusal, &[String; 2])| {
            json!({ "item": foreseen.item.number.0, "line": foreseen.item.line, "source": source,
                    "target": target, "amount": item_amount(foreseen.item.amount, asset),
                    "code": foreseen.code.name(), "message": foreseen.code.message(language) })
        };
        let mut json = json!({
            "batch_id": batch.number(), "id": batch.id.0, "status": batch.state.name(), "currency": asset.code,
            "account": self.view.account, "taken": batch.tally.total_count, "refused": batch.refused_count,
            "problems": problem::to_json(&self.problems, language),
            "total_amount": major(batch.tally.total_amount, asset), "would_succeed": preview.would_succeed,
            "would_fail": preview.would_fail, "amount": major(preview.amount, asset),
            "fee": major(preview.fee, asset), "balance_before": before, "balance_after": after,
            "refusals": self.refusals().map(one).collect::<Value>(),
            "needs_codes": preview.bound.iter().take(SHOWN_MAX).map(|one| json!({
                "account": one.number, "auto_2fa": one.automatic })).collect::<Value>(),
        });
        if let Value::Object(json) = &mut json {
            json.extend(found::to_json(&preview.found, asset, language));
        }
        json
    }

    fn to_text(&self, out: Out) -> String {
        let mut parts = vec![self.head(out)];
        let found = found::to_text(&self.preview.found, &self.view.asset, out.language);
        if !found.is_empty() {
            parts.push(found);
        }
        if !self.preview.bound.is_empty() {
            parts.push(self.codes(out));
        }
        if !self.problems.is_empty() {
            parts.push(say("Refused rows:", "被拒绝的行：").to(out.language).to_owned());
            parts.push(problem::to_text(&self.problems, out));
        }
        if !self.preview.refusals.is_empty() {
            parts.push(say("Items that would fail:", "预计失败的转账明细：").to(out.language).to_owned());
            parts.push(self.failing(out));
        }
        parts.join("\n")
    }

    /// The paying accounts that need a code.
    fn codes(&self, out: Out) -> String {
        let bound = &self.preview.bound;
        let numbers: Vec<String> =
            bound.iter().take(SHOWN).map(|account| one_line(&account.number)).collect();
        let (count, numbers) = (bound.len(), numbers.join(", "));
        say!(
            out.language,
            "Accounts whose code is needed ({count}): {numbers}",
            "需要验证码的付款账户（{count} 个）：{numbers}"
        )
    }

    fn head(&self, out: Out) -> String {
        let (batch, preview, language) = (&self.view.batch, &self.preview, out.language);
        let money = |minor: i128| format!("{} {}", major(minor, &self.view.asset), self.view.asset.code);
        let (number, name, succeed) = (batch.number(), &batch.name, preview.would_succeed);
        let (amount, (before, after)) = (money(preview.amount), self.balances());
        out.fields(&[
            (say("batch", "批次"), say!(language, "{number}, {name}", "{number}，{name}")),
            (say("rows accepted", "已接受的行"), batch.tally.total_count.to_string()),
            (say("rows refused", "被拒绝的行"), batch.refused_count.to_string()),
            (
                say("would succeed", "预计成功"),
                say!(language, "{succeed}, {amount}", "{succeed} 笔，{amount}"),
            ),
            (say("fees", "手续费"), money(preview.fee)),
            (say("would fail", "预计失败"), preview.would_fail.to_string()),
            (say("balance before", "转账前余额"), before.unwrap_or_default()),
            (say("balance after", "转账后余额"), after.unwrap_or_default()),
        ])
    }

    /// The first items that would fail, and the number of the others.
    fn failing(&self, out: Out) -> String {
        let row = |(foreseen, [_, target]): (&PredictedRefusal, &[String; 2])| {
            let amount = item_amount(foreseen.item.amount, &self.view.asset).unwrap_or_default();
            vec![foreseen.item.line.to_string(), target.clone(), amount, reason(foreseen.code, out.language)]
        };
        let header = [
            right("line", "行"),
            left("target", "目标账户"),
            right("amount", "金额"),
            left("reason", "原因"),
        ];
        let rows: Vec<_> = self.refusals().take(SHOWN).map(row).collect();
        let more = self.preview.would_fail - i64::try_from(rows.len()).unwrap_or(0);
        let text = out.table(&header, rows);
        if more <= 0 {
            return text;
        }
        let more = grouped(more);
        say!(out.language, "{text}\n… and {more} more", "{text}\n… 另有 {more} 笔")
    }
}
