//! Findings before a batch is paid: rows that are already paid, similar earlier batches, and money promised
//! to other batches.

use crate::say::say;
use crate::session::major;
use crate::word::reason;
use clap::Args;
use domain::asset::Asset;
use domain::code::{Code, Language};
use serde_json::{Map, Value, json};
use service::batch::promise::Promise;
use service::batch::similar::{Found, PaidRow, Similar};
use service::batch::submit::Submission;

/// Maximum rows shown as text.
const SHOWN: usize = 20;

/// What the user confirms with a submission.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SubmissionArgs {
    /// Pay although an earlier batch pays the same, for this reason
    #[arg(long, value_name = "REASON")]
    pub again: Option<String>,
    /// Leave out rows that are already paid or can still be paid by another batch
    #[arg(long)]
    pub without_paid: bool,
    /// Leave the refused rows of the file unpaid; N must be their exact number
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub leave_problems: i64,
}

impl SubmissionArgs {
    pub(crate) fn submission(&self) -> Submission {
        let Self { again, without_paid, leave_problems } = self.clone();
        Submission { again, without_paid, leave_problems }
    }
}

/// For scripts.
pub(crate) fn to_json(found: &Found, asset: &Asset, language: Language) -> Map<String, Value> {
    let paid = |row: &PaidRow| json!({ "line": row.line, "batch_id": row.batch, "item": row.item });
    let short = found.promise.filter(|promise| promise.missing() > 0);
    let warnings: Vec<Value> = found
        .similar
        .iter()
        .map(|similar| resembles(similar, asset, language))
        .chain(short.iter().map(|promise| lacks(promise, asset, language)))
        .collect();
    let value = json!({
        "already_paid": found.already_paid,
        "already_paid_rows": found.paid.iter().map(paid).collect::<Value>(),
        "left_out": found.left_out,
        "held_by_others": found.promise.map(|promise| major(promise.held_by_others, asset)),
        "warnings": warnings,
    });
    if let Value::Object(map) = value { map } else { Map::new() }
}

fn resembles(similar: &Similar, asset: &Asset, language: Language) -> Value {
    json!({
        "code": Code::BatchSimilar.name(), "message": Code::BatchSimilar.message(language),
        "batch_id": similar.number, "day": similar.day, "count": similar.count,
        "sum": major(similar.sum, asset), "same": similar.overlap.same, "refuses": similar.refuses,
    })
}

fn lacks(promise: &Promise, asset: &Asset, language: Language) -> Value {
    json!({
        "code": Code::BalanceShort.name(), "message": Code::BalanceShort.message(language),
        "need": major(promise.need, asset), "balance": major(promise.balance, asset),
        "missing": major(promise.missing(), asset),
    })
}

/// For people: one line per finding.
pub(crate) fn to_text(found: &Found, asset: &Asset, language: Language) -> String {
    let mut lines = Vec::new();
    if let Some(similar) = &found.similar {
        let Similar { number, day, count, .. } = similar;
        let (why, sum, code) = (reason(Code::BatchSimilar, language), major(similar.sum, asset), &asset.code);
        lines.push(say!(
            language,
            "Warning: {why}: {number} of {day}, {count} payments, {sum} {code}",
            "警告：{why}：{number}（{day}），{count} 笔付款，{sum} {code}"
        ));
    }
    if found.already_paid > 0 {
        lines.extend(paid(found, language));
    }
    if let Some(promise) = found.promise.filter(|promise| promise.missing() > 0) {
        let (why, code) = (reason(Code::BalanceShort, language), &asset.code);
        let (need, balance) = (major(promise.need, asset), major(promise.balance, asset));
        let missing = major(promise.missing(), asset);
        lines.push(say!(
            language,
            "Warning: {why}: needed {need}, available {balance}, short by {missing} {code}",
            "警告：{why}：需要 {need}，可用 {balance}，尚缺 {missing} {code}"
        ));
    }
    lines.join("\n")
}

/// The number of rows that are already paid, and the first of them.
fn paid(found: &Found, language: Language) -> Vec<String> {
    let left = if found.left_out > 0 { say(", left out", "（已剔除）") } else { say("", "") };
    let (left, count) = (left.to(language), found.already_paid);
    let row = |PaidRow { line, batch, .. }: &PaidRow| {
        say!(language, "  line {line} is in {batch}", "  第 {line} 行已在 {batch} 中")
    };
    let mut lines =
        vec![say!(language, "Rows that are already paid{left}: {count}", "已支付的行{left}：{count}")];
    lines.extend(found.paid.iter().take(SHOWN).map(row));
    let more = usize::try_from(count).unwrap_or(usize::MAX).saturating_sub(SHOWN);
    lines.extend((more > 0).then(|| say!(language, "  and {more} more", "  另有 {more} 行")));
    lines
}
