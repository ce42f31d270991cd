//! What a file contains, whether or not its rows were accepted: control totals, columns not read, and folded
//! values.

use crate::say::{Say, say};
use domain::code::Language;
use formats::refusal::Proposal;
use formats::report::{Folded, Summary};
use serde_json::{Value, json};
use service::batch::import::FileReport;

/// Maximum folded values shown as text.
const SHOWN: usize = 5;

/// For scripts.
pub(super) fn to_json(file: &FileReport) -> Value {
    let summary = &file.summary;
    let folded = summary.folded.iter().map(|folded| {
        json!({ "line": folded.line, "column": folded.column, "before": folded.before, "after": folded.after })
    });
    let proposals = summary.proposals.iter().map(|one| json!({ "field": one.field, "header": one.header }));
    let totals = summary.total_rows.iter().map(|row| json!({ "line": row.line, "amount": row.amount }));
    json!({
        "rows": summary.totals.rows, "sum": file.sum(), "unreadable_amounts": summary.totals.unreadable_amounts,
        "blank_rows": summary.totals.blank_rows, "total_rows": totals.collect::<Value>(),
        "ignored_columns": summary.ignored_columns, "proposals": proposals.collect::<Value>(),
        "folded": folded.collect::<Value>(), "folded_count": summary.folded_count, "hash": file.hash,
    })
}

/// For people.
pub(super) fn to_text(file: &FileReport, language: Language) -> String {
    let (summary, totals) = (&file.summary, &file.summary.totals);
    let (rows, sum) = (totals.rows, file.sum());
    let mut text = say!(language, "File: {rows} rows, sum {sum}", "文件：{rows} 行，合计 {sum}");
    let mut add = |count: u64, what: Say| {
        if count > 0 {
            let what = what.to(language);
            text += &say!(language, ", {count} {what}", "，{count} {what}");
        }
    };
    add(totals.unreadable_amounts, say("unreadable amounts", "个金额无法读取"));
    add(totals.blank_rows, say("blank rows", "个空行"));
    add(totals.total_rows, say("total rows left out", "个合计行未计入"));
    if !summary.ignored_columns.is_empty() {
        let columns = summary.ignored_columns.join(say(", ", "、").to(language));
        text += &say!(language, "\nColumns not read: {columns}", "\n未读取的列：{columns}");
    }
    for Proposal { field, header } in &summary.proposals {
        text += &say!(
            language,
            "\nConsider `--map \"{field}={header}\"`",
            "\n可考虑 `--map \"{field}={header}\"`"
        );
    }
    if summary.folded_count > 0 {
        text += &folded(summary, language);
    }
    text
}

/// The number of values that were read as plain digits, and the first of them.
fn folded(summary: &Summary, language: Language) -> String {
    let one = |Folded { line, before, after, .. }: &Folded| {
        say!(language, "line {line}: {before} as {after}", "第 {line} 行：{before} 读作 {after}")
    };
    let shown: Vec<_> = summary.folded.iter().take(SHOWN).map(one).collect();
    let (count, shown) = (summary.folded_count, shown.join(say("; ", "；").to(language)));
    say!(
        language,
        "\n{count} values read as plain digits ({shown})",
        "\n{count} 个值按半角数字读取（{shown}）"
    )
}
